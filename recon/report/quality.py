"""Measure a run against the truth: how often an applied line is right, and how much was applied at all.

In: `lines.csv` and `allocations.csv` of a run and a truth (see `recon.report.truth`), as frames of text. Out: figures
with exact bounds, a table by scenario, and every wrong line with the evidence that misled. Reads no file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.allocations import CASH_KINDS
from recon.frames.decisions import FATES
from recon.money import format_minor_expr
from recon.report.bounds import Share
from recon.report.truth import checked_allocations, checked_lines, checked_truth

SUGGESTIONS: Final = 3
# Bins of confidence, parts per million; the last one holds what is applied without a person.
CONFIDENCE_EDGES: Final = (500_000, 900_000, 990_000, 999_900)
# Between the parts and the members of a set; no text of a bank or a book has them.
_INNER: Final = "\x1f"
_OUTER: Final = "\x1e"


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
        scenarios: a row a scenario.
        calibration: a row a bin of confidence.
        wrong_lines: a row a wrongly applied line, with expected and applied set and the evidence.
        wrong_value: a row a currency: amount of the wrongly applied lines.
        broken_lines: a row a line whose applied cash is not its amount, or whose fate is none.
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
    wrong_lines: pl.DataFrame
    wrong_value: pl.DataFrame
    broken_lines: pl.DataFrame

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


def evaluate(lines: pl.DataFrame, allocations: pl.DataFrame, truth: pl.DataFrame) -> Quality:
    """Compare a run with the truth.

    Args:
        lines: `lines.csv`, all columns text.
        allocations: `allocations.csv`, all columns text.
        truth: as `recon.report.truth` says, all columns text.

    Returns:
        The figures; the order of rows does not matter.

    Raises:
        ConfigurationError: a table is not as it must be.
    """
    lines = checked_lines(lines)
    rows = checked_allocations(allocations, lines)
    labels = checked_truth(truth, lines)
    judged = _judge(lines, rows, labels)
    receipts = judged.filter(pl.col("pays_items") & pl.col("decidable"))
    applied, rest = judged.filter("is_applied"), receipts.filter(~pl.col("is_applied"))
    wrong = applied.filter(~pl.col("is_right"))
    bins = _calibrate(judged)
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
        calibration_error=_calibration_error(bins),
        scenarios=_by_scenario(judged),
        calibration=bins,
        wrong_lines=_shown(wrong),
        wrong_value=_value(wrong),
        broken_lines=_broken(lines, rows),
    )


def _share(frame: pl.DataFrame, hit: pl.Expr) -> Share:
    return Share(frame.filter(hit).height, frame.height)


# ---------------------------------------------------------------- sets


def _sets(rows: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """Write each set of allocations as one text, so that two sets are equal when their texts are.

    Args:
        rows: `item_key`, `item_number`, `kind`, `minor`, `currency` and the columns `by`.
        by: what tells one set from another.

    Returns:
        The columns `by`, `set`, and `pays_items`. Only cash counts: how a difference is called is not compared.
    """
    cash = rows.filter(pl.col("kind").is_in(CASH_KINDS)).with_columns(
        item_key=pl.when(pl.col("kind") == "payment").then("item_key").otherwise("kind")
    )
    # One item paid in two rows is one payment; two items of one group are two.
    whole = cash.group_by(*by, "item_number", "item_key", "currency").agg(
        pl.col("minor").sum(), pays_items=(pl.col("kind") == "payment").any()
    )
    amount = format_minor_expr(pl.col("minor"), pl.col("currency"))
    token = pl.concat_str("item_key", pl.lit(_INNER), amount)
    return (
        whole.filter(pl.col("minor") != 0)
        .with_columns(token=token)
        .group_by(by)
        .agg(pl.col("token").sort().str.join(_OUTER).alias("set"), pl.col("pays_items").any())
    )


def _expected(labels: pl.DataFrame) -> pl.DataFrame:
    """Give each line's set according to the truth."""
    keyed = labels.filter(pl.col("line_id").is_not_null() & pl.col("minor").is_not_null())
    key = pl.when(pl.col("group") != "").then("group").otherwise("item_number")
    return _sets(keyed.with_columns(item_key=key), ("line_id",)).rename({"set": "expected"})


