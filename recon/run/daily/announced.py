"""Find what payers and providers announced and is not used up. In: the record. Out: advices and batches for a run.

A later file replaces what an earlier one told of the same advice or batch, once a run has seen the earlier one; of two
that came together and differ, neither is believed (the matcher says so). An advice is used up when one of its items is
settled; a batch when the line that a run found for it is settled with one of its items.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from sqlalchemy import func, select

from recon.frames.batches import Batches
from recon.frames.parties import Remittances
from recon.normalise.text import compact
from recon.run.daily.notices import laid_name
from recon.store.chain import head
from recon.store.projections import by_column, by_keys
from recon.store.reading import fetch, read
from recon.store.tables import EVENTS, FACT, LINE_STATES

if TYPE_CHECKING:
    import datetime as dt

    import dataframely as dy
    from sqlalchemy import Connection

    from recon.protocols import RunView

# What a later run leaves as it is.
_SETTLED: Final = ("applied", "on_account", "not_receivable", "returned")
_ADVICE: Final = ("advice_id", "customer_id", "payer_name", "own")
_BATCH: Final = ("provider", "batch_reference")
# Of a batch that is told again after it was used up: what makes it the same one.
_USED: Final = (*_BATCH, "currency", "net_amount")
_LINK: Final = ("line_id", "settlement_seq", *_BATCH)
_PAYS: Final = ("applied", "on_account", "suggested")


@dataclass(frozen=True, slots=True)
class Announced:
    """What may be used today; `origins` names the event of each file of batches, as the matcher knows the file."""

    remittances: dy.DataFrame[Remittances]
    batches: dy.DataFrame[Batches] | None
    origins: pl.DataFrame


def find_announced(connection: Connection, items: pl.DataFrame, since: dt.date | None) -> Announced:
    """Give what was announced on or after a day and is not used up.

    Args:
        connection: a reading transaction.
        items: ItemStates, all of them.
        since: what was received before is too old; None: nothing is.
    """
    runs = _numbers(connection, EVENTS.table.c.kind == "run_completed")
    first = 0 if since is None else _first_since(connection, since)
    batches = _batches(connection, runs, first)
    return Announced(
        _advices(connection, items, runs, first),
        Batches.validate(batches.select(Batches.column_names())) if batches.height else None,
        batches.select("file", settlement_seq="seq").unique(),
    )


def _first_since(connection: Connection, since: dt.date) -> int:
    """Give the first event recorded on or after a day, or the number after the last one."""
    events = EVENTS.table
    found: int | None = connection.scalar(
        select(func.min(events.c.seq)).where(events.c.at >= since.isoformat())
    )
    return head(connection).seq + 1 if found is None else found


def _numbers(connection: Connection, where: Any) -> pl.Series:
    events = EVENTS.table
    found = connection.scalars(select(events.c.seq).where(where).order_by(events.c.seq))
    return pl.Series(list(found), dtype=pl.Int64)


def _newest(told: pl.DataFrame, identity: tuple[str, ...], runs: pl.Series) -> pl.DataFrame:
    """Keep of each identity the rows of files that no run has seen replaced."""
    seen = told.with_columns(generation=runs.search_sorted(told["seq"], side="left"))
    return seen.filter(pl.col("generation") == pl.col("generation").max().over(identity))


def _advices(
    connection: Connection, items: pl.DataFrame, runs: pl.Series, first: int
) -> dy.DataFrame[Remittances]:
    kept, files = FACT["advices"], FACT["files"]
    rows = fetch(connection, kept, kept.table.c.seq >= first)
    if rows.is_empty():
        return Remittances.create_empty()
    where = (files.table.c.role == "remittances", files.table.c.seq >= first)
    names = fetch(connection, files, *where, names=("seq", "name"))
    stems = [PurePosixPath(laid_name(name)).stem for name in names["name"]]
    names = names.with_columns(name=pl.Series(stems, dtype=pl.String))
    # An advice that is named by its file alone is that file's own: tomorrow's of the same name is another one.
    is_own = pl.col("advice_id") == pl.col("name")
    told = rows.join(names, on="seq").with_columns(
        own=pl.when(is_own).then("seq").otherwise(pl.lit(0, pl.Int64))
    )
    left = _without_settled(_newest(told, _ADVICE, runs), items)
    is_shared = pl.struct(_ADVICE).n_unique().over("advice_id") > 1
    named = pl.concat_str(
        "advice_id", pl.lit(" (event "), pl.col("seq").min().over(_ADVICE), pl.lit(")")
    )
    whole = left.with_columns(advice_id=pl.when(is_shared).then(named).otherwise("advice_id"))
    return Remittances.validate(whole.sort("seq", "place").select(Remittances.column_names()))


def _without_settled(told: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Leave out advices of which an item is settled; one that the books do not know yet may come.

    An item is named by its number or its payment reference; of several so named one that is open may be meant.
    """
    named = pl.concat(
        [
            items.select("currency", "open_amount", key=compact(pl.col(column)))
            for column in ("number", "payment_reference")
        ]
    )
    known = named.group_by("key", "currency").agg(is_open=(pl.col("open_amount") != 0).any())
    keys = told.with_columns(key=compact(pl.col("item_number")))
    is_settled = (~pl.col("is_open")).fill_null(value=False)
    return keys.join(known, on=["key", "currency"], how="left").filter(
        ~is_settled.any().over(_ADVICE)
    )


