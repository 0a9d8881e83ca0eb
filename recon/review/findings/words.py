"""Give rows the shape of Findings: what a control leaves out is null."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import polars as pl

from recon.frames.demands import demands_of
from recon.frames.findings import Findings
from recon.money import format_minor_expr

if TYPE_CHECKING:
    import dataframely as dy


def findings(
    rows: pl.DataFrame, control: str, finding: str, severity: str | pl.Expr, words: pl.Expr
) -> dy.DataFrame[Findings]:
    """Make findings of rows: columns of the schema are taken over, all others are left behind.

    Args:
        rows: a row a finding, with what is known of it.
        control: its number in the list of controls.
        finding: its code.
        severity: info, look or act, or an expression for it.
        words: what was found, as an expression over the rows.
    """
    types = demands_of(Findings).types
    told = {
        "control": pl.lit(control),
        "finding": pl.lit(finding),
        "severity": pl.lit(severity) if isinstance(severity, str) else severity,
        "words": words,
    }
    columns = [
        told.get(name, pl.col(name) if name in rows.columns else pl.lit(None))
        .cast(kind)
        .alias(name)
        for name, kind in types.items()
    ]
    # The whole is validated once, in `every.py`.
    return cast("dy.DataFrame[Findings]", rows.select(columns))


def money(amount: str = "amount", currency: str = "currency") -> pl.Expr:
    """Write an amount with its currency."""
    return pl.concat_str(format_minor_expr(pl.col(amount), pl.col(currency)), pl.lit(" "), currency)


def text(what: str | pl.Expr) -> pl.Expr:
    """Write a column as text; what is not known is a dash."""
    column = pl.col(what) if isinstance(what, str) else what
    return column.cast(pl.String).fill_null("-")
