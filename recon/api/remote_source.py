"""The shared half of a source of open items behind a server. In: pages of its records. Out: the books, whole or not at all.

Records are read in the order of their key, each page beginning behind the last one, until a page is empty: a server may give
fewer than it was asked for. What was read is then counted against what the server says there is.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.errors import Place, UnreadableItems
from recon.frames.items import ClosedItems, Items
from recon.frames.parties import OwnAccounts, Parties, Remittances
from recon.money import AmountError, exponent, exponents, parse_minor
from recon.protocols import Books

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    Row = Mapping[str, Any]

PAGE: Final = 1_000
# Somebody may post an invoice while they are read.
_TRIES: Final = 3


def read_all(
    page: Callable[[Any], Sequence[Row]],
    count: Callable[[], int],
    fields: Collection[str],
    *,
    key: str,
    what: str,
) -> list[Row]:
    """Read all records of a kind.

    Args:
        page: gives the next records behind a key, in the order of the key; None: the first ones.
        count: says how many there are.
        fields: what every record must have.
        key: the field by which they are ordered.
        what: the system and the kind, for errors.

    Raises:
        UnreadableItems: other records are told than there are, or one of them is told twice or without a field.
    """
    there, told = 0, 0
    for _ in range(_TRIES):
        before = count()
        rows = _pages(page, fields, key, what)
        there, told = count(), len(rows)
        if before == there == told:
            return rows
    raise UnreadableItems(
        f"{what}: there are {there}, and {told} were told",
        place=Place(what),
        hint="somebody works on them, or the server leaves some out: try again, and look at the rights of its user",
    )


def _pages(
    page: Callable[[Any], Sequence[Row]], fields: Collection[str], key: str, what: str
) -> list[Row]:
    rows: list[Row] = []
    seen: set[Any] = set()
    last = None
    while found := page(last):
        for row in found:
            check_fields(row, (key, *fields), what)
            if row[key] in seen:
                raise UnreadableItems(f"{what}: {row[key]} is told twice", place=Place(what))
            seen.add(row[key])
        rows += found
        last = found[-1][key]
    return rows


def check_fields(row: Row, fields: Collection[str], what: str) -> None:
    """Check that a record has every field that was asked for.

    Raises:
        UnreadableItems: one is missing.
    """
    missing = [name for name in fields if name not in row] if isinstance(row, dict) else fields
    if missing:
        raise UnreadableItems(
            f"{what}: a record has no {next(iter(missing))}",
            place=Place(what),
            excerpt=str(row),
            hint="the server answers otherwise than its interface says: look at its version",
        )


def by_key(
    rows: Iterable[Row], wanted: Collection[Any], fields: Collection[str], *, key: str, what: str
) -> dict[Any, Row]:
    """Give the records that others name by their key.

    Raises:
        UnreadableItems: one of them was not told, or has not every field.
    """
    found: dict[Any, Row] = {}
    for row in rows:
        check_fields(row, (key, *fields), what)
        found[row[key]] = row
    gone = [one for one in wanted if one not in found]
    if gone:
        raise UnreadableItems(
            f"{what}: {len(gone)} that invoices name were not told, such as {gone[0]}",
            place=Place(what),
            hint="look at the rights of the server's user",
        )
    return found


def minor_units(text: Any, currency: str, number: str, what: str) -> int:
    """Give an amount in minor units; a number that the server wrote is exact as long as it stays text.

    Raises:
        UnreadableItems: it is no amount of the currency, or there is no such currency.
    """
    if currency not in exponents():
        raise UnreadableItems(
            f"{what} {number}: {currency!r} is no ISO 4217 currency", place=Place(what)
        )
    try:
        return parse_minor(str(text), exponent(currency))
    except AmountError as error:
        raise UnreadableItems(f"{what} {number}: {error}", place=Place(what)) from None


def day_of(value: Any, number: str, what: str) -> dt.date | None:
    """Give a day that is written as ISO 8601 does; None where the field is empty.

    Raises:
        UnreadableItems: it is no day.
    """
    if not value:
        return None
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise UnreadableItems(f"{what} {number}: {value!r} is no day", place=Place(what)) from None


def text_of(value: Any) -> str | None:
    """Give a text without blanks around it; None where the field is empty, for which some systems write false."""
    return (str(value).strip() or None) if value else None


def books_of(items: Iterable[Row], parties: Iterable[Row]) -> Books:
    """Lay items and customers down as the books; columns that a row does not have are blank.

    Args:
        items: columns of `Items`, amounts in minor units; those with nothing open are left out, and where the sign of what
            is open contradicts the kind, the sign decides.
        parties: columns of `Parties`; blanks in accounts are removed.
    """
    open_items = [_item(row) for row in items if row["open_amount"]]
    listed = [{"accounts": [], "aliases": [], **row} for row in parties]
    customers = pl.DataFrame(listed, schema=Parties.create_empty().schema).with_columns(
        accounts=pl.col("accounts")
        .list.eval(pl.element().str.replace_all(r"\s", ""))
        .list.unique(maintain_order=True)
    )
    frame = pl.DataFrame(open_items, schema=Items.create_empty().schema)
    return Books(
        items=Items.validate(frame.sort("item_id")),
        parties=Parties.validate(customers.sort("customer_id")),
        remittances=Remittances.create_empty(),
        closed=ClosedItems.create_empty(),
        own_accounts=OwnAccounts.create_empty(),
    )


def _item(row: Row) -> dict[str, Any]:
    kind = row.get("kind") or "invoice"
    is_owed = row["open_amount"] > 0
    if is_owed and kind == "credit_note":
        kind = "debit_note"
    return {
        **dict.fromkeys(Items.column_names()),
        **row,
        "kind": kind if is_owed else "credit_note",
    }
