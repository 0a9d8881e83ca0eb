"""Parts: how a person divides a line's money among items. In: parts, the line, the items as open now. Out: Allocations.

Every identity of `recon/apply/conserve.py` holds for what comes out, or it is refused: the cash parts are the line's
amount to the last minor unit, no item is settled beyond what is left of it or the wrong way, and all is one currency.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.errors import Refused, clip
from recon.frames.allocations import CASH_KINDS, Allocations
from recon.money import AMOUNT_LIMIT, format_minor

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dataframely as dy

PART_KINDS: Final = ("payment", "discount", "write_off", "bank_charge", "on_account")
FORGIVING_KINDS: Final = ("discount", "write_off", "bank_charge")
_CERTAIN_PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a line: money of a kind for one item, in minor units of the line's currency.

    A payment of a credit note is negative, as its open amount is. The rest on account has no item; its amount may be
    left out, and is then what the payments leave.
    """

    kind: str
    amount: int | None = None
    item_id: str | None = None
    customer_id: str | None = None


def allocations_of_parts(
    line: dict[str, Any], parts: Sequence[Part], items: pl.DataFrame, because: str
) -> dy.DataFrame[Allocations]:
    """Write parts down as applied allocations.

    Args:
        line: the facts of the line; `amount` in minor units.
        parts: how it is divided.
        items: the items with `left`, what may still be settled of each.
        because: why, in words.

    Returns:
        Allocations of the line, status applied, rank 1.

    Raises:
        Refused: a part means nothing, or an identity would not hold; the message has both figures.
    """
    named = {part.item_id for part in parts if part.item_id is not None}
    known = {row["item_id"]: row for row in items.filter(pl.col("item_id").is_in(named)).to_dicts()}
    whole = _with_rest(line, parts, known)
    for part in whole:
        _check_part(line, part, known)
    _check_cash(line, whole)
    _check_left(line, whole, known)
    rows = [_row(line, part, known, because) for part in whole]
    frame = pl.DataFrame(rows, schema=Allocations.create_empty().schema, orient="row")
    return Allocations.validate(frame.sort("line_id", "rank", "item_id", "kind", nulls_last=True))


def check_cover(allocations: pl.DataFrame, line: dict[str, Any], items: pl.DataFrame) -> None:
    """Check allocations that were made before against what is left of their items now.

    Raises:
        Refused: they no longer come to the line, or an item has less left than they settle.
    """
    parts = [
        Part(kind=kind, amount=amount, item_id=item_id, customer_id=customer)
        for kind, amount, item_id, customer in allocations.select(
            "kind", "amount", "item_id", "customer_id"
        ).iter_rows()
    ]
    wanted = allocations["item_id"].drop_nulls().unique()
    known = {
        row["item_id"]: row
        for row in items.filter(pl.col("item_id").is_in(wanted.implode())).to_dicts()
    }
    for part in parts:
        if part.item_id is not None:
            _check_item(line, part.item_id, known)
    _check_cash(line, parts)
    _check_left(line, parts, known)


def _with_rest(
    line: dict[str, Any], parts: Sequence[Part], known: dict[str, dict[str, Any]]
) -> list[Part]:
    """Give the rest its amount and, if all items are of one customer, that customer."""
    cash = sum(part.amount or 0 for part in parts if part.kind in CASH_KINDS)
    customers = {row["customer_id"] for row in known.values()}
    owner = next(iter(customers)) if len(customers) == 1 else None
    open_ended = [part for part in parts if part.amount is None]
    if len(open_ended) > 1 or any(part.kind != "on_account" for part in open_ended):
        raise Refused("only the rest on account may be left without an amount, and once")
    return [
        Part(
            kind=part.kind,
            amount=line["amount"] - cash if part.amount is None else part.amount,
            item_id=part.item_id,
            customer_id=part.customer_id or owner,
        )
        if part.item_id is None
        else part
        for part in parts
    ]


def _check_part(line: dict[str, Any], part: Part, known: dict[str, dict[str, Any]]) -> None:
    currency = line["currency"]
    if part.kind not in PART_KINDS:
        raise Refused(
            f"{clip(part.kind)!r} is no kind of part", hint=f"one of {', '.join(PART_KINDS)}"
        )
    if not part.amount or abs(part.amount) > AMOUNT_LIMIT:
        raise Refused(f"a part of {part.amount or 0} minor units is no part")
    if part.kind == "on_account":
        if part.item_id is not None:
            raise Refused("money on account belongs to no item")
        if part.amount < 0:
            raise Refused(
                f"{format_minor(part.amount, currency)} {currency} cannot be put on account: the parts are more than the line"
            )
        return
    if part.item_id is None:
        raise Refused(f"a part of kind {part.kind} needs an item")
    item = _check_item(line, part.item_id, known)
    if part.amount * item["left"] < 0:
        raise Refused(
            f"item {item['number']} has {format_minor(item['left'], currency)} {currency} left; "
            f"{format_minor(part.amount, currency)} would settle it the wrong way"
        )


def _check_item(
    line: dict[str, Any], item_id: str, known: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    item = known.get(item_id)
    if item is None:
        raise Refused(f"item {clip(item_id)!r} is not open")
    if item["currency"] != line["currency"]:
        raise Refused(
            f"item {item['number']} is open in {item['currency']}, the line is in {line['currency']}",
            hint="put the line on account, and convert in the ledger",
        )
    return item


def _check_cash(line: dict[str, Any], parts: Sequence[Part]) -> None:
    cash = sum(part.amount or 0 for part in parts if part.kind in CASH_KINDS)
    if cash != line["amount"]:
        currency = line["currency"]
        raise Refused(
            f"the parts use {format_minor(cash, currency)} {currency} of the line's "
            f"{format_minor(line['amount'], currency)} {currency}",
            hint="put the rest on account, or lower a part",
        )


def _check_left(
    line: dict[str, Any], parts: Sequence[Part], known: dict[str, dict[str, Any]]
) -> None:
    settled: dict[str, int] = defaultdict(int)
    for part in parts:
        if part.item_id is not None:
            settled[part.item_id] += part.amount or 0
    for item_id, amount in sorted(settled.items()):
        item = known[item_id]
        left = item["left"]
        if abs(amount) > abs(left) or amount * left < 0:
            currency = line["currency"]
            raise Refused(
                f"item {item['number']} has {format_minor(left, currency)} {currency} left, "
                f"not {format_minor(amount, currency)}",
                hint="another line or a decision that waits for approval may have taken it",
            )


def _row(
    line: dict[str, Any], part: Part, known: dict[str, dict[str, Any]], because: str
) -> dict[str, Any]:
    item = known.get(part.item_id) if part.item_id is not None else None
    return {
        "line_id": line["line_id"],
        "item_id": part.item_id,
        "item_number": item["number"] if item else None,
        "customer_id": item["customer_id"] if item else part.customer_id,
        "amount": part.amount,
        "currency": line["currency"],
        "item_amount": part.amount if item else None,
        "item_currency": item["currency"] if item else None,
        "kind": part.kind,
        "status": "applied",
        "rank": 1,
        "confidence_ppm": _CERTAIN_PPM,
        "because": because,
    }