def _proposed(rows: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """Give each set of the run, applied or suggested, with its confidence and evidence."""
    members = (
        labels.filter(pl.col("group") != "")
        .select("line_id", "group", pl.col("group").str.split("|").alias("item_number"))
        .explode("item_number")
        .unique()
    )
    joined = rows.join(members, on=["line_id", "item_number"], how="left")
    keyed = joined.with_columns(item_key=pl.coalesce("group", "item_number"))
    by = ("line_id", "status", "rank")
    stated = rows.group_by(by).agg(
        pl.col("ppm").min(), pl.col("because").unique().sort().str.join(" | ")
    )
    return _sets(keyed, by).join(stated, on=by)


def _judge(lines: pl.DataFrame, rows: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """Give a row a line of the truth: what it should be, what it became, and whether that is right."""
    proposed = _proposed(rows, labels)
    applied = proposed.filter(pl.col("status") == "applied").select("line_id", said="set")
    expected = _expected(labels).select("line_id", "expected", "pays_items")
    hits = (
        proposed.filter(pl.col("status") == "suggested")
        .join(expected, left_on=["line_id", "set"], right_on=["line_id", "expected"])
        .group_by("line_id")
        .agg(hit=pl.col("rank").min())
    )
    first = proposed.filter(pl.col("rank") == 1, "pays_items").sort("line_id", "status")
    first = first.unique("line_id", keep="first", maintain_order=True)
    stated = first.select("line_id", "because", stated_set="set", stated_ppm="ppm")
    # What the run lost has no currency, so only its row in the truth says whether it pays an item.
    labelled = labels.group_by("key").agg(
        pl.col("line_id").first(),
        pl.col("scenario").first(),
        pl.col("decidable").all(),
        allowed=pl.col("fate").first(),
        pays_items=(pl.col("item_number") != "").any(),
    )
    facts = lines.select("line_id", "bank_reference", "amount", "currency", "minor", "fate")
    judged = labelled
    for frame in (facts, expected.drop("pays_items"), applied, hits, stated):
        judged = judged.join(frame, on="line_id", how="left")
    judged = judged.with_columns(pl.col("expected", "said", "fate", "stated_set").fill_null(""))
    return judged.with_columns(
        is_applied=pl.col("fate") == "applied",
        is_right=pl.col("said") == pl.col("expected"),
        is_stated_right=pl.col("stated_set") == pl.col("expected"),
        has_allowed_fate=pl.col("allowed").str.split("|").list.contains(pl.col("fate")),
    ).sort("key")


# ---------------------------------------------------------------- tables


def _by_scenario(judged: pl.DataFrame) -> pl.DataFrame:
    left = pl.col("pays_items") & ~pl.col("is_applied")
    is_right = pl.col("is_right")
    return (
        judged.group_by("scenario")
        .agg(
            lines=pl.len(),
            pays_items=pl.col("pays_items").sum(),
            decidable=pl.col("decidable").sum(),
            applied=pl.col("is_applied").sum(),
            right=(pl.col("is_applied") & is_right).sum(),
            wrong=(pl.col("is_applied") & ~is_right).sum(),
            left=left.sum(),
            hit_first=(left & (pl.col("hit") == 1)).sum(),
            hit_third=(left & (pl.col("hit") <= SUGGESTIONS)).sum(),
            allowed_fate=pl.col("has_allowed_fate").sum(),
        )
        .sort("scenario")
    )


def _calibrate(judged: pl.DataFrame) -> pl.DataFrame:
    """Compare stated confidence with the share of right sets, by bin; each line's best set counts."""
    stated = judged.filter(pl.col("stated_set") != "")
    edges = [0, *CONFIDENCE_EDGES]
    floor = pl.lit(0)
    for edge in CONFIDENCE_EDGES:
        floor = pl.when(pl.col("stated_ppm") >= edge).then(pl.lit(edge)).otherwise(floor)
    found = (
        stated.group_by(floor.cast(pl.Int64).alias("from_ppm"))
        .agg(
            sets=pl.len(),
            stated=pl.col("stated_ppm").mean() / 1_000_000,
            right_share=pl.col("is_stated_right").mean(),
        )
        .sort("from_ppm")
    )
    upper = dict(zip(edges, [*CONFIDENCE_EDGES, 1_000_000], strict=True))
    to_ppm = pl.col("from_ppm").replace_strict(upper, return_dtype=pl.Int64)
    return found.select("from_ppm", to_ppm.alias("to_ppm"), "sets", "stated", "right_share")


def _calibration_error(bins: pl.DataFrame) -> float:
    distance = (pl.col("stated") - pl.col("right_share")).abs() * pl.col("sets")
    error = bins.select(distance.sum() / pl.max_horizontal(pl.col("sets").sum(), 1)).item()
    return float(error)


def _shown(wrong: pl.DataFrame) -> pl.DataFrame:
    sets = (
        pl.col(name).str.replace_all(_INNER, " ").str.replace_all(_OUTER, "; ")
        for name in ("expected", "said")
    )
    return wrong.select(
        "line_id", "bank_reference", "scenario", "amount", "currency", *sets, "because"
    ).rename({"said": "applied"})


def _value(wrong: pl.DataFrame) -> pl.DataFrame:
    """Sum what the wrongly applied lines received, by currency."""
    total = wrong.group_by("currency").agg(
        lines=pl.len(), minor=pl.col("minor").cast(pl.Int128).sum()
    )
    amount = format_minor_expr(pl.col("minor"), pl.col("currency"))
    return total.select("currency", "lines", amount=amount).sort("currency")


def _broken(lines: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Find lines that were applied, in part or in full, without every cent having its place."""
    is_cash = (pl.col("status") == "applied") & pl.col("kind").is_in(CASH_KINDS)
    cash = rows.filter(is_cash).group_by("line_id").agg(allocated=pl.col("minor").sum())
    checked = lines.join(cash, on="line_id", how="left")
    is_off = pl.col("allocated") != pl.col("minor")
    is_empty = (pl.col("fate") == "applied") & pl.col("allocated").is_null()
    broken = checked.filter(is_off | is_empty | ~pl.col("fate").is_in(FATES))
    allocated = format_minor_expr(pl.col("allocated"), pl.col("currency"))
    return broken.select("line_id", "fate", "currency", "amount", allocated=allocated).sort(
        "line_id"
    )
