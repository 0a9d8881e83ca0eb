"""Which lines there are, by all deliveries known. In: statements and deliveries. Out: a row a line, as it stands.

The same rules as of a run over files (`recon/ingest`), over all that was ever received: so the order in which files
came makes no difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.facts import LineStates
from recon.ingest.balance import check_continuity, continuity
from recon.ingest.dedupe import DECISIVE, identify

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.statements import Statements
    from recon.ingest.balance import Holds

_SHOWN: Final = (
    "line_id",
    "statement_id",
    "record",
    "account",
    "booking_date",
    "occurrence",
    "copies",
    "is_held",
)
# What is asked of a delivery; the rest of what decides stands on its statement.
NARROW: Final = (
    "statement_id",
    *(name for name in DECISIVE if name not in ("statement_id", "account", "kind", "file")),
)


def check_stored(
    statements: pl.DataFrame, releases: pl.DataFrame, holds: Holds
) -> dy.DataFrame[Statements]:
    """Check stored statements again: which continue another, which are held."""
    return check_continuity(statements, holds, frozenset(releases["statement_id"]))


def lines_of(checked: dy.DataFrame[Statements], deliveries: pl.DataFrame) -> pl.DataFrame:
    """Give the lines of these deliveries, undecided.

    Args:
        checked: Statements, at least of the deliveries' accounts.
        deliveries: the columns of NARROW.
    """
    on_statement = checked.select("statement_id", "account", "kind", "file")
    told = deliveries.join(on_statement, on="statement_id", maintain_order="left")
    previous = continuity(checked)
    kept, _ = identify(told, checked.select("statement_id", "is_held"), previous)
    shown = kept.hstack(told[kept["row"]].select("account"))
    return shown.select(_SHOWN).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in _schema().items() if name not in _SHOWN
    )


def _schema() -> dict[str, pl.DataType]:
    return {name: kind.dtype for name, kind in LineStates.columns().items()}
