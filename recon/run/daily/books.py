"""Load the books' side into the store: open items, customers, our accounts. In: the extracts. Out: what changed.

A newer extract closes, changes and adds items as events. What was settled here but is still open there, and the reverse, is
a difference that is listed and never overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from sqlalchemy import select

from recon.apply.carry import differences, versions_of
from recon.errors import Place, UnreadableItems
from recon.failpoints import reached
from recon.frames.parties import Parties
from recon.run.books import fetch_books
from recon.run.daily.extracts import find_extracts
from recon.run.daily.told import files_row
from recon.store.chain import head
from recon.store.projections import catch_up
from recon.store.reading import fetch
from recon.store.standing import parties_at
from recon.store.tables import EVENTS, FACT, ITEM_STATES

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from recon.plugins import Plugins
    from recon.protocols import Books, InputFile
    from recon.run.daily.desk import Desk
    from recon.run.progress import Progress
    from recon.run.request import MatchRequest

_OF_CUSTOMERS: Final = ("customers", "accounts")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an extract changed: counts by kind of change and of difference; empty where it was known."""

    changes: dict[str, int]
    differences: dict[str, int]


def load_books(
    desk: Desk,
    plugins: Plugins,
    progress: Progress,
    *,
    open_items: Path | None = None,
    may_shrink: bool = False,
    may_change_currency: bool = False,
) -> Loaded:
    """Load the extracts that the workspace names, or its source tells; the same bytes again are nothing new.

    Args:
        desk: the workspace.
        plugins: the sources.
        progress: who is told.
        open_items: an extract in place of the one that the settings name, or the source tells.
        may_shrink: load an extract that lost more of its items than `controls.least_items_percent` allows.
        may_change_currency: load an extract in which an item has another currency than before.

    Raises:
        UnreadableItems: an extract cannot be read in full, changed meanwhile, shrank, or has an item in another currency.
    """
    progress.step("Loading the books")
    request = find_extracts(desk, plugins, open_items)
    with desk.store.reading() as connection:
        known = _last_files(connection)
    books, inputs = fetch_books(request, desk.policy, plugins, None)
    fresh = [one for one in inputs if known.get(one.role) != (one.sha256, desk.policy.hash)]
    if not fresh:
        return Loaded({}, {})
    for one in inputs:
        if desk.archive.put(_bytes_of(one, request)) != one.sha256:
            raise UnreadableItems(
                "the extract changed while it was read",
                place=Place(one.name),
                hint="run again once it is written whole",
            )
    with desk.store.writing() as connection:
        catch_up(connection)
        states = fetch(connection, ITEM_STATES)
        if not may_shrink:
            _refuse_shrinking(desk, states, books, inputs)
        _refuse_other_currency(states, books, inputs, may_change=may_change_currency)
        loaded = _load_items(desk, connection, books, inputs)
        _load_customers(desk, connection, books, inputs)
        catch_up(connection)
        reached("books.inserted")
    reached("books.committed")
    return loaded


def _load_items(
    desk: Desk, connection: Connection, books: Books, inputs: tuple[InputFile, ...]
) -> Loaded:
    facts, rows = told_by_items(connection, books, inputs)
    desk.record(connection, "items_loaded", facts, rows)
    return Loaded(facts["changes"], facts["differences"])


