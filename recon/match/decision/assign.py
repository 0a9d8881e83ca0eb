"""Let lines compete for items over the whole run: the best total wins, per connected component.

In: scored proposals and members. Out: the proposal each line gets, and who else wanted its items.
Never first come, first served: only lines that want the same item meet, and those are solved together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.decision.options import Option, Share
from recon.match.decision.solve import solve

if TYPE_CHECKING:
    from recon.match.proposals.propose import Proposed

# A line's proposals that trail its best by more than this do not compete for items.
_TRAILING_MILLIBITS: Final = 15_000
_MOST_OPTIONS: Final = 6
_ASSIGNED: Final = {
    "line": pl.Int64,
    "proposal": pl.Int64,
    "gap_millibits": pl.Int64,
    "component": pl.Int64,
    "component_lines": pl.Int64,
    "is_exact": pl.Boolean,
}
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
    if competing.is_empty():
        return pl.DataFrame(schema=_ASSIGNED)
    options = _options(competing, wanted, items)
    chosen = [
        (option.line, option.proposal, solution.gap, component[0].line, lines)
        for component in _components(options)
        for solution, lines in ((solve(component), _lines_of(component)),)
        for option in solution.chosen
    ]
    names = [name for name in _ASSIGNED if name != "is_exact"]
    frame = pl.DataFrame(chosen, schema=dict.fromkeys(names, pl.Int64), orient="row")
    return frame.with_columns(is_exact=pl.col("gap_millibits") == 0)


def _lines_of(component: list[Option]) -> int:
    return len({option.line for option in component})


def _options(competing: pl.DataFrame, wanted: pl.DataFrame, items: pl.DataFrame) -> list[Option]:
    """Each proposal of a contested line, with what it would settle of each item and what is open of it."""
    capacity = items.select("item", "open")
    wants = (
        wanted.join(competing.select("proposal"), on="proposal", how="semi")
        .join(capacity, on="item")
        .with_columns(pl.col("settles", "open").abs())
        .sort("proposal", "item")
        .group_by("proposal", maintain_order=True)
        .agg("item", "settles", "open")
    )
    rows = competing.join(wants, on="proposal").sort("line", "place")
    return [
        Option(line, proposal, millibits, tuple(map(Share, taken, settles, opens)))
        for line, proposal, millibits, taken, settles, opens in rows.select(
            "line", "proposal", "millibits", "item", "settles", "open"
        ).iter_rows()
    ]


def _components(options: list[Option]) -> list[list[Option]]:
    """Split options into groups of lines that are tied by items (union-find over the contested residue)."""
    leader: dict[tuple[str, int], tuple[str, int]] = {}

    def find(node: tuple[str, int]) -> tuple[str, int]:
        root = node
        while leader.setdefault(root, root) != root:
            root = leader[root]
        while leader[node] != root:
            leader[node], node = root, leader[node]
        return root

    for option in options:
        for item, _, _ in option.shares:
            one, other = find(("line", option.line)), find(("item", item))
            leader[max(one, other)] = min(one, other)
    groups: dict[tuple[str, int], list[Option]] = {}
    for option in options:
        groups.setdefault(find(("line", option.line)), []).append(option)
    return [groups[key] for key in sorted(groups)]
