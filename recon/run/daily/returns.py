"""Open again what a returned receipt had settled. In: a run's view and the record. Out: decisions that take back.

A direct debit or a cheque comes back days after it was applied: the bank's debit is in today's feed, its receipt was
decided long ago. Where the two belong together by the rules of a feed (`recon.match.classify`), the receipt's decision is
taken back by the run, its entry gets an opposite one, and its items are open again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.apply.opposite import opposite
from recon.frames.decisions import Decisions
from recon.frames.lines import Lines
from recon.match.classify import find_returns
from recon.normalise.prepare import comparable_lines
from recon.store.projections import by_column, by_keys
from recon.store.reading import fetch
from recon.store.tables import FACT, LINE_STATES
from recon.store.wide import lines_of_amounts

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from recon.protocols import RunView

_EARLIER: Final = "return_of_earlier_receipt"
_SETTLED: Final = ("applied", "on_account")


def taken_back(connection: Connection, view: RunView) -> pl.DataFrame:
    """Find the receipts of earlier runs that today's lines give back.

    Returns:
        Decisions of these receipts (returned, `returned_later`) with `undoes`, the decision that stands.
    """
    backs = view.decisions.filter(pl.col("reason") == _EARLIER)
    debits = view.lines.join(backs, on="line_id", how="semi")
    empty = Decisions.create_empty().with_columns(undoes=pl.lit(None, pl.Int64))
    if debits.is_empty():
        return empty
    columns = LINE_STATES.table.c
    accounts = debits["account"].unique().to_list()
    settled = fetch(
        connection, LINE_STATES, columns.fate.in_(_SETTLED), columns.account.in_(accounts)
    )
    receipts = lines_of_amounts(connection, settled, -debits["amount"])
    both = Lines.validate(pl.concat([debits, receipts]).sort("line_id"))
    found = find_returns(comparable_lines(both, both["account"].unique().sort()))
    gone = found.filter(pl.col("reason") == "returned_later").join(
        receipts, on="line_id", how="semi"
    )
    stand = by_keys(connection, LINE_STATES, set(gone["line_id"]))
    return (
        gone.join(stand.select("line_id", undoes="decision_no"), on="line_id")
        .with_columns(
            note=pl.concat_str(pl.lit("takes back decision "), "undoes"),
            decided_by=pl.lit("rule"),
            policy_hash=pl.lit(view.policy_hash),
        )
        .select(empty.columns)
    )


def opposite_entries(
    connection: Connection, decisions: pl.DataFrame, view: RunView
) -> pl.DataFrame:
    """Give the opposites of the entries of what is taken back, with the number of the decision that does it.

    Args:
        connection: an open transaction.
        decisions: numbered decisions; those with `undoes` are looked at.
        view: the run, whose day dates the opposites.
    """
    pairs = decisions.filter(pl.col("undoes").is_not_null()).select("undoes", by="decision_no")
    kept = FACT["entries"]
    if pairs.is_empty():
        return fetch(connection, kept, kept.table.c.decision_no < 0)
    entries = by_column(connection, kept, "decision_no", set(pairs["undoes"]))
    numbered = entries.join(pairs, left_on="decision_no", right_on="undoes").with_columns(
        decision_no="by"
    )
    return opposite(numbered.drop("by"), view.as_of).select(kept.columns)
