"""Which stated confidence is proven to be right often enough for the policy's target. In: a table of judged lines.

The table (`recon/profiles/calibration.csv`, or one of your own by `recon eval --calibration`) counts, for each world that
was judged, the lines stated at least so sure that nothing but the threshold stood in the way, and the wrong ones of them.
"""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import polars as pl

from recon.errors import MalformedFile, Place
from recon.report.bounds import clopper_pearson

if TYPE_CHECKING:
    from recon.config import Policy

SHIPPED: Final = Path(__file__).parents[1] / "profiles" / "calibration.csv"
COLUMNS: Final = ("world", "least_confidence", "lines", "wrong")
# One-sided 95 %: the chance that the true precision is lower is one in twenty.
_BOTH_SIDES: Final = 0.1
# No stated confidence reaches this, so nothing is applied.
_NEVER: Final = Decimal(1)


def with_proven_floor(policy: Policy, table: bytes | None = None) -> Policy:
    """Raise `decide.min_confidence` to the least confidence that is proven to hold `decide.target_precision`.

    Proven is what holds in every world of the table, by the lower 95 % bound of Clopper and Pearson. Where nothing is,
    because too few lines were ever judged, all lines are suggested and none is applied.

    Args:
        policy: all judgement.
        table: a calibration table as CSV; None: the shipped one.

    Raises:
        MalformedFile: the table is none.
    """
    rows = _read(SHIPPED.read_bytes() if table is None else table)
    proven = least_proven(rows, policy.decide.target_precision)
    floor = _NEVER if proven is None else max(policy.decide.min_confidence, proven)
    return msgspec.structs.replace(
        policy, decide=msgspec.structs.replace(policy.decide, min_confidence=floor)
    )


def least_proven(rows: pl.DataFrame, target: Decimal) -> Decimal | None:
    """Give the least confidence that holds the target in every world; None if there is none."""
    proven: list[Decimal] = []
    for confidence in rows["least_confidence"].unique():
        worlds = rows.filter(pl.col("least_confidence") == confidence)
        lowest = [
            clopper_pearson(lines - wrong, lines, _BOTH_SIDES)[0]
            for lines, wrong in worlds.select("lines", "wrong").rows()
        ]
        if worlds.height == rows["world"].n_unique() and min(lowest) >= target:
            proven.append(Decimal(confidence))
    return min(proven, default=None)


def _read(table: bytes) -> pl.DataFrame:
    place = Place("the calibration table")
    try:
        rows = pl.read_csv(io.BytesIO(table), infer_schema=False)
        counted = rows.select("world", "least_confidence", pl.col("lines", "wrong").cast(pl.Int64))
        known = counted.filter(
            pl.col("wrong").is_between(0, pl.col("lines")),
            pl.col("least_confidence").str.contains(r"^0\.[0-9]{1,6}$"),
        )
    except pl.exceptions.PolarsError as error:
        raise MalformedFile(
            f"no calibration table: {str(error).splitlines()[0]}",
            place=place,
            hint=f"its columns are {', '.join(COLUMNS)}; `recon eval --calibration` writes one",
        ) from None
    if known.height < max(rows.height, 1):
        raise MalformedFile(
            "a row of the calibration table counts more wrong lines than lines, or has no confidence below 1",
            place=place,
            hint="`recon eval --calibration` writes one",
        )
    return known
