"""Is 0.99 right 99 times in 100: stated confidence against the share of sets that are right, bin by bin.

In: judged lines (`recon.report.judged`). Out: a row a bin with exact bounds, and the mean distance.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.report.bounds import Share

# Parts per million. A confidence says most near its end, where each nine is a tenth of the errors, so the bins get
# narrower there; below, tenths are enough.
CONFIDENCE_EDGES: Final = (
    *range(100_000, 1_000_000, 100_000),
    950_000,
    980_000,
    990_000,
    995_000,
    998_000,
    999_000,
    999_500,
    999_900,
    999_990,
)
WHOLE: Final = 1_000_000
# Below this no line is applied, whatever is proven.
_LEAST_PROVEN: Final = 990_000
# A confidence is stated in so many.
_DECIMALS: Final = 6


def calibrate(judged: pl.DataFrame) -> pl.DataFrame:
    """Compare stated confidence with the share of right sets, by bin; each line's best set counts.

    Returns:
        A row a bin that has sets: `from_ppm` (included), `to_ppm`, `sets`, `right`, `stated` (mean, 0 to 1),
        `right_share` (0 to 1), its exact 95 % bounds `low_95` and `high_95`, and `verdict`: `agrees` if the stated
        mean lies within the bounds, else `too sure` or `too modest`.
    """
    edges = [0, *CONFIDENCE_EDGES, WHOLE]
    stated = judged.filter(pl.col("stated_set") != "")
    position = pl.lit(pl.Series(edges[1:-1])).search_sorted(pl.col("stated_ppm"), side="right")
    found = (
        stated.group_by(position.cast(pl.Int64).alias("at"))
        .agg(
            sets=pl.len().cast(pl.Int64),
            right=pl.col("is_stated_right").sum().cast(pl.Int64),
            stated=pl.col("stated_ppm").mean() / WHOLE,
        )
        .sort("at")
    )
    bounds = [Share(right, sets).bounds for sets, right in found.select("sets", "right").rows()]
    too_sure, too_modest = pl.col("stated") > pl.col("high_95"), pl.col("stated") < pl.col("low_95")
    return found.select(
        from_ppm=pl.Series([edges[at] for at in found["at"]], dtype=pl.Int64),
        to_ppm=pl.Series([edges[at + 1] for at in found["at"]], dtype=pl.Int64),
        sets="sets",
        right="right",
        stated=pl.col("stated").round(_DECIMALS),
        right_share=(pl.col("right") / pl.col("sets")).round(_DECIMALS),
        low_95=pl.Series([low for low, _ in bounds], dtype=pl.Float64).round(_DECIMALS),
        high_95=pl.Series([high for _, high in bounds], dtype=pl.Float64).round(_DECIMALS),
    ).with_columns(
        verdict=pl.when(too_sure)
        .then(pl.lit("too sure"))
        .when(too_modest)
        .then(pl.lit("too modest"))
        .otherwise(pl.lit("agrees"))
    )


def calibration_error(bins: pl.DataFrame) -> float:
    """Give the distance of stated confidence and share of right sets, mean over all sets by bin; 0 to 1.

    Source: the expected calibration error of Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities
    using Bayesian binning" (AAAI 2015), with fixed bins.
    """
    distance = (pl.col("stated") - pl.col("right_share")).abs() * pl.col("sets")
    error = bins.select(distance.sum() / pl.max_horizontal(pl.col("sets").sum(), 1)).item()
    return float(error)


def proof_table(judged: pl.DataFrame) -> pl.DataFrame:
    """Count the lines that are applied, or would be but for the threshold, from each confidence up.

    Returns:
        world ("own"), least_confidence (as text, 0 to 1), lines, wrong.
    """
    able = judged.filter(
        pl.col("is_applied") | (pl.col("reason") == "below_threshold"), pl.col("stated_set") != ""
    )
    counts = []
    for edge in (edge for edge in CONFIDENCE_EDGES if edge >= _LEAST_PROVEN):
        sure = able.filter(pl.col("stated_ppm") >= edge)
        wrong = sure.height - int(sure["is_stated_right"].sum())
        counts.append(("own", f"0.{edge}".rstrip("0"), sure.height, wrong))
    columns = ["world", "least_confidence", "lines", "wrong"]
    return pl.DataFrame(counts, schema=columns, orient="row")