def told_by_items(
    connection: Connection, books: Books, inputs: tuple[InputFile, ...]
) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Say what an extract of open items adds to the record: facts and rows."""
    states = fetch(connection, ITEM_STATES)
    seq = head(connection).seq + 1
    versions = versions_of(states, books.items, seq)
    disagreeing = differences(states, versions, seq)
    changes = _counts(versions["change"])
    found = _counts(disagreeing["kind"])
    facts: dict[str, Any] = {"changes": changes, "differences": found, "items": books.items.height}
    return facts, {
        "files": _files(inputs, "open_items"),
        "item_versions": versions,
        "item_differences": disagreeing,
    }


def _load_customers(
    desk: Desk, connection: Connection, books: Books, inputs: tuple[InputFile, ...]
) -> None:
    if any(one.role in _OF_CUSTOMERS for one in inputs):
        desk.record(connection, "customers_loaded", *told_by_customers(connection, books, inputs))


def told_by_customers(
    connection: Connection, books: Books, inputs: tuple[InputFile, ...]
) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Say what lists of customers and of our accounts add to the record: facts and rows."""
    before = parties_at(connection, head(connection).seq)
    told, known = _as_text(books.parties), _as_text(before)
    same = told.join(known, on=told.columns, how="semi", nulls_equal=True)["customer_id"]
    changed = books.parties.filter(~pl.col("customer_id").is_in(same.implode())).with_columns(
        is_listed=pl.lit(value=True)
    )
    gone = before.join(books.parties, on="customer_id", how="anti").with_columns(
        is_listed=pl.lit(value=False)
    )
    versions = pl.concat([changed, gone])
    facts = {"customers": books.parties.height, "changed": changed.height, "gone": gone.height}
    files = _files(inputs, *_OF_CUSTOMERS)
    return facts, {
        "files": files,
        "party_versions": versions,
        "own_accounts": books.own_accounts,
    }


def _as_text(parties: pl.DataFrame) -> pl.DataFrame:
    lists = [name for name, dtype in parties.schema.items() if isinstance(dtype, pl.List)]
    return parties.select(Parties.column_names()).with_columns(
        pl.struct(name).struct.json_encode().alias(name) for name in lists
    )


def _refuse_shrinking(
    desk: Desk, states: pl.DataFrame, books: Books, inputs: tuple[InputFile, ...]
) -> None:
    before = states.filter("is_in_books").height
    least = desk.authority.controls.least_items_percent
    if books.items.height * 100 < before * least:
        name = next(one.name for one in inputs if one.role == "open_items")
        raise UnreadableItems(
            f"the extract has {books.items.height} items, the one before had {before}: "
            f"less than {least} % of them",
            place=Place(name),
            hint="if that is right, load it by `recon items load FILE --may-shrink`",
        )


def _refuse_other_currency(
    states: pl.DataFrame, books: Books, inputs: tuple[InputFile, ...], *, may_change: bool
) -> None:
    """An amount that was settled here in one currency cannot be taken off another one."""
    before = states.select("item_id", "unseen", then="currency")
    changed = books.items.join(before, on="item_id").filter(pl.col("currency") != pl.col("then"))
    is_settled = changed.filter(pl.col("unseen") != 0)
    if changed.is_empty() or (may_change and is_settled.is_empty()):
        return
    first = (changed if is_settled.is_empty() else is_settled).sort("item_id").row(0, named=True)
    name = next(one.name for one in inputs if one.role == "open_items")
    raise UnreadableItems(
        f"{changed.height} item(s) have another currency than before, such as {first['number']}: "
        f"{first['then']} then, {first['currency']} now",
        place=Place(name),
        hint="if that is right, load it by `recon items load FILE --may-change-currency`"
        if is_settled.is_empty()
        else "money was applied to it here in the old currency: take that back first",
    )


def _last_files(connection: Connection) -> dict[str, tuple[str, str | None]]:
    """Give the hash of the last extract of each role, and the policy that it was read under."""
    files, events = FACT["files"].table, EVENTS.table
    query = (
        select(files.c.role, files.c.sha256, events.c.policy_hash)
        .join(events, events.c.seq == files.c.seq)
        .where(files.c.role.in_(("open_items", "customers", "accounts")))
        .order_by(files.c.seq)
    )
    return {role: (digest, policy) for role, digest, policy in connection.execute(query)}


def _files(inputs: tuple[InputFile, ...], *roles: str) -> pl.DataFrame:
    rows = [files_row(one) for one in inputs if one.role in roles]
    return pl.concat([files_row(inputs[0]).clear(), *rows])


def _bytes_of(entry: InputFile, request: MatchRequest) -> bytes:
    path = {
        "open_items": request.open_items,
        "customers": request.customers,
        "accounts": request.accounts,
    }[entry.role]
    return path.read_bytes() if path else b""


def _counts(column: pl.Series) -> dict[str, int]:
    return dict(sorted(column.value_counts().rows()))
