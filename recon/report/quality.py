"""Measure a run against the truth: how often an applied line is right, and how much was applied at all.

In: `lines.csv` and `allocations.csv` of a run and a truth (see `recon.report.truth`), as frames of text. Out: figures
with exact bounds, a table by scenario, and every wrong line with the evidence that misled. Reads no file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.money import format_minor_expr
from recon.report.bounds import Share
from recon.report.calibration import calibrate, calibration_error, proof_table
from recon.report.conservation import check_conservation
from recon.report.judged import judge_lines, shown_set
from recon.report.truth import checked_allocations, checked_lines, checked_truth

if TYPE_CHECKING:
    from recon.report.conservation import Conservation

SUGGESTIONS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What a run was worth, against a truth.

    Attributes:
        lines: lines that the truth speaks of.
        lost: lines of the truth that the run does not have; they count as not applied.
        unlabelled: lines of the run of which the truth says nothing; they count nowhere.
        precision: applied lines whose items and amounts are exactly the truth's, of all applied lines.
        coverage: lines applied rightly, of the decidable lines that pay items.
        hit_first: the first suggestion is right, of the decidable lines that pay items and were not applied.
        hit_third: the same, one of the first three is right.
        traps: lines left alone, of those that no careful person would apply (undecidable).
        fates: lines whose fate is one that the truth allows.
        calibration_error: distance of stated confidence and share of right sets, mean over all sets by bin; 0 to 1.
        scenarios: a row a scenario; `traps` are its undecidable lines, `caught` those of them that were left alone.
        calibration: a row a bin of confidence.
        proof: a row a confidence: lines stated at least so sure that only the threshold stood in the way, and the
            wrong ones of them; with it `recon match --calibration` knows how far such statements can be trusted.
        wrong_lines: a row a wrongly applied line, with expected and applied set and the evidence.
        wrong_value: a row a currency: amount of the wrongly applied lines.
        conservation: what became of every cent, checked again from the files.
    """

    lines: int
    lost: int
    unlabelled: int
    precision: Share
    coverage: Share
    hit_first: Share
    hit_third: Share
    traps: Share
    fates: Share
    calibration_error: float
    scenarios: pl.DataFrame
    calibration: pl.DataFrame
    proof: pl.DataFrame
    wrong_lines: pl.DataFrame
    wrong_value: pl.DataFrame
    conservation: Conservation

    def figures(self) -> pl.DataFrame:
        """Give the shares as a table: measure, hits, of, percent, and the bounds in percent."""
        shares = {
            "applied lines that are right": self.precision,
            "decidable receipts applied rightly": self.coverage,
            "of the rest: first suggestion right": self.hit_first,
            "of the rest: one of three right": self.hit_third,
            "undecidable lines left alone": self.traps,
            "fates that the truth allows": self.fates,
        }
        rows = [
            (name, share.hits, share.of, share.percent, share.low_percent, share.high_percent)
            for name, share in shares.items()
        ]
        columns = ["measure", "hits", "of", "percent", "low_95", "high_95"]
        return pl.DataFrame(rows, schema=columns, orient="row")


def evaluate(
    lines: pl.DataFrame,
    allocations: pl.DataFrame,
    truth: pl.DataFrame,
    open_items: pl.DataFrame | None = None,
) -> Quality:
    """Compare a run with the truth.

    Args:
        lines: `lines.csv`, all columns text.
        allocations: `allocations.csv`, all columns text.
        truth: as `recon.report.truth` says, all columns text.
        open_items: `item_id`, `currency` and `open_amount` in minor units, as the run got them; without them no item
            is checked.

    Returns:
        The figures; the order of rows does not matter.

    Raises:
        ConfigurationError: a table is not as it must be.
    """
    lines = checked_lines(lines)
    rows = checked_allocations(allocations, lines, with_items=open_items is not None)
    labels = checked_truth(truth, lines)
    judged = judge_lines(lines, rows, labels)
    receipts = judged.filter(pl.col("pays_items") & pl.col("decidable"))
    applied, rest = judged.filter("is_applied"), receipts.filter(~pl.col("is_applied"))
    wrong = applied.filter(~pl.col("is_right"))
    bins = calibrate(judged)
    return Quality(
        lines=judged.height,
        lost=judged["line_id"].null_count(),
        unlabelled=lines.join(judged, on="line_id", how="anti").height,
        precision=_share(applied, pl.col("is_right")),
        coverage=_share(receipts, pl.col("is_applied") & pl.col("is_right")),
        hit_first=_share(rest, pl.col("hit") == 1),
        hit_third=_share(rest, pl.col("hit") <= SUGGESTIONS),
        traps=_share(judged.filter(~pl.col("decidable")), ~pl.col("is_applied")),
        fates=_share(judged.filter(pl.col("allowed") != ""), pl.col("has_allowed_fate")),
        calibration_error=calibration_error(bins),
        scenarios=_by_scenario(judged),
        calibration=bins,
        proof=proof_table(judged),
        wrong_lines=_shown(wrong),
        wrong_value=_value(wrong),
        conservation=check_conservation(lines, rows, open_items),
    )


