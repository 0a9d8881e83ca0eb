"""Give rivals what the matcher gets, and judge what they found by the judge that judges the matcher.

In: a world's frames; what a rival found. Out: files for the rivals; a Quality. A set takes its money item by item,
credit notes first, and the rest stays on account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from benchmarks.rivals.given import Found
from benchmarks.world.tables import render_truth
from recon.money import format_minor_expr
from recon.report.quality import Quality, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from benchmarks.generate import World
    from recon.run.matching import MatchInputs


def write_given(inputs: MatchInputs, folder: Path) -> None:
    """Write receipts, items and customers for the rivals; amounts in minor units."""
    receipts = inputs.lines.filter(pl.col("amount") > 0)
    frames = {
        "lines": receipts.select(
            "line_id",
            "amount",
            "currency",
            day="booking_date",
            name="payer_name",
            account="payer_account",
            text="remittance",
            structured="structured_reference",
            end_to_end="end_to_end_id",
        ),
        "items": inputs.items.select(
            "item_id",
            "number",
            "customer_id",
            "customer_name",
            "currency",
            "discount_until",
            "purchase_order",
            amount="open_amount",
            issued="issue_date",
            reference="payment_reference",
            discount=pl.col("discount_amount").fill_null(0),
        ),
        "customers": inputs.parties.select(
            "customer_id", "name", accounts=pl.col("accounts").list.join("|")
        ),
    }
    for name, frame in frames.items():
        frame.write_csv(folder / f"{name}.csv")


def found_of(rows: Iterable[list[Any]]) -> Iterator[Found]:
    """Read what a rival printed."""
    for line_id, item_ids, confidence, is_applied in rows:
        yield Found(line_id, tuple(item_ids), confidence, is_applied)


def judge_found(world: World, inputs: MatchInputs, found: Iterable[Found]) -> Quality:
    """Compare what a rival found with the world's truth."""
    found = list(found)
    statuses = {one.line_id: "applied" if one.is_applied else "suggested" for one in found}
    assert len(statuses) == len(found), "a rival gave a line twice"
    lines = inputs.lines.select(
        "line_id",
        "bank_reference",
        "currency",
        amount=format_minor_expr(pl.col("amount"), pl.col("currency")),
        fate=pl.col("line_id").replace_strict(statuses, default="unmatched"),
        reason=pl.lit("said"),
    )
    truth = pl.read_csv(render_truth(world.months), infer_schema=False)
    return evaluate(lines, _allocations(inputs, found), truth)


def _allocations(inputs: MatchInputs, found: list[Found]) -> pl.DataFrame:
    money = {line_id: (amount, currency) for line_id, amount, currency in
             inputs.lines.select("line_id", "amount", "currency").iter_rows()}  # fmt: skip
    items = {item_id: (number, amount) for item_id, number, amount in
             inputs.items.select("item_id", "number", "open_amount").iter_rows()}  # fmt: skip
    rows = []
    for one in found:
        amount, currency = money[one.line_id]
        status = "applied" if one.is_applied else "suggested"
        for number, minor in allotted(amount, [items[item_id] for item_id in one.item_ids]):
            kind = "payment" if number else "on_account"
            confidence = f"{min(one.confidence, 0.999999):.6f}"
            rows.append((one.line_id, number, minor, currency, kind, status, "1", confidence, "-"))
    schema = {
        "line_id": pl.String,
        "item_number": pl.String,
        "amount": pl.Int64,
        "currency": pl.String,
        **dict.fromkeys(("kind", "status", "rank", "confidence", "because"), pl.String),
    }
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return table.with_columns(amount=format_minor_expr(pl.col("amount"), pl.col("currency")))


def allotted(amount: int, items: list[tuple[str, int]]) -> Iterator[tuple[str | None, int]]:
    """Spread a line's amount over items (number, open amount), credit notes first; None is what stays on account."""
    for number, open_amount in sorted(items, key=lambda item: item[1] > 0):
        paid = min(open_amount, amount)
        if paid:
            yield number, paid
        amount -= paid
    if amount:
        yield None, amount
