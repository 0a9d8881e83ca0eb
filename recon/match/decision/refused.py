"""Leave out what a person refused before: a line and an item that stand in `rejected.csv` are not proposed again.

In: proposals, or fates; the refused pairs. Out: the same without them. A pair is asked anew when the line is another
(its id is made of what the bank sent) or when another amount of the item is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.match.proposals.propose import Proposed

if TYPE_CHECKING:
    from recon.match.tables import Tables


def without_refused(made: Proposed, tables: Tables) -> Proposed:
    """Leave out every proposal that settles an item which was refused for its line."""
    refused = made.members.join(tables.memory.refused, on=["line", "item"], how="semi")
    if refused.is_empty():
        return made
    left = made.proposals.join(refused, on="proposal", how="anti").sort("proposal")
    # Ids of one maker have no gaps: `score.py` numbers those of all makers by how many each made.
    number = left.select("proposal", anew=pl.int_range(pl.len(), dtype=pl.Int64))
    proposals, members = (
        frame.join(number, on="proposal").with_columns(proposal="anew").drop("anew")
        for frame in (left, made.members)
    )
    return Proposed(proposals=proposals.sort("proposal"), members=members.sort("proposal"))


def say_refused(fates: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Give lines for which nothing is left because it was refused that reason."""
    lines = tables.memory.refused.select("line", was_refused=pl.lit(value=True)).unique()
    said = fates.join(lines, on="line", how="left", maintain_order="left")
    nothing_left = pl.col("was_refused").fill_null(value=False) & (
        pl.col("reason") == "no_candidate"
    )
    return said.with_columns(
        reason=pl.when(nothing_left).then(pl.lit("refused_before")).otherwise("reason")
    ).drop("was_refused")
