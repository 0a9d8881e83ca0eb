"""Match lines with open items in memory: normalise, then match. The doorway for programs without files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recon.frames.batches import Batches
from recon.frames.comparable import ItemKeys, LineKeys
from recon.frames.evidence import Evidence
from recon.frames.history import History
from recon.frames.proposals import ProposedSets
from recon.match.plan import Matched, gather_evidence, match_gathered
from recon.normalise.advices import find_advised
from recon.normalise.batches import prepare_batches
from recon.normalise.history import remember
from recon.normalise.prepare import prepare
from recon.run.proof import with_proven_floor

if TYPE_CHECKING:
    import dataframely as dy
    import polars as pl

    from recon.config import Policy
    from recon.frames.batches import ComparableBatches
    from recon.frames.comparable import Comparable
    from recon.frames.items import ClosedItems, Items
    from recon.frames.lines import Lines
    from recon.frames.parties import Parties, Remittances


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchInputs:
    """What is matched; `own_accounts` are our accounts as written, `calibration` a table in place of the shipped one."""

    lines: dy.DataFrame[Lines]
    items: dy.DataFrame[Items]
    parties: dy.DataFrame[Parties]
    closed: dy.DataFrame[ClosedItems]
    own_accounts: pl.Series
    more_evidence: dy.DataFrame[Evidence] | None = None
    more_sets: dy.DataFrame[ProposedSets] | None = None
    history: History | None = None
    batches: dy.DataFrame[Batches] | None = None
    remittances: dy.DataFrame[Remittances] | None = None
    calibration: bytes | None = None


def match_lines(inputs: MatchInputs, policy: Policy) -> Matched:
    """Match all lines with all items under a policy. Shuffled inputs give the same frames."""
    comparable = prepare(
        inputs.lines, inputs.items, inputs.parties, inputs.closed, inputs.own_accounts
    )
    references = inputs.lines.select("line_id", "bank_reference")
    if inputs.remittances is not None:
        advised = find_advised(inputs.remittances, comparable, references)
        comparable = replace(comparable, advised=advised)
    history = inputs.history or History.empty()
    memory = remember(
        history,
        (inputs.items, inputs.closed),
        comparable,
        references,
        policy.history.half_life_days,
    )
    evidence = inputs.more_evidence if inputs.more_evidence is not None else Evidence.create_empty()
    sets = inputs.more_sets if inputs.more_sets is not None else ProposedSets.create_empty()
    given = inputs.batches if inputs.batches is not None else Batches.create_empty()
    batches = prepare_batches(given, comparable, history)
    gathered = gather_evidence(comparable, memory)
    comparable = _without_tokens(comparable, batches)
    proven = with_proven_floor(policy, inputs.calibration)
    return match_gathered(comparable, gathered, evidence, sets, batches, proven)


def _without_tokens(comparable: Comparable, batches: ComparableBatches) -> Comparable:
    """Let go of the largest tables of a run: later stages ask for nothing but the items that a part of a batch may name."""
    named = batches.part_keys.select("key").unique()
    return replace(
        comparable,
        line_keys=LineKeys.create_empty(),
        item_keys=ItemKeys.cast(comparable.item_keys.join(named, on="key", how="semi")),
    )
