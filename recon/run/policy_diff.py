"""Replay the same inputs under two policies and list every decision that changes.

In: the inputs of a run and two policies. Out: a row a line whose fate, reason or applied cash is not the same under
both. Nothing is written and nothing is posted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.money import format_minor_expr
from recon.run.books import fetch_all
from recon.run.flow import match_view
from recon.run.reading import read_statements

if TYPE_CHECKING:
    from recon.config import Policy
    from recon.plugins import Plugins
    from recon.protocols import InputFile, RunView
    from recon.run.progress import Progress
    from recon.run.request import MatchRequest

COLUMNS: Final = (
    "line_id",
    "booking_date",
    "amount",
    "currency",
    "payer_name",
    "from_fate",
    "from_reason",
    "from_applied",
    "to_fate",
    "to_reason",
    "to_applied",
)
_FACTS: Final = ("booking_date", "amount", "currency", "payer_name")


def diff_policies(
    request: MatchRequest, old: Policy, new: Policy, plugins: Plugins, progress: Progress
) -> tuple[pl.DataFrame, tuple[InputFile, ...]]:
    """Match the inputs of a request under two policies; its own policy and folder are not used.

    Returns:
        COLUMNS, all text, in booking order; `..._applied` lists kind, item number and amount of what is applied. A line
        that only one policy reads (options of a format may change what is read) has no fate under the other. And
        the files that one of them cannot read, each once.

    Raises:
        ReconError: as for a run.
    """
    views = [_replayed(request, policy, plugins, progress) for policy in (old, new)]
    before, after = (_decided(view, side) for view, side in zip(views, ("from", "to"), strict=True))
    unread = {one.name: one for view in views for one in view.inputs if one.state == "quarantined"}
    both = before.join(after, on="line_id", how="full", coalesce=True, suffix="_after")
    sides = [(f"from_{name}", f"to_{name}") for name in ("fate", "reason", "applied")]
    changed = pl.any_horizontal(pl.col(one).ne_missing(pl.col(other)) for one, other in sides)
    facts = {name: pl.coalesce(name, f"{name}_after") for name in _FACTS}
    rows = (
        both.filter(changed)
        .with_columns(**facts)
        .sort("booking_date", "line_id")
        .with_columns(amount=format_minor_expr(pl.col("amount"), pl.col("currency")))
        .select(pl.col(COLUMNS).cast(pl.String))
    )
    return rows, tuple(unread.values())


def _replayed(
    request: MatchRequest, policy: Policy, plugins: Plugins, progress: Progress
) -> RunView:
    reading = read_statements(request.statements, policy, plugins, progress)
    fetched = fetch_all(request, policy, plugins, progress)
    progress.step("Matching")
    view, _, _ = match_view(reading, fetched, policy, plugins, as_of=request.as_of)
    return view


def _decided(view: RunView, side: str) -> pl.DataFrame:
    """What became of each line: its fate, its reason, and what was applied, in words."""
    money = format_minor_expr(pl.col("amount"), pl.col("currency"))
    word = pl.concat_str(
        pl.col("kind").str.replace_all("_", " "),
        "item_number",
        money,
        separator=" ",
        ignore_nulls=True,
    )
    applied = (
        view.allocations.filter(pl.col("status") == "applied")
        .sort("line_id", "item_number", "kind", "amount", nulls_last=True)
        .group_by("line_id", maintain_order=True)
        .agg(word.str.join(", ").alias(f"{side}_applied"))
    )
    decisions = view.decisions.select(
        "line_id", pl.col("fate").alias(f"{side}_fate"), pl.col("reason").alias(f"{side}_reason")
    )
    return (
        view.lines.select("line_id", *_FACTS)
        .join(decisions, on="line_id")
        .join(applied, on="line_id", how="left")
    )