def _share(frame: pl.DataFrame, hit: pl.Expr) -> Share:
    return Share(frame.filter(hit).height, frame.height)


# ---------------------------------------------------------------- tables


def _by_scenario(judged: pl.DataFrame) -> pl.DataFrame:
    is_receipt = pl.col("pays_items") & pl.col("decidable")
    left = pl.col("pays_items") & ~pl.col("is_applied")
    is_right = pl.col("is_applied") & pl.col("is_right")
    is_wrong = pl.col("is_applied") & ~pl.col("is_right")
    counted = (
        judged.group_by("scenario")
        .agg(
            lines=pl.len(),
            pays_items=pl.col("pays_items").sum(),
            decidable=pl.col("decidable").sum(),
            applied=pl.col("is_applied").sum(),
            right=is_right.sum(),
            wrong=is_wrong.sum(),
            left=left.sum(),
            hit_first=(left & (pl.col("hit") == 1)).sum(),
            hit_third=(left & (pl.col("hit") <= SUGGESTIONS)).sum(),
            traps=(~pl.col("decidable")).sum(),
            caught=(~pl.col("decidable") & ~pl.col("is_applied")).sum(),
            allowed_fate=pl.col("has_allowed_fate").sum(),
            _receipts=is_receipt.sum(),
            _covered=(is_receipt & is_right).sum(),
        )
        .sort("scenario")
    )
    shares = {"precision": ("right", "applied"), "coverage": ("_covered", "_receipts")}
    return counted.with_columns(
        *(_percent(counted, *of).alias(name) for name, of in shares.items()),
        wrong_value=_wrong_value_of(judged, counted["scenario"]),
    ).drop("_receipts", "_covered")


def _percent(counted: pl.DataFrame, hits: str, of: str) -> pl.Series:
    rows = counted.select(hits, of).rows()
    return pl.Series([Share(*row).percent for row in rows], dtype=pl.String)


def _wrong_value_of(judged: pl.DataFrame, scenarios: pl.Series) -> pl.Series:
    """Write the amounts of the wrongly applied lines of each scenario as text, currency by currency."""
    wrong = judged.filter("is_applied", ~pl.col("is_right"))
    by = _value(wrong, "scenario").select(
        "scenario", text=pl.concat_str("amount", "currency", separator=" ")
    )
    joined = by.group_by("scenario", maintain_order=True).agg(pl.col("text").str.join(", "))
    texts = dict(joined.rows())
    return pl.Series([texts.get(name, "") for name in scenarios], dtype=pl.String)


def _shown(wrong: pl.DataFrame) -> pl.DataFrame:
    return wrong.select(
        "line_id",
        "bank_reference",
        "scenario",
        "amount",
        "currency",
        shown_set("expected"),
        shown_set("said").alias("applied"),
        "because",
    )


def _value(wrong: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Sum what the wrongly applied lines received, by currency."""
    total = wrong.group_by(*by, "currency").agg(
        lines=pl.len(), minor=pl.col("minor").cast(pl.Int128).sum()
    )
    amount = format_minor_expr(pl.col("minor"), pl.col("currency"))
    return total.select(*by, "currency", "lines", amount=amount).sort(*by, "currency")
