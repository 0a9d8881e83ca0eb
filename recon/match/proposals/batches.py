"""Propose batches: a line that a provider pays for many customers settles the items of all its parts, less fees.

In: proven batches, the day's tables. Out: proposals of shape `batch` in the shape of `propose.py`, and what was found of
every part. A batch is applied whole or not at all: one part that is not certain makes it a suggestion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.batch_lines import find_batch_lines
from recon.match.evidence.batch_parts import DECIDED, GIVEN_BACK, PartFindings, find_parts
from recon.match.proposals.propose import (
    MEMBER_COLUMNS,
    NOTHING,
    PROPOSAL_COLUMNS,
    Proposed,
    single_members,
)
from recon.match.proposals.words import bits
from recon.money import format_minor_expr

if TYPE_CHECKING:
    from recon.config import Policy
    from recon.frames.batches import ComparableBatches
    from recon.frames.comparable import Comparable
    from recon.match.tables import Tables

SHAPE: Final = "batch"
UNDECIDED: Final = "batch_undecided"
GIVES_BACK: Final = "batch_gives_back"
# So many parts that are not certain are named in the sentence; `batches.csv` lists all.
_MOST_NAMED: Final = 5
_BATCH: Final = ["line", "batch"]
_PART: Final = [*_BATCH, "part"]


@dataclass(frozen=True, slots=True)
class Batched:
    """What was proposed for batches.

    proposed: members have, beside MEMBER_COLUMNS, `owner` (the customer on whose account a rest stands) and `note` (the
    part). claims: line and batch, with their evidence. found: what every part pays. pairs: the evidence of each line and
    item, in the shape of candidate pairs.
    """

    proposed: Proposed
    claims: pl.DataFrame
    found: PartFindings
    pairs: pl.DataFrame


_NOTHING: Final = Batched(
    Proposed(
        NOTHING.proposals,
        pl.DataFrame(schema={**NOTHING.members.schema, "owner": pl.Int64, "note": pl.String}),
    ),
    claims=pl.DataFrame(),
    found=PartFindings(pl.DataFrame(), pl.DataFrame()),
    pairs=pl.DataFrame(),
)


def propose_batches(
    batches: ComparableBatches,
    comparable: Comparable,
    tables: Tables,
    parties: pl.DataFrame,
    policy: Policy,
) -> Batched:
    """Propose each batch for the lines that may pay it.

    Args:
        batches: the batches whose parts come to their net amount.
        comparable: items, the keys that they are quoted by, and numbers settled before.
        tables: the day's tables.
        parties: party hits: a payer who is a customer for certain pays no provider's batch.
        policy: the window of days, discount terms, part payments and overpayments.
    """
    if batches.given.is_empty():
        return _NOTHING
    claims = find_batch_lines(tables, batches, policy)
    found = find_parts(batches, claims, comparable, tables, policy)
    numbered = claims.with_columns(proposal=pl.int_range(pl.len(), dtype=pl.Int64))
    rows = _rows(_with_carried_fees(found), numbered)
    proposals = _proposals(numbered, found, batches, parties)
    return Batched(
        proposed=Proposed(proposals.select(PROPOSAL_COLUMNS), rows),
        claims=claims,
        found=found,
        pairs=_pairs(claims, found),
    )


def _with_carried_fees(found: PartFindings) -> PartFindings:
    """Let the largest part carry the fees that stand alone, such as a monthly charge: an entry needs an item for them."""
    order = pl.col("gross").rank("ordinal", descending=True).over(_BATCH)
    is_alone = (pl.col("gross") == 0) & (order > 1)
    alone = pl.col("fee").filter(is_alone).sum().over(_BATCH)
    carried = (
        pl.when(order == 1)
        .then(pl.col("fee") + alone)
        .when(is_alone)
        .then(0)
        .otherwise(pl.col("fee"))
    )
    return PartFindings(found.parts.with_columns(carried=carried), found.items)


def _rows(found: PartFindings, numbered: pl.DataFrame) -> pl.DataFrame:
    """What of the line's money goes where: each part's gross amount, of which its fee is a charge and no cash."""
    number = numbered.select("proposal", *_BATCH)
    parts = found.parts.select(*_PART, "customer", "label", "finding", "gross", "carried")
    items = found.items.with_columns(entry=pl.int_range(pl.len(), dtype=pl.Int64))
    paid = (
        single_members(items.with_columns(proposal="entry"))
        .rename({"proposal": "entry"})
        .join(items.select("entry", "batch", "part"), on="entry")
        .select("line", "batch", "part", "item", "kind", "amount")
        .join(parts.drop("gross"), on=_PART)
    )
    kind = (
        pl.when(pl.col("finding").is_in(GIVEN_BACK))
        .then(pl.lit("refund"))
        .otherwise(pl.lit("on_account"))
    )
    without = (
        parts.join(items.select(_PART).unique(), on=_PART, how="anti")
        .with_columns(item=pl.lit(None, dtype=pl.Int64), kind=kind, amount="gross")
        .select(paid.columns)
    )
    every = pl.concat([paid, without]).sort(*_PART, "item", "kind", nulls_last=True)
    # The first cash of a part bears its fee.
    is_cash = pl.col("kind").is_in(["payment", "on_account", "refund"])
    place = pl.int_range(pl.len()).over(*_PART, is_cash)
    cash_order = pl.col("kind").replace_strict(
        {"payment": 0, "on_account": 1, "refund": 1}, default=2, return_dtype=pl.Int64
    )
    ordered = every.sort(*_PART, cash_order, "item", nulls_last=True)
    bears = is_cash & (place == 0)
    cash = ordered.with_columns(
        amount=pl.col("amount") - pl.when(bears).then("carried").otherwise(0)
    )
    fees = ordered.filter(bears).with_columns(kind=pl.lit("bank_charge"), amount="carried")
    rows = pl.concat([cash, fees]).filter(pl.col("amount") != 0).join(number, on=_BATCH)
    # An item names itself; money without one is known by its part alone.
    note = pl.when(pl.col("item").is_null()).then(
        pl.concat_str("label", pl.lit(": "), pl.col("finding").str.replace_all("_", " "))
    )
    return rows.select(*MEMBER_COLUMNS, owner="customer", note=note).sort(
        "proposal", "item", "kind", "amount", nulls_last=True
    )


def _proposals(
    numbered: pl.DataFrame,
    found: PartFindings,
    batches: ComparableBatches,
    parties: pl.DataFrame,
) -> pl.DataFrame:
    """One proposal a line and batch, weighed by what speaks for the batch as a whole."""
    finding = pl.col("finding")
    unsure = pl.concat_str("label", pl.lit(": "), finding.str.replace_all("_", " "))
    is_decided = finding.is_in(DECIDED)
    summed = found.parts.group_by(_BATCH).agg(
        parts=pl.len(),
        gross_total=pl.col("gross").sum(),
        fee_total=pl.col("fee").sum(),
        undecided=(~is_decided).sum(),
        gives_back=finding.is_in([*GIVEN_BACK]).any(),
        unsure=unsure.filter(~is_decided).head(_MOST_NAMED).str.join(", "),
    )
    owners = found.items.group_by(_BATCH).agg(
        customer=pl.when(pl.col("owner").n_unique() == 1).then(pl.col("owner").first()),
        age_rank=pl.col("age_rank").min(),
    )
    names = batches.batches.select("batch", "batch_reference")
    certain = parties.filter("is_strong").select("line", has_payer=pl.lit(value=True)).unique()
    none = pl.lit(0, dtype=pl.Int64)
    joined = (
        numbered.join(summed, on=_BATCH)
        .join(owners, on=_BATCH, how="left")
        .join(names, on="batch")
        .join(certain, on="line", how="left")
        .sort("proposal")
    )
    return joined.with_columns(
        shape=pl.lit(SHAPE),
        settlement=pl.when("gives_back")
        .then(pl.lit(GIVES_BACK))
        .when(pl.col("undecided") > 0)
        .then(pl.lit(UNDECIDED))
        .otherwise(pl.lit(SHAPE)),
        age_rank=pl.col("age_rank").fill_null(0),
        difference="fee_total",
        equals=none + 1,
        date_millibits=none,
        history_millibits=none,
        party_is_strong=pl.lit(value=False),
        # A customer's own payment is no payout, unless the provider's name stands beside it.
        has_party_conflict=pl.col("has_payer").fill_null(value=False)
        & (pl.col("party_millibits") == 0),
        is_before_issue=pl.lit(value=False),
        evidence=_in_words(),
    )


def _in_words() -> pl.Expr:
    gross, fees = (
        format_minor_expr(pl.col(name), pl.col("currency")) for name in ("gross_total", "fee_total")
    )
    quoted = pl.when(pl.col("reference_millibits") > 0).then(
        pl.concat_str(
            pl.lit("reference: batch '"),
            "reference_text",
            pl.lit("' "),
            bits("reference_millibits"),
        )
    )
    named = pl.when(pl.col("party_millibits") > 0).then(
        pl.concat_str(
            pl.lit("party: provider '"), "party_text", pl.lit("' "), bits("party_millibits")
        )
    )
    parts = pl.concat_str(
        pl.lit("batch "),
        "batch_reference",
        pl.lit(": "),
        pl.col("parts").cast(pl.String),
        pl.lit(" parts of "),
        gross,
        pl.lit(" less fees of "),
        fees,
    )
    unsure = pl.when(pl.col("undecided") > 0).then(pl.concat_str(pl.lit("not certain: "), "unsure"))
    amount = pl.concat_str(pl.lit("amount: batch net "), bits("amount_millibits"))
    return pl.concat_str([parts, unsure, quoted, amount, named], separator="; ", ignore_nulls=True)


def _pairs(claims: pl.DataFrame, found: PartFindings) -> pl.DataFrame:
    """The evidence of the batch for each of its items, as candidate pairs have it."""
    pairs = found.items.select(*_BATCH, "item").unique().join(claims, on=_BATCH)
    is_quoted = pl.col("reference_millibits") > 0
    is_named = pl.col("party_millibits") > 0
    none = pl.lit(0, dtype=pl.Int64)
    return pairs.select(
        "line",
        "item",
        "reference_millibits",
        "reference_text",
        "party_millibits",
        "party_text",
        "amount_millibits",
        settlement=pl.lit(SHAPE),
        reference_kind=pl.when(is_quoted).then(pl.lit("batch")),
        party_kind=pl.when(is_named).then(pl.lit("provider")),
        date_millibits=none,
        history_millibits=none,
    ).sort("line", "item")
