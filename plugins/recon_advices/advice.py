"""What an advice is, whatever it was written in. In: parts as the readers found them. Out: a frame of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from recon.api import Remittances

if TYPE_CHECKING:
    from collections.abc import Iterable

    import dataframely as dy


class Part(NamedTuple):
    """One item that is paid: its number as the payer gives it, and minor units if the payer says them."""

    item_number: str
    amount: int | None


class Advice(NamedTuple):
    """One payment that was announced, in minor units; its reader has proved that the parts make the total."""

    advice_id: str
    customer_id: str | None
    payer_name: str | None
    reference: str | None
    total: int
    currency: str
    parts: tuple[Part, ...]


def frame_of(advices: Iterable[Advice]) -> dy.DataFrame[Remittances]:
    """Lay advices down as rows, an item each."""
    rows = [(*advice[:-1], *part) for advice in advices for part in advice.parts]
    schema = Remittances.create_empty().schema
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return Remittances.validate(frame.unique().sort(pl.all()))


def merged(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Add up parts of one number: what was deducted from an item stands beside it."""
    sums: dict[str, int | None] = {}
    for number, amount in parts:
        before = sums.get(number, 0)
        sums[number] = None if before is None or amount is None else before + amount
    return tuple(Part(*one) for one in sums.items())
