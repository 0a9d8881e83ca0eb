"""The matcher on one screen: the ordered stages that every receipt goes through.

classify -> evidence (references, parties, amounts) -> propose -> score -> assign -> discount what is taken -> decide -> explain
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
import polars.selectors as cs

from recon.match.batched import batch_outcomes, say_unapplied, with_batch_notes
from recon.match.classify import set_aside
from recon.match.decision.assign import assign
from recon.match.decision.decide import decide
from recon.match.decision.duplicates import settle_closed_quotes
from recon.match.decision.new_accounts import mark_new_accounts
from recon.match.decision.providers import say_payouts
from recon.match.decision.refunds import find_refunds
from recon.match.decision.refused import say_refused, without_refused
from recon.match.decision.score import score
from recon.match.decision.taken import discount_taken
from recon.match.decision.threshold import choose_threshold
from recon.match.evidence.absent import find_absent
from recon.match.evidence.block import candidate_pairs
from recon.match.evidence.parties import find_parties
from recon.match.evidence.references import find_references
from recon.match.explain import (
    decisions_frame,
    evidence_frame,
    kept_proposals,
    members_frame,
    proposals_frame,
    with_nearest,
    words_of_shown,
)
from recon.match.ledger import Workings
from recon.match.proposals.batches import propose_batches
from recon.match.proposals.currencies import propose_in_other_currency
from recon.match.proposals.habits import propose_usual_charges, with_habits
from recon.match.proposals.oldest import propose_oldest_first
from recon.match.proposals.propose import propose_single_items
from recon.match.proposals.rests import mark_rests
from recon.match.proposals.sets import propose_sets
from recon.match.tables import Tables
from recon.threads import side_by_side

if TYPE_CHECKING:
    import dataframely as dy

    from recon.config import Policy
    from recon.frames.batches import BatchOutcomes, ComparableBatches
    from recon.frames.comparable import Comparable
    from recon.frames.decisions import Decisions
    from recon.frames.evidence import Evidence
    from recon.frames.history import Memory
    from recon.frames.proposals import ProposalItems, Proposals, ProposedSets
    from recon.match.evidence.references import References
    from recon.match.proposals.propose import Proposed


@dataclass(frozen=True, slots=True)
class Matched:
    """Every line decided; the proposals applied or suggested; the evidence behind them; how it came to that.

    `batches` says what became of every part of every batch that was given.
    """

    decisions: dy.DataFrame[Decisions]
    proposals: dy.DataFrame[Proposals]
    members: dy.DataFrame[ProposalItems]
    evidence: dy.DataFrame[Evidence]
    workings: Workings
    batches: dy.DataFrame[BatchOutcomes]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known before anything is proposed: the lines set aside, the day's tables, what lines quote, who sent them.

    `parties` has a row for each line and customer that may have sent it. No later stage asks for `line_keys`.
    """

    aside: pl.DataFrame
    tables: Tables
    references: References
    parties: pl.DataFrame


def gather_evidence(comparable: Comparable, memory: Memory) -> Gathered:
    """Set aside what is no receipt, and find what the others quote and who sent them.

    Args:
        comparable: lines, items and customers in comparable form.
        memory: what was learnt from earlier payments.
    """
    aside = set_aside(comparable.lines, comparable.line_keys, comparable.item_keys)
    tables = _tables(comparable, aside, memory)
    references, parties = side_by_side(
        lambda: find_references(tables.receipts, comparable),
        lambda: find_parties(tables, comparable.line_keys, comparable.item_keys),
    )
    return Gathered(aside, tables, references, parties)


