"""The matcher on one screen: the ordered stages that every receipt goes through.

classify -> evidence (references, parties, amounts) -> propose -> score -> assign -> decide -> explain
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from recon.frames.evidence import Evidence
from recon.frames.proposals import ProposedSets
from recon.match.assign import assign
from recon.match.block import candidate_pairs
from recon.match.classify import set_aside
from recon.match.decide import decide
from recon.match.duplicates import settle_closed_quotes
from recon.match.explain import (
    decisions_frame,
    evidence_frame,
    kept_proposals,
    members_frame,
    proposals_frame,
)
from recon.match.parties import find_parties
from recon.match.prepare import Tables, prepare
from recon.match.propose import propose_single_items
from recon.match.references import find_references
from recon.match.score import score
from recon.match.sets import propose_sets

if TYPE_CHECKING:
    import dataframely as dy

    from recon.config import Policy
    from recon.frames.decisions import Decisions
    from recon.frames.items import ClosedItems, Items
    from recon.frames.lines import Lines
    from recon.frames.parties import Parties
    from recon.frames.proposals import ProposalItems, Proposals


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchInputs:
    """What the matcher works on; `own_accounts` are plain account texts."""

    lines: dy.DataFrame[Lines]
    items: dy.DataFrame[Items]
    parties: dy.DataFrame[Parties]
    closed: dy.DataFrame[ClosedItems]
    own_accounts: pl.Series
    more_evidence: dy.DataFrame[Evidence] | None = None
    more_sets: dy.DataFrame[ProposedSets] | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """Every line decided; the proposals applied or suggested; the evidence behind them."""

    decisions: dy.DataFrame[Decisions]
    proposals: dy.DataFrame[Proposals]
    members: dy.DataFrame[ProposalItems]
    evidence: dy.DataFrame[Evidence]


def match_lines(inputs: MatchInputs, policy: Policy) -> Matched:
    """Match all lines with all items under a policy. Shuffled inputs give the same bytes."""
    aside = set_aside(inputs.lines, inputs.own_accounts)
    receipts = inputs.lines.join(aside, on="line_id", how="anti")
    tables = prepare(receipts, inputs.items, inputs.parties, inputs.closed)

    references = find_references(tables)
    parties = find_parties(tables)
    pairs = candidate_pairs(tables, references, parties, _more_evidence(inputs, tables), policy)

    singles = propose_single_items(pairs)
    sets = propose_sets(tables, references, parties, _more_sets(inputs, tables), policy)
    scored = score([singles, sets], references, pairs, tables.receipts)

    assigned = assign(scored, tables.items)
    decided = decide(scored, assigned, tables.receipts, policy)
    fates = settle_closed_quotes(decided, references, parties)

    kept = kept_proposals(scored, fates, policy)
    return Matched(
        decisions=decisions_frame(fates, aside, scored, references, tables, policy),
        proposals=proposals_frame(kept, fates, scored, tables),
        members=members_frame(kept, scored.members, fates, tables),
        evidence=evidence_frame(pairs, kept, scored.members, tables),
    )


def _more_evidence(inputs: MatchInputs, tables: Tables) -> pl.DataFrame:
    given = inputs.more_evidence if inputs.more_evidence is not None else Evidence.create_empty()
    return (
        given.join(tables.receipts.select("line", "line_id"), on="line_id")
        .join(tables.items.select("item", "item_id"), on="item_id")
        .select("line", "item", "evidence_class", "kind", "millibits", "text")
    )


def _more_sets(inputs: MatchInputs, tables: Tables) -> pl.DataFrame:
    given = inputs.more_sets if inputs.more_sets is not None else ProposedSets.create_empty()
    return (
        given.join(tables.receipts.select("line", "line_id"), on="line_id")
        .join(tables.items.select("item", "item_id"), on="item_id")
        .select("line", "set_name", "item")
    )
