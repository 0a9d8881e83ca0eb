"""Write-off limits: what a person may forgive. In: allocations to be made, the record, the limits. Out: nothing, or Refused.

The lower of the user's and the customer's limit counts, in amount and in percent of the item, and all that a user
forgives in a day is added up. Forgiving by another name is forgiving: a discount that the item does not grant, or a
charge that the bank does not name.

Source: permitted differences of user and customer tolerance groups (catalogue C5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.errors import Refused
from recon.money import format_minor, to_decimal
from recon.review.parts import FORGIVING_KINDS
from recon.review.people import same_name
from recon.review.record import decision_states

if TYPE_CHECKING:
    from recon.protocols import Standing
    from recon.review.act import Act
    from recon.review.people import Person

_COUNTS: Final = ("in_force", "awaiting", "later")


def forgiven(allocations: pl.DataFrame, lines: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Say what allocations forgive of each item.

    A discount is granted up to the item's own until its last day, and a charge up to what the bank says it took.

    Args:
        allocations: allocations with `decision_no`.
        lines: their lines; booking_date and charges are asked.
        items: the items; one that is not among them grants no discount.

    Returns:
        decision_no, item_id, customer_id, currency, forgiven (minor units, positive).
    """
    rows = allocations.filter(pl.col("kind").is_in(FORGIVING_KINDS))
    facts = lines.select("line_id", "booking_date", "charges")
    granted = items.select("item_id", "discount_amount", "discount_until")
    per_kind = (
        rows.group_by("decision_no", "line_id", "item_id", "customer_id", "currency", "kind")
        .agg(amount=pl.col("amount").sum().abs())
        .join(facts, on="line_id", how="left")
        .join(granted, on="item_id", how="left")
        .sort("decision_no", "kind", "item_id", nulls_last=True)
    )
    in_time = pl.col("discount_until") >= pl.col("booking_date")
    discount = pl.when(in_time).then("discount_amount").fill_null(0)
    # Charges that the bank names are used up by the items in their order.
    charged = pl.col("amount").cum_sum().over("decision_no", "kind")
    beyond_charges = (charged - pl.col("charges").fill_null(0)).clip(0)
    beyond = (
        pl.when(pl.col("kind") == "discount")
        .then((pl.col("amount") - discount).clip(0))
        .when(pl.col("kind") == "bank_charge")
        .then(pl.min_horizontal(beyond_charges, "amount"))
        .otherwise("amount")
    )
    keys = ["decision_no", "item_id", "customer_id", "currency"]
    sums = per_kind.with_columns(forgiven=beyond).group_by(keys).agg(pl.col("forgiven").sum())
    return sums.filter(pl.col("forgiven") > 0).sort(keys, nulls_last=True)


def check_limits(
    standing: Standing, allocations: pl.DataFrame, line: dict[str, Any], act: Act, person: Person
) -> None:
    """Check what a decision forgives against all limits.

    Raises:
        Refused: a limit is passed; the message names it with both figures.
    """
    asked = allocations.with_columns(decision_no=pl.lit(0, dtype=pl.Int64))
    of_line = standing.lines.filter(pl.col("line_id") == line["line_id"])
    now = forgiven(asked, of_line, standing.items)
    if now.is_empty():
        return
    act.check_said("a write-off")
    currency = line["currency"]
    controls = act.authority.controls
    own = person.write_off_limit
    limits = [(controls.customer_write_off_limit, "what a customer may be forgiven at a time")]
    if own is not None:
        limits.append((own, f"what {person.name} may write off"))
    limit, whose = min(limits, key=lambda pair: pair[0])
    for customer, amount in (
        now.group_by("customer_id").agg(pl.col("forgiven").sum()).sort("customer_id").iter_rows()
    ):
        if to_decimal(amount, currency) > limit:
            raise Refused(
                f"{format_minor(amount, currency)} {currency} forgiven to customer {customer or '(unknown)'} "
                f"is more than {whose}: {limit}",
                hint="ask somebody with a higher limit, or leave the rest open",
            )
    _check_percent(standing, now, line, act)
    _check_day(standing, now, line, act, person)


def _check_percent(standing: Standing, now: pl.DataFrame, line: dict[str, Any], act: Act) -> None:
    """What was forgiven of an item before counts too, or it could be forgiven away in small pieces."""
    before = forgiven_before(standing).group_by("item_id").agg(before=pl.col("forgiven").sum())
    percent = act.authority.controls.customer_write_off_percent
    basis = pl.coalesce("amount", "open_amount").abs()
    facts = standing.items.select("item_id", "number", basis=basis)
    joined = now.join(facts, on="item_id").join(before, on="item_id", how="left")
    rows = joined.select("number", "basis", pl.col("forgiven") + pl.col("before").fill_null(0))
    currency = line["currency"]
    for number, whole, amount in rows.sort("number").iter_rows():
        if amount * 100 > percent * whole:
            raise Refused(
                f"{format_minor(amount, currency)} {currency} forgiven of item {number} "
                f"is more than {percent} percent of {format_minor(whole, currency)} {currency}",
                hint="leave the rest open, or raise controls.customer_write_off_percent",
            )


def _check_day(
    standing: Standing, now: pl.DataFrame, line: dict[str, Any], act: Act, person: Person
) -> None:
    currency = line["currency"]
    done = forgiven_before(standing).filter(
        pl.col("at").str.starts_with(act.day), pl.col("currency") == currency
    )
    before = sum(
        amount
        for name, amount in done.select("decided_by", "forgiven").iter_rows()
        if same_name(name) == same_name(person.name)
    )
    total = before + int(now["forgiven"].sum())
    limit = act.authority.controls.daily_write_off_limit
    if to_decimal(total, currency) > limit:
        raise Refused(
            f"{format_minor(total, currency)} {currency} written off by {person.name} on {act.day} "
            f"is more than the limit of a day: {limit}",
            hint="go on tomorrow, or ask somebody else",
        )


def forgiven_before(standing: Standing) -> pl.DataFrame:
    """Say what decisions that stand or wait forgave, with decided_by and at; what was taken back does not count."""
    states = decision_states(standing).filter(pl.col("state").is_in(_COUNTS))
    rows = standing.allocation_log.filter(pl.col("status") == "applied").join(
        states.select("decision_no"), on="decision_no", how="semi"
    )
    log = standing.decision_log.select("decision_no", "decided_by", "at")
    return forgiven(rows, standing.lines, standing.items).join(log, on="decision_no")