def match_gathered(
    comparable: Comparable,
    gathered: Gathered,
    more_evidence: dy.DataFrame[Evidence],
    more_sets: dy.DataFrame[ProposedSets],
    batches: ComparableBatches,
    policy: Policy,
) -> Matched:
    """Match all lines with all items under a policy.

    Args:
        comparable: lines, items and customers in comparable form.
        gathered: what was found of them.
        more_evidence: evidence that plugins found.
        more_sets: sets that passes of plugins propose.
        batches: payouts of providers, proven, with what each line quotes of them.
        policy: all judgement.
    """
    tables, references, parties = gathered.tables, gathered.references, gathered.parties
    receipts = tables.receipts
    (pairs, singles), (sets, uncombined) = side_by_side(
        lambda: _of_single_items(tables, references, parties, more_evidence, policy),
        lambda: propose_sets(
            tables, references, parties, _numbered_sets(more_sets, tables), policy
        ),
    )
    receipts = _mark_uncombined(receipts, uncombined)
    converted = propose_in_other_currency(tables, references, parties)
    charged = propose_usual_charges(tables, parties)
    batched = propose_batches(batches, comparable, tables, parties, policy)
    makers = [singles, sets, converted, charged, batched.proposed]
    makers.append(propose_oldest_first(tables, references, parties, makers, policy))
    # The makers' own frames are as large as what was made of them: room for the next stages.
    del singles, sets, converted, charged
    proposed = [_as_known(makers.pop(0), tables) for _ in range(len(makers))]
    pairs = pl.concat([pairs, batched.pairs], how="diagonal")
    weighed = score(proposed, references, pairs, find_absent(tables, parties), receipts)
    # The search of disputes keeps one thread busy.
    assigned, marked = side_by_side(
        lambda: assign(weighed, tables.items),
        lambda: mark_new_accounts(weighed, parties, tables),
    )
    scored = discount_taken(marked, assigned, policy)
    threshold = choose_threshold(scored, assigned, policy)
    decided = decide(scored, assigned, receipts, policy, threshold)
    decided = settle_closed_quotes(decided, references, parties, comparable)
    fates = say_unapplied(say_payouts(say_refused(decided, tables), tables), scored, batched)

    refunds = find_refunds(comparable, gathered.aside, fates, scored, tables)
    kept = kept_proposals(scored, fates, policy)
    words = words_of_shown(kept, fates, scored, pairs)
    noted = with_nearest(fates, scored, words, tables)
    decisions = decisions_frame(noted, refunds.aside, scored, references, tables, policy)
    return Matched(
        decisions=with_batch_notes(decisions, fates, batched, tables),
        proposals=proposals_frame(kept, fates, scored, words, tables, refunds.proposals),
        members=members_frame(kept, scored.members, fates, tables, refunds.members),
        evidence=evidence_frame(pairs, kept, scored.members, tables),
        workings=Workings(scored, pairs, parties, fates, assigned, tables, threshold),
        batches=batch_outcomes(batches, batched, fates, scored, tables),
    )


def _tables(comparable: Comparable, aside: pl.DataFrame, memory: Memory) -> Tables:
    """Lay out what every stage works on; lines that were set aside are no receipts."""
    return Tables(
        comparable.lines.join(aside, on="line_id", how="anti").sort("line"),
        comparable.items,
        comparable.customers,
        comparable.names,
        comparable.accounts,
        memory,
    )


def _of_single_items(
    tables: Tables,
    references: References,
    parties: pl.DataFrame,
    more: dy.DataFrame[Evidence],
    policy: Policy,
) -> tuple[pl.DataFrame, Proposed]:
    """The pairs of line and item worth judging, and the proposals of one item each."""
    numbered = _numbered_evidence(more, tables)
    pairs = candidate_pairs(tables, references, parties, numbered, policy)
    # What was proposed knows the amounts and days; the pairs stay for their evidence.
    told = pairs.select("line", "item", "settlement", cs.ends_with("_millibits", "_kind", "_text"))
    return told, propose_single_items(pairs, policy)


def _mark_uncombined(receipts: pl.DataFrame, uncombined: pl.DataFrame) -> pl.DataFrame:
    """Add `is_uncombined`: not every sum of the payer's items was tried."""
    is_uncombined = pl.col("line").is_in(uncombined["line"].implode())
    return receipts.with_columns(is_uncombined=is_uncombined)


def _as_known(made: Proposed, tables: Tables) -> Proposed:
    """Leave out what was refused before, and lay beside the rest what the customer's account and habits say of it."""
    return with_habits(mark_rests(without_refused(made, tables), tables), tables)


def _numbered_evidence(given: dy.DataFrame[Evidence], tables: Tables) -> pl.DataFrame:
    return (
        given.join(tables.receipts.select("line", "line_id"), on="line_id")
        .join(tables.items.select("item", "item_id"), on="item_id")
        .select("line", "item", "evidence_class", "kind", "millibits", "text")
    )


def _numbered_sets(given: dy.DataFrame[ProposedSets], tables: Tables) -> pl.DataFrame:
    return (
        given.join(tables.receipts.select("line", "line_id"), on="line_id")
        .join(tables.items.select("item", "item_id"), on="item_id")
        .select("line", "set_name", "item")
    )
