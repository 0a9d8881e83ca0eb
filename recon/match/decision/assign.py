"""Let lines compete for items over the whole run: the best total wins, per connected component.

In: scored proposals and members. Out: the proposal each line gets, and who else wanted its items.
Never first come, first served: only lines that want the same item meet, and those are solved together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.decision.components import find_components
from recon.match.decision.options import Option, Share
from recon.match.decision.solve import solve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.match.proposals.propose import Proposed

# A line's proposals that trail its best by more than this do not compete for items.
_TRAILING_MILLIBITS: Final = 15_000
_MOST_OPTIONS: Final = 6
_ASSIGNED: Final = pl.Schema(
    {
        "line": pl.Int64,
        "proposal": pl.Int64,
        "gap_millibits": pl.Int64,
        "component": pl.Int64,
        "component_lines": pl.Int64,
        "is_exact": pl.Boolean,
    }
)
# Nobody else wants the items of most lines.
_ALONE: Final = {
    "gap_millibits": pl.lit(0, dtype=pl.Int64),
    "component": pl.col("line"),
    "component_lines": pl.lit(1, dtype=pl.Int64),
    "is_exact": pl.lit(value=True),
}


def assign(scored: Proposed, items: pl.DataFrame) -> pl.DataFrame:
    """Choose at most one proposal a line, so that no item is settled beyond what is open.

    Args:
        scored: scored proposals and their members.
        items: the day's items with `item` and `open`.

    Returns:
        line, proposal; gap_millibits: how much better the answer for all lines of its component could be at most,
        which is 0 unless the component was cut; component (its first line), of how many `component_lines`; and
        is_exact (the gap is 0).
    """
    best = pl.col("millibits").max().over("line")
    competing = scored.proposals.filter(
        pl.col("millibits") > 0,
        # A line that quotes one of a payer's equal items is never moved to another to make room.
        ~pl.col("is_outspoken"),
        pl.col("place") <= _MOST_OPTIONS,
        pl.col("millibits") >= best - _TRAILING_MILLIBITS,
    )
    wanted = (
        scored.members.filter(pl.col("item").is_not_null())
        .join(competing.select("proposal"), on="proposal", how="semi")
        .group_by("proposal", "line", "item")
        .agg(settles=pl.col("amount").sum())
    )
    contested = wanted.filter(pl.col("line").n_unique().over("item") > 1).select("line").unique()
    alone = (
        competing.join(contested, on="line", how="anti")
        .sort("line", "place")
        .unique("line", keep="first", maintain_order=True)
        .select("line", "proposal", **_ALONE)
    )
    fought = _fight(competing.join(contested, on="line", how="semi"), wanted, items)
    return pl.concat([alone, fought]).sort("line")


def _fight(competing: pl.DataFrame, wanted: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Solve each component; most of them need no search, as the strongest of each line fits beside those of the others."""
    wants = (
        wanted.join(competing.select("proposal"), on="proposal", how="semi")
        .join(items.select("item", "open"), on="item")
        .with_columns(pl.col("settles", "open").abs())
    )
    options = competing.join(wants.select("proposal").unique(), on="proposal", how="semi")
    components = find_components(wants).with_columns(
        component_lines=pl.len().over("component").cast(pl.Int64)
    )
    options = options.join(components, on="line")
    strongest = options.sort("line", "millibits", "place", descending=[False, True, False]).unique(
        "line", keep="first", maintain_order=True
    )
    claimed = wants.join(strongest.select("proposal", "component"), on="proposal")
    too_much = claimed.group_by("item").agg(
        pl.col("component").first(), is_too_much=pl.col("settles").sum() > pl.col("open").first()
    )
    disputed = too_much.filter("is_too_much").select("component").unique()
    settled = strongest.join(disputed, on="component", how="anti").select(
        "line",
        "proposal",
        **_ALONE | {"component": "component", "component_lines": "component_lines"},
    )
    return pl.concat([settled, _search(options.join(disputed, on="component", how="semi"), wants)])


def _search(options: pl.DataFrame, wants: pl.DataFrame) -> pl.DataFrame:
    """Solve the components in which the strongest do not all fit."""
    by_component: dict[int, list[Option]] = {}
    for component, option in _read_options(options, wants):
        by_component.setdefault(component, []).append(option)
    chosen = [
        (option.line, option.proposal, solution.gap)
        for one in by_component.values()
        for solution in (solve(one),)
        for option in solution.chosen
    ]
    names = ("line", "proposal", "gap_millibits")
    frame = pl.DataFrame(chosen, schema=dict.fromkeys(names, pl.Int64), orient="row")
    of_lines = options.select("line", "component", "component_lines").unique()
    return (
        frame.join(of_lines, on="line")
        .with_columns(is_exact=pl.col("gap_millibits") == 0)
        .select(list(_ASSIGNED))
        .cast(_ASSIGNED)
    )


def _read_options(options: pl.DataFrame, wants: pl.DataFrame) -> Iterator[tuple[int, Option]]:
    """Give each proposal with its component, and what it would settle of each item and what is open of it."""
    shares = (
        wants.join(options.select("proposal"), on="proposal", how="semi")
        .sort("proposal", "item")
        .group_by("proposal", maintain_order=True)
        .agg("item", "settles", "open")
    )
    rows = options.join(shares, on="proposal").sort("line", "place")
    names = ("component", "line", "proposal", "millibits", "item", "settles", "open")
    for component, line, proposal, millibits, taken, settles, opens in rows.select(
        names
    ).iter_rows():
        yield component, Option(line, proposal, millibits, tuple(map(Share, taken, settles, opens)))