def _batches(connection: Connection, runs: pl.Series, first: int) -> pl.DataFrame:
    """Give the parts of open batches with `seq`; files of one name are told apart by their event."""
    kept = FACT["settlements"]
    table = kept.table
    names = ("seq", *_USED)
    query = select(*(table.c[name] for name in names)).where(table.c.seq >= first).distinct()
    heads = read(connection, query, {name: kept.types[name] for name in names})
    left = _newest(heads, _BATCH, runs).join(
        _used(connection, heads), on=_USED, how="anti", nulls_equal=True
    )
    rows = by_column(connection, kept, "seq", set(left["seq"]))
    key = ["seq", *_BATCH]
    whole = rows.join(left.select(key).unique(), on=key, how="semi", nulls_equal=True)
    is_shared = pl.col("seq").n_unique().over("file") > 1
    named = pl.concat_str("file", pl.lit(" (event "), "seq", pl.lit(")"))
    told_apart = whole.with_columns(file=pl.when(is_shared).then(named).otherwise("file"))
    return told_apart.sort("seq", "place")


def _used(connection: Connection, heads: pl.DataFrame) -> pl.DataFrame:
    """Give the batches whose line is settled with one of their items: the columns of _USED."""
    links = fetch(connection, FACT["batch_lines"])
    stand = by_keys(connection, LINE_STATES, set(links["line_id"])).select(
        "line_id", "decision_no", "fate"
    )
    settled = links.join(stand, on="line_id").filter(pl.col("fate").is_in(_SETTLED))
    given = by_column(
        connection, FACT["allocations"], "decision_no", set(settled["decision_no"])
    ).filter(pl.col("status") == "applied")
    numbers = settled.with_columns(item_number=pl.col("item_numbers").str.split("|")).explode(
        "item_number"
    )
    paid = numbers.join(given, on=["decision_no", "item_number"], how="semi")
    used = pl.concat([paid, numbers.filter(pl.col("item_numbers").is_null())])
    return (
        heads.join(
            used.select("batch_reference", "provider", seq="settlement_seq").unique(),
            on=["seq", *_BATCH],
            how="semi",
            nulls_equal=True,
        )
        .select(_USED)
        .unique()
    )


def batch_links(
    connection: Connection, view: RunView, origins: pl.DataFrame, moved: pl.Series
) -> pl.DataFrame:
    """Give the rows of `batch_lines` that a run adds: what lines it found for batches, and nobody knew.

    Args:
        connection: an open transaction.
        view: what the run found.
        origins: the event of each file of batches.
        moved: lines that the run leaves alone.
    """
    kept = FACT["batch_lines"]
    names = [name for name in kept.columns if name != "seq"]
    if view.batches is None:
        return fetch(connection, kept, kept.table.c.seq < 0).select(names)
    pays = pl.col("state").is_in(_PAYS) & ~pl.col("line_id").is_in(moved.implode())
    told = (
        view.batches.filter(pl.col("line_id").is_not_null(), pays)
        .join(origins, on="file")
        .sort("file", "row")
        .group_by(_LINK, maintain_order=True)
        .agg(item_numbers=pl.col("item_numbers").drop_nulls().str.join("|"))
        .with_columns(item_numbers=pl.col("item_numbers").replace("", None))
    )
    fresh = told.join(fetch(connection, kept), on=_LINK, how="anti", nulls_equal=True)
    return (
        fresh.sort(_LINK, nulls_last=True)
        .with_columns(place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
        .select(names)
    )
