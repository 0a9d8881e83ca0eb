"""evidence.csv: every explanation of every line as it was weighed, so that a decision can be re-performed later.

In: Weighed. Out: bytes; and back again from the bytes, as text by name. Bits have three decimals: they are whole
thousandths, so the pieces of a row add up exactly to its total.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.report.exports import confidence_text, csv_bytes
from recon.report.text import disarmed, rearmed, spelled_out

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.weighed import Weighed

# Text that banks and books wrote.
_FOREIGN: Final = ("item_numbers", "reference_text", "party_text")


def evidence_csv(weighed: dy.DataFrame[Weighed]) -> bytes:
    """Write the explanations; `..._millibits` become `..._bits`, parts per million a probability."""
    written = weighed.sort("line_id", "place").select(
        _written(name, name in _FOREIGN) for name in weighed.columns
    )
    return csv_bytes(written)


def competition(weighed: dy.DataFrame[Weighed]) -> dict[str, Any]:
    """Say how many lines competed for items, and bound what was not solved exactly, in bits."""
    components = (
        weighed.drop_nulls("component")
        .group_by("component")
        .agg(pl.col("component_lines", "gap_millibits").max())
        .sort("component")
    )
    cut = components.filter(pl.col("gap_millibits") > 0).select(
        "component", "component_lines", gap_bits=_three_decimals("gap_millibits")
    )
    return {
        "components": components.height,
        "lines": int(components["component_lines"].sum()),
        "largest": components["component_lines"].max() or 0,
        "cut": cut.to_dicts(),
    }


def read_evidence(data: bytes) -> pl.DataFrame:
    """Read evidence.csv: all columns as text, null where empty, foreign text as it was written."""
    table = pl.read_csv(io.BytesIO(data), infer_schema=False)
    return table.with_columns(rearmed(pl.col(name)) for name in _FOREIGN)


def _written(name: str, is_foreign: bool) -> pl.Expr:
    if name.endswith("millibits"):
        return _three_decimals(name).alias(name.removesuffix("millibits") + "bits")
    if name == "confidence_ppm":
        return confidence_text(pl.col(name)).alias("confidence")
    return disarmed(spelled_out(pl.col(name))) if is_foreign else pl.col(name)


def _three_decimals(name: str) -> pl.Expr:
    size = pl.col(name).abs()
    return pl.concat_str(
        pl.when(pl.col(name) < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        (size // 1000).cast(pl.String),
        pl.lit("."),
        (size % 1000).cast(pl.String).str.pad_start(3, "0"),
    )
