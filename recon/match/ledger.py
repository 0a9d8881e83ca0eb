"""Lay open how each line was decided: every explanation with its bits, its refusals, and who else wanted its items.

In: the workings that `plan.py` kept (scored proposals, pairs, fates by row number). Out: Weighed, by id.
It decides nothing: the figures are those that decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.weighed import Weighed
from recon.match.decision.decide import refusing_rules

if TYPE_CHECKING:
    import dataframely as dy

    from recon.config import Policy
    from recon.match.proposals.propose import Proposed
    from recon.match.tables import Tables

# So many explanations of a line are kept beside the one it got.
_MOST_SHOWN: Final = 5
# Spans and numbers of a long set are cut here; `allocations.csv` lists its items in full.
_MOST_NAMED: Final = 10
_KINDS: Final = ("reference", "party", "date", "history")
_TEXTS: Final = ("reference", "party")


@dataclass(frozen=True, slots=True)
class Workings:
    """What the stages made of all lines, by row number, kept for whoever asks how a line was decided.

    `threshold` is the confidence from which lines were applied, in parts per million.
    """

    scored: Proposed
    pairs: pl.DataFrame
    parties: pl.DataFrame
    fates: pl.DataFrame
    assigned: pl.DataFrame
    tables: Tables
    threshold: int


def weighed_frame(workings: Workings, policy: Policy) -> dy.DataFrame[Weighed]:
    """List the explanations of every line that was not set aside, best first.

    A line's own explanation is always listed, whatever its place.
    """
    shown = _shown(workings, policy)
    members = (
        workings.scored.members.join(shown.select("proposal"), on="proposal", how="semi")
        .select("proposal", "line", "item")
        .drop_nulls()
        .unique()
        .sort("proposal", "item")
    )
    # Items that no other evidence singled out stand in no pair; who paid for them is known all the same.
    payers = workings.parties.select("line", "customer", known_kind="kind", known_text="text")
    named = (
        shown.join(_in_words(members, workings), on="proposal", how="left")
        .join(payers, on=["line", "customer"], how="left")
        .join(_wanted(members, workings), on="proposal", how="left")
        .join(_competitions(workings), on="line", how="left")
        .join(workings.tables.receipts.select("line", "line_id"), on="line")
        .with_columns(
            pl.col("wanted_lines").fill_null(0),
            pl.col("gap_millibits").fill_null(0),
            party_kind=pl.coalesce("party_kind", "known_kind"),
            party_text=pl.coalesce("party_text", "known_text"),
            history_kind=pl.coalesce("history_kind", pl.concat_str(pl.lit("usual_"), "habit")),
        )
    )
    # A kind without bits is no piece of evidence.
    seen = [
        pl.when(pl.col(f"{name}_millibits") != 0).then(f"{name}_{part}").alias(f"{name}_{part}")
        for part, names in (("kind", _KINDS), ("text", _TEXTS))
        for name in names
    ]
    return Weighed.validate(
        named.with_columns(seen).select(Weighed.column_names()).sort("line_id", "place")
    )


def _shown(workings: Workings, policy: Policy) -> pl.DataFrame:
    """The explanations worth showing, with their status and every rule that refuses them."""
    given = workings.fates.select("line", "fate", "reason", given="proposal")
    joined = workings.scored.proposals.join(given, on="line")
    is_given = (pl.col("proposal") == pl.col("given")).fill_null(value=False)
    has_fate = pl.col("fate").is_in(["applied", "suggested", "on_account"])
    is_offered = pl.col("fate") == "suggested"
    status = (
        pl.when(is_given & has_fate)
        .then("fate")
        .when(is_offered & (pl.col("place") <= policy.decide.suggestions))
        .then(pl.lit("suggested"))
        .otherwise(pl.lit("passed_over"))
    )
    every = pl.concat_str(
        [
            pl.when(is_given).then("reason"),
            *_further_refusals(is_given, policy, workings.threshold),
        ],
        separator="|",
        ignore_nulls=True,
    )
    is_applied = is_given & (pl.col("fate") == "applied")
    return (
        joined.filter(is_given | (pl.col("place") <= _MOST_SHOWN))
        # Whether a component was solved exactly is known of the explanation that the line got.
        .with_columns(is_exact=pl.lit(value=True))
        .with_columns(status=status, refusals=pl.when(~is_applied & (every != "")).then(every))
    )


def _further_refusals(is_given: pl.Expr, policy: Policy, threshold: int) -> list[pl.Expr]:
    """The name of each rule where it refuses, unless it is the decisive reason already."""
    by_name: dict[str, pl.Expr] = {}
    for name, forbids in refusing_rules(policy, threshold):
        by_name[name] = by_name[name] | forbids if name in by_name else forbids
    return [
        pl.when(forbids & ~(is_given & (pl.col("reason") == name))).then(pl.lit(name))
        for name, forbids in by_name.items()
    ]


def _competitions(workings: Workings) -> pl.DataFrame:
    """Which lines were solved together, and the bound of what was not proven: line, component, component_lines, gap."""
    names = workings.tables.receipts.select("line_id", component="line")
    return (
        workings.assigned.filter(pl.col("component_lines") > 1)
        .join(names, on="component")
        .select("line", "component_lines", "gap_millibits", component="line_id")
    )


def _in_words(members: pl.DataFrame, workings: Workings) -> pl.DataFrame:
    """What each explanation settles, and the kinds and spans of its evidence, of all its items together."""
    numbers = workings.tables.items.select("item", "number")
    columns = [*(f"{name}_kind" for name in _KINDS), *(f"{name}_text" for name in _TEXTS)]
    evidence = workings.pairs.select("line", "item", *columns)
    joined = members.join(numbers, on="item").join(evidence, on=["line", "item"], how="left")
    return (
        joined.sort("proposal", "item")
        .group_by("proposal", maintain_order=True)
        .agg(
            _joined("number").alias("item_numbers"),
            *(_joined(f"{name}_kind") for name in _KINDS),
            *(_joined(f"{name}_text") for name in _TEXTS),
        )
    )


def _joined(name: str) -> pl.Expr:
    """The distinct texts of a group in its order; null if there is none."""
    texts = pl.col(name).drop_nulls().unique(maintain_order=True)
    return pl.when(texts.len() > 0).then(texts.head(_MOST_NAMED).str.join("|"))


def _wanted(members: pl.DataFrame, workings: Workings) -> pl.DataFrame:
    """Who else wants an item of each explanation: the line that wants it most, by how much, and how many do."""
    claims = workings.scored.proposals.filter(pl.col("millibits") > 0).select(
        "proposal", "millibits", rival="line"
    )
    wants = (
        workings.scored.members.drop_nulls("item")
        .join(members.select("item").unique(), on="item", how="semi")
        .join(claims, on="proposal")
        .group_by("item", "rival")
        .agg(pl.col("millibits").max())
        .sort("item", "millibits", "rival", descending=[False, True, False])
    )
    # The line itself may be one of them, so the two that want an item most tell its strongest rival.
    strongest = wants.filter(pl.int_range(pl.len()).over("item") <= 1)
    own = wants.select("item", line="rival", own=pl.lit(1, dtype=pl.Int64))
    many = (
        members.join(wants.group_by("item").agg(lines=pl.len()), on="item")
        .join(own, on=["item", "line"], how="left")
        .group_by("proposal")
        .agg(wanted_lines=(pl.col("lines").cast(pl.Int64) - pl.col("own").fill_null(0)).max())
    )
    names = workings.tables.receipts.select(rival="line", wanted_by="line_id")
    return (
        members.join(strongest, on="item")
        .filter(pl.col("rival") != pl.col("line"))
        .sort("proposal", "millibits", "rival", descending=[False, True, False])
        .unique("proposal", keep="first", maintain_order=True)
        .join(names, on="rival")
        .join(many, on="proposal")
        .select("proposal", "wanted_by", "wanted_lines", wanted_millibits="millibits")
    )
