"""All findings of the detective controls, in one order. In: a Standing, the limits. Out: Findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.findings import Findings
from recon.review.findings.feed import feed
from recon.review.findings.money_in import money_in
from recon.review.findings.people import people

if TYPE_CHECKING:
    import dataframely as dy

    from recon.authority import Controls
    from recon.protocols import Standing

# The gravest first; then by control, and within it in an order that depends on nothing but the findings.
_ORDER: Final = {"act": 0, "look": 1, "info": 2}


def all_findings(standing: Standing, controls: Controls) -> dy.DataFrame[Findings]:
    """Find everything that should be looked at as the record stands.

    Returns:
        Findings, the gravest first, then by number of the control.
    """
    every = pl.concat(
        [*feed(standing, controls), *people(standing, controls), *money_in(standing, controls)]
    )
    severity = pl.col("severity").replace_strict(_ORDER, return_dtype=pl.Int64)
    number = pl.col("control").str.slice(1).cast(pl.Int64)
    rest = ["finding", "account", "line_id", "decision_no", "statement_id", "item_id", "words"]
    return Findings.validate(every.sort(severity, number, *rest, nulls_last=True))
