"""Judge a run that was made in memory, and lay any judgement out for the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from recon.apply.allocate import allocate
from recon.money import format_minor_expr
from recon.report.exports import confidence_text
from recon.report.quality import Quality, evaluate

if TYPE_CHECKING:
    from recon.match.plan import Matched
    from recon.run.matching import MatchInputs


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run was worth, as plain data that passes from process to process.

    Attributes:
        shares: by measure: hits, of, percent, lower and upper bound.
        scenarios: rows of `Quality.scenarios`.
        calibration_error: 0 to 1.
        wrong: amounts of the wrongly applied lines, with currency.
    """

    shares: dict[str, list[Any]]
    scenarios: list[dict[str, Any]]
    calibration_error: float
    wrong: list[str]


def judge(truth: bytes, inputs: MatchInputs, matched: Matched) -> Quality:
    """Compare what the matcher decided with the truth, given as the bytes of truth.csv."""
    allocations = allocate(inputs.lines, inputs.items, matched.proposals, matched.members)
    amount = format_minor_expr(pl.col("amount"), pl.col("currency"))
    lines = inputs.lines.join(matched.decisions, on="line_id").with_columns(amount=amount)
    written = allocations.with_columns(
        amount=amount,
        item_amount=format_minor_expr(pl.col("item_amount"), pl.col("item_currency")),
        rank=pl.col("rank").cast(pl.String),
        confidence=confidence_text(pl.col("confidence_ppm")),
    )
    labels = pl.read_csv(truth, infer_schema=False)
    return evaluate(lines, written, labels, inputs.items)


def verdict_of(quality: Quality) -> Verdict:
    """Take what the table shows, after checking that no line got lost and no cent."""
    assert quality.conservation.holds, quality.conservation
    assert (quality.lost, quality.unlabelled) == (0, 0), (quality.lost, quality.unlabelled)
    return Verdict(
        shares={name: list(rest) for name, *rest in quality.figures().rows()},
        scenarios=quality.scenarios.to_dicts(),
        calibration_error=quality.calibration_error,
        wrong=[f"{amount} {currency}" for currency, _, amount in quality.wrong_value.rows()],
    )
