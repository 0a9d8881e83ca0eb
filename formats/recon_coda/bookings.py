"""Bookings and their details: which movements become lines, and what the others tell of them. Nothing counts twice.

In: movements. Out: movements with their role, batch, charges and extras.

A booking (detail number 0000) that the bank totalled gives its details as lines of one batch, if they add up to it to
the cent and can all be trusted; else the booking stays one line and its details are told in its extras. A booking of
type 3 is one payment: its details are the parts of its amount, such as principal and costs.

Source: Febelfin CODA 2.6, sections 3.1 (types 0 to 9) and 6 (sequence and detail numbers).
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from recon.api import format_minor_expr, json_members, json_object
from recon_coda.codes import CHARGE_CATEGORIES
from recon_coda.movements import ASK
from recon_coda.structure import MOVEMENT

_BOOKING: Final = "0000"
_SIMPLE_WITH_PARTS: Final = "3"
# Details of a 3 and of a 7: parts of one amount, not amounts of their own.
_PART_TYPES: Final = ("8", "9")

LINE: Final = "line"
REPLACED: Final = "replaced"
PART: Final = "part"
# Most files have neither parts nor bookings that their details replace.
_NO_PARTS: Final = pl.DataFrame(
    schema={
        "owner": pl.Int64, "extras_parts": pl.String, "part_end": pl.Int64, "part_sum": pl.Int64,
        "principals": pl.Int64, "charge_sum": pl.Int64, "original_amount_part": pl.Int64,
        "original_currency_part": pl.String, "exchange_rate_part": pl.String,
    }
)  # fmt: skip
_NONE_REPLACED: Final = pl.DataFrame(schema={"booking": pl.Int64, "extras_booking": pl.String})


def with_roles(movements: pl.DataFrame) -> pl.DataFrame:
    """Add role (line, replaced, part or null for a reject), batch, charges and extras."""
    grouped = _with_booking(movements)
    judged = grouped.join(_verdicts(grouped), on="booking", how="left", maintain_order="left")
    owned = judged.with_columns(role=_role()).with_columns(
        owner=pl.when(pl.col("role") == LINE).then("movement").forward_fill().over("booking"),
        batch=pl.when(pl.col("is_split") & (pl.col("role") == LINE)).then("booking"),
    )
    resolved = _without_orphans(owned)
    return (
        resolved.join(_parts(resolved), on="owner", how="left", maintain_order="left")
        .join(_replaced(resolved), on="booking", how="left", maintain_order="left")
        .with_columns(**_completing())
    )


def _with_booking(movements: pl.DataFrame) -> pl.DataFrame:
    """Number the bookings from 1: each begins with its detail 0000, or where the sequence number changes."""
    number, is_movement = pl.col("number"), pl.col("kind") == MOVEMENT
    key = pl.when(is_movement).then(pl.concat_str(pl.col("statement").cast(pl.String), number))
    before = key.shift(1).forward_fill().fill_null("")
    is_main = is_movement & (pl.col("detail") == _BOOKING)
    starts = ~is_movement | is_main | (key != before)
    return movements.with_columns(
        booking=starts.fill_null(value=True).cast(pl.Int64).cum_sum(), is_main=is_main
    )


def _verdicts(movements: pl.DataFrame) -> pl.DataFrame:
    """Say of each booking whether its details take its place."""
    is_detail = ~pl.col("is_main") & (pl.col("kind") == MOVEMENT)
    counts = is_detail & ~pl.col("type").is_in(_PART_TYPES)
    is_sound = pl.col("code").is_null()
    main_amount = pl.col("amount").filter("is_main").first()
    is_one_payment = (pl.col("type") == _SIMPLE_WITH_PARTS).filter("is_main").first()
    adds_up = pl.col("amount").filter(counts).sum() == main_amount
    return movements.group_by("booking").agg(
        is_split=(counts.any() & is_sound.all() & adds_up & ~is_one_payment).fill_null(value=False),
        is_off=(counts.any() & ~adds_up & ~is_one_payment).fill_null(value=False),
    )


def _without_orphans(movements: pl.DataFrame) -> pl.DataFrame:
    """Reject the parts of a line that is not there or cannot be read."""
    is_orphan = (pl.col("role") == PART) & pl.col("owner").is_null()
    causes = {
        "field": "detail number",
        "code": "no-booking",
        "reason": "it details a booking (0000) that is not there or cannot be read",
        "hint": ASK,
    }
    return movements.with_columns(
        role=pl.when(~is_orphan).then("role"),
        **{name: pl.when(is_orphan).then(pl.lit(cause)).otherwise(name) for name, cause in causes.items()},
    )  # fmt: skip


@cache
def _role() -> pl.Expr:
    return (
        pl.when(pl.col("code").is_not_null())
        .then(None)
        .when(pl.col("is_main") & pl.col("is_split"))
        .then(pl.lit(REPLACED))
        .when(pl.col("is_main"))
        .then(pl.lit(LINE))
        .when(pl.col("type").is_in(_PART_TYPES))
        .then(pl.lit(PART))
        .when(pl.col("is_split") | pl.col("is_separate"))
        .then(pl.lit(LINE))
        .otherwise(pl.lit(PART))
    )


def _parts(movements: pl.DataFrame) -> pl.DataFrame:
    """Tell the parts of each line: as JSON, and the charges among them where the parts are all of the amount."""
    parts = movements.filter((pl.col("role") == PART) & pl.col("owner").is_not_null())
    if parts.is_empty():
        return _NO_PARTS
    is_charge = pl.col("category").is_in(CHARGE_CATEGORIES)
    return (
        parts.with_columns(told=_part())
        .group_by("owner", maintain_order=True)
        .agg(
            extras_parts=pl.col("told").str.join(","),
            part_end=pl.col("byte_end").max(),
            part_sum=pl.col("amount").sum(),
            principals=(~is_charge).sum(),
            charge_sum=pl.col("amount").filter(is_charge).sum(),
            original_amount_part=pl.col("original_amount").drop_nulls().first(),
            original_currency_part=pl.col("original_currency").drop_nulls().first(),
            exchange_rate_part=pl.col("exchange_rate").drop_nulls().first(),
        )
        .with_columns(
            extras_parts=pl.concat_str(pl.lit('"parts":['), "extras_parts", pl.lit("]")),
        )
    )


def _replaced(movements: pl.DataFrame) -> pl.DataFrame:
    """Tell each line of a batch what its booking said."""
    replaced = movements.filter(pl.col("role") == REPLACED)
    if replaced.is_empty():
        return _NONE_REPLACED
    return replaced.select(
        "booking", extras_booking=pl.concat_str(pl.lit('"booking":'), _replaced_booking())
    )


@cache
def _part() -> pl.Expr:
    return json_object(
        json_members(
            {
                "amount": format_minor_expr(pl.col("amount"), pl.col("currency")),
                "code": pl.col("transaction_code"),
                "reference": pl.col("bank_reference"),
                "name": pl.col("payer_name"),
                "account": pl.col("payer_account"),
                "text": pl.when(pl.col("remittance") != "").then("remittance"),
                "structured_reference": pl.col("structured_reference"),
                "form": pl.col("form"),
            }
        ),
        _told_communication(),
    )


@cache
def _replaced_booking() -> pl.Expr:
    return json_object(
        json_members(
            {
                "amount": format_minor_expr(pl.col("amount"), pl.col("currency")),
                "code": pl.col("transaction_code"),
                "reference": pl.col("bank_reference"),
                "customer_reference": pl.col("reference"),
                "text": pl.when(pl.col("remittance") != "").then("remittance"),
                "information": pl.col("information_rest"),
                "structured_reference": pl.col("structured_reference"),
                "form": pl.col("form"),
            }
        ),
        _told_communication(),
    )


@cache
def _completing() -> dict[str, pl.Expr]:
    """Give what the parts and the replaced booking of a line add to it."""
    is_all = (pl.col("part_sum") == pl.col("amount")) & (pl.col("principals") > 0)
    charges = pl.when(is_all & (pl.col("charge_sum") != 0)).then(-pl.col("charge_sum"))
    own = json_members(
        {
            "detail": pl.when(~pl.col("is_main")).then("detail"),
            "category_purpose": pl.col("category_purpose"),
            "return_type": pl.col("return_type"),
            "address": pl.col("address"),
            "counterparty_currency": pl.col("counterparty_currency"),
            "information": pl.col("information_rest"),
            "form": pl.col("told_form"),
            "zone_22": pl.col("zone_22"),
            "zone_23": pl.col("zone_23"),
        }
    )
    pieces = [
        _told_communication(),
        *(pl.col(f"extras_{name}").fill_null("") for name in ("information", "parts")),
    ]
    booking = pl.when(pl.col("role") == LINE).then("extras_booking").fill_null("")
    taken = {
        name: pl.coalesce(name, f"{name}_part")
        for name in ("original_amount", "original_currency", "exchange_rate")
    }
    return {
        **taken,
        "byte_end": pl.max_horizontal("byte_end", "part_end"),
        "charges": charges,
        "extras": json_object(own, *pieces, booking),
    }


@cache
def _told_communication() -> pl.Expr:
    return pl.col("extras_communication").fill_null("")
