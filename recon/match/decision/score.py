"""Score all proposals of a line against the null ("none of these") and against each other.

In: proposals and members of every maker. Out: proposals with total millibits, classes, confidence, and the flags
that forbid applying without a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.blocks import Blocks
from recon.match.decision.shares import kind_of_explanation, measure_shares, odds_of_lines
from recon.match.evidence.references import QUOTED_MILLIBITS, spans_overlap
from recon.match.proposals.propose import Proposed
from recon.match.tables import place_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.match.evidence.references import References

# The null has 0 bits by definition: priors of proposals are odds against it.
_CLASSES: Final = ("reference", "amount", "party", "history")
# A class counts as agreeing only from here: weaker hints must not pass for a second witness.
_AGREES_MILLIBITS: Final = 4_000
_MOST_PER_LINE: Final = 50
# Five digits and more in the remittance, which is the first field of the text: no day, and no year.
_A_NUMBER: Final = r"[0-9]{5,}"
_REMITTANCE: Final = r"^([^\x1e]*)"


def score(
    parts: list[Proposed],
    references: References,
    pairs: pl.DataFrame,
    absent: pl.DataFrame,
    receipts: pl.DataFrame,
) -> Proposed:
    """Number all proposals anew, add them up, and compare those of one line.

    Args:
        parts: what each maker proposed, with `rest_is_a_price`; taken from the list one by one.
        references: hits and foreign numbers, for what a line quotes beyond a proposal.
        pairs: candidate pairs, for the spans that were taken for an item's number with a typing error.
        absent: how likely each possible payer of a line pays something that is not open.
        receipts: flags of the lines; `is_uncombined` where not every sum of the payer's items was tried.

    Returns:
        proposals with, beside the makers' columns: millibits, classes, class_count, quotes_other, is_disguised, is_held,
        is_uncombined, names_a_number, received (the line's amount), absent_millibits (the rival that something not open
        is paid), is_outspoken (the line quotes an equal item of the same payer instead), leans_on_others and
        is_told_by_others (false here; see `taken.py`), confidence_ppm, place (1 = best of its line).
    """
    blocks = Blocks.of_receipts(receipts)
    starts = list(accumulate((part.proposals.height for part in parts), initial=0))[:-1]
    # What was cut is let go at once, and each cut when its block is done: all together they are the largest tables.
    makers = list(zip(*(_cut(blocks, parts.pop(0), start) for start in starts), strict=True))
    tables = (references.hits, references.foreign, pairs, absent, receipts)
    drafts = blocks.work(_draft, makers, *map(blocks.cut, tables))
    shifts = measure_shares(pl.concat(draft.odds for draft in drafts))
    scored = blocks.work(partial(_finish, shifts), drafts)
    return Proposed(
        proposals=pl.concat((each.proposals for each in scored), rechunk=True),
        members=pl.concat((each.members for each in scored), rechunk=True),
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """The proposals of a block of lines before what the day's receipts pay is known, and what it is measured on.

    proposals with `kind`; others: those of lines that quote something else too; odds: the lines' odds of each kind.
    """

    proposals: pl.DataFrame
    members: pl.DataFrame
    others: pl.DataFrame
    absent: pl.DataFrame
    flags: pl.DataFrame
    odds: pl.DataFrame


def _cut(blocks: Blocks, part: Proposed, start: int) -> list[Proposed]:
    """Cut what a maker proposed, with ids that do not meet those of other makers."""
    numbered = (
        frame.with_columns(pl.col("proposal") + start) for frame in (part.proposals, part.members)
    )
    return list(map(Proposed, *map(blocks.cut, numbered)))


def _draft(
    parts: Sequence[Proposed],
    hits: pl.DataFrame,
    foreign: pl.DataFrame,
    pairs: pl.DataFrame,
    absent: pl.DataFrame,
    receipts: pl.DataFrame,
) -> _Draft:
    """Add up the evidence of each proposal of a block of lines."""
    joined = _together(parts)
    totals = pl.sum_horizontal([f"{name}_millibits" for name in (*_CLASSES, "date", "prior")])
    agrees = [
        pl.when(pl.col(f"{name}_millibits") >= _agreement(name)).then(pl.lit(name))
        for name in _CLASSES
    ]
    proposals = joined.proposals.with_columns(
        millibits=totals,
        classes=pl.concat_str(agrees, separator="+", ignore_nulls=True),
        class_count=pl.sum_horizontal([agree.is_not_null().cast(pl.Int64) for agree in agrees]),
        kind=kind_of_explanation(),
    )
    flags = _flags(receipts, proposals, absent)
    return _Draft(
        proposals=proposals,
        members=joined.members,
        others=_quotes_other(joined, hits, foreign, pairs),
        absent=absent,
        flags=flags,
        odds=odds_of_lines(proposals, absent, flags.select("line", "names_a_number")),
    )


def _finish(shifts: pl.DataFrame, draft: _Draft) -> Proposed:
    """Compare the proposals of each line of a block, now that it is known what the day's receipts pay."""
    quotes_other = pl.col("proposal").is_in(draft.others["proposal"].implode())
    placed = _compare(_with_shares(draft, shifts).with_columns(quotes_other=quotes_other))
    return Proposed(
        proposals=placed,
        members=draft.members.join(placed.select("proposal"), on="proposal", how="semi"),
    )


def _flags(receipts: pl.DataFrame, proposals: pl.DataFrame, absent: pl.DataFrame) -> pl.DataFrame:
    """What is known of each line beside its proposals.

    A line names a number if it quotes an item, or holds a number that could be one; the customer's own alone names none.
    """
    quoting = proposals.filter(pl.col("reference_millibits") > 0)
    is_quoting = pl.col("line").is_in(quoting["line"].unique().implode())
    # Whoever quotes an item names a number: the other texts alone are read.
    text = pl.when(~is_quoting).then("text")
    numbers = text.str.extract(_REMITTANCE).str.count_matches(_A_NUMBER).fill_null(0)
    of_customers = (
        absent.filter(pl.col("party_kind") == "customer_number").select("line", own=1).unique()
    )
    return receipts.join(of_customers, on="line", how="left").select(
        "line",
        "is_disguised",
        "is_held",
        "is_uncombined",
        received="amount",
        names_a_number=(numbers > pl.col("own").fill_null(0)) | is_quoting,
    )


def _with_shares(draft: _Draft, shifts: pl.DataFrame) -> pl.DataFrame:
    """Let every prior start from what the day's receipts pay, and add the line's flags and `absent_millibits`.

    `absent_millibits` weighs that the line pays something that is not open.
    """
    named = draft.flags.select("line", "names_a_number")
    other = (
        draft.absent.join(named, on="line")
        .join(shifts, on=["names_a_number", "kind"])
        .select("line", pl.col("absent_millibits") + pl.col("shift_millibits"))
    )
    # Most lines have one possible payer, and nothing to add up.
    is_several = pl.col("line").is_duplicated()
    added = other.filter(is_several).group_by("line").agg(_added("absent_millibits"))
    other = pl.concat([other.filter(~is_several), added])
    of_lines = draft.flags.join(other, on="line", how="left")
    return (
        draft.proposals.join(of_lines, on="line")
        .join(shifts, on=["names_a_number", "kind"], how="left")
        .with_columns(
            pl.col("prior_millibits", "millibits") + pl.col("shift_millibits").fill_null(0)
        )
        .drop("kind", "shift_millibits")
    )


def _added(name: str) -> pl.Expr:
    """Add up explanations of one group: millibits of the sum of their probabilities."""
    highest = pl.col(name).max()
    beside = pl.lit(2.0).pow((pl.col(name) - highest) / 1000).sum()
    return highest + (beside.log(2) * 1000).round(0).cast(pl.Int64)


def _agreement(name: str) -> int:
    return QUOTED_MILLIBITS if name == "reference" else _AGREES_MILLIBITS


def _together(parts: Sequence[Proposed]) -> Proposed:
    """Lay the makers' proposals together; equal sets of one line are one proposal."""
    all_proposals = pl.concat(part.proposals for part in parts)
    # Batches alone say of a member whose money it is and which part of them.
    all_members = pl.concat((part.members for part in parts), how="diagonal")
    outline = all_members.group_by("proposal").agg(
        size=pl.len(), items=pl.col("item").sum(), amounts=pl.col("amount").sum()
    )
    outlined = all_proposals.select("proposal", "line").join(outline, on="proposal")
    # Sets of different outlines differ; what each says is spelled out for the others alone.
    is_alike = pl.struct("line", "size", "items", "amounts").is_duplicated()
    several = all_proposals.join(outlined.filter(is_alike), on="proposal", how="semi")
    content = (
        all_members.join(several, on="proposal", how="semi")
        .sort("proposal", "item", "kind", "amount", nulls_last=True)
        .group_by("proposal")
        .agg(
            content=pl.concat_str(
                pl.col("item").cast(pl.String).fill_null("-"), "kind", "amount", separator=":"
            ).str.join(",")
        )
    )
    prior = pl.sum_horizontal([f"{name}_millibits" for name in (*_CLASSES, "date", "prior")])
    first = (
        several.join(content, on="proposal")
        .with_columns(total=prior)
        .sort("line", "content", "total", "shape", descending=[False, False, True, False])
        .unique(["line", "content"], keep="first", maintain_order=True)
        .select("proposal")
    )
    kept = pl.concat([outlined.filter(~is_alike).select("proposal"), first])
    return Proposed(
        all_proposals.join(kept, on="proposal", how="semi"),
        all_members.join(kept, on="proposal", how="semi"),
    )


def _quotes_other(
    joined: Proposed, all_hits: pl.DataFrame, foreign: pl.DataFrame, pairs: pl.DataFrame
) -> pl.DataFrame:
    """Proposals of lines that also quote something which the proposal does not pay.

    Another open item always counts. A number of ours that is no open item's counts only against proposals
    that are not quoted themselves or whose amount does not agree: it may be what the money is for.
    """
    hits = all_hits.filter(pl.col("millibits") >= QUOTED_MILLIBITS)
    spans = pl.concat(
        [
            hits.select("line", "span", is_open=pl.lit(True)),
            foreign.select("line", "span", is_open=pl.lit(False)),
        ]
    ).unique()
    agrees = (pl.col("reference_millibits") >= QUOTED_MILLIBITS) & (
        pl.col("amount_millibits") >= _AGREES_MILLIBITS
    )
    quoting = (
        joined.proposals.select("proposal", "line", agrees=agrees)
        .join(spans, on="line")
        .filter(pl.col("is_open") | ~pl.col("agrees"))
    )
    paid = (
        joined.members.filter(pl.col("item").is_not_null())
        .select("proposal", "line", "item")
        .unique()
    )
    # A mistyped number counts as quoted by the proposal that it was taken for.
    covers = pl.concat(
        [
            all_hits.select("line", "item", cover="span"),
            pairs.select("line", "item", cover="reference_text").drop_nulls(),
        ]
    ).unique()
    covering = paid.join(covers, on=["line", "item"]).select("proposal", "cover")
    covered = (
        quoting.join(covering, on="proposal")
        .filter(spans_overlap("cover", "span"))
        .select("proposal", "span")
        .unique()
    )
    return quoting.join(covered, on=["proposal", "span"], how="anti").select("proposal").unique()


def _compare(scored: pl.DataFrame) -> pl.DataFrame:
    """Give each proposal its place and its posterior among all explanations of its line."""
    ordered = scored.sort(
        "line", "millibits", "age_rank", "proposal", descending=[False, True, False, False]
    ).with_columns(place=place_in("line") + 1)
    ordered = ordered.filter(pl.col("place") <= _MOST_PER_LINE)
    marked = ordered.with_columns(
        is_outspoken=_outspoken(),
        leans_on_others=pl.lit(value=False),
        is_told_by_others=pl.lit(value=False),
    )
    return with_confidence(marked, pl.lit(1.0))


# What the confidence of a proposal depends on.
WEIGHED: Final = (
    "proposal",
    "line",
    "customer",
    "shape",
    "settlement",
    "millibits",
    "amount_millibits",
    "absent_millibits",
    "equals",
    "is_outspoken",
    "is_uncombined",
    "rest_is_a_price",
)


def with_confidence(proposals: pl.DataFrame, free: pl.Expr) -> pl.DataFrame:
    """Set the posterior of each proposal among all explanations of its line and "none of these".

    Items that no one can tell apart are one explanation: their proposals share its probability.

    Args:
        proposals: all proposals of the lines in question, with the columns of WEIGHED.
        free: the probability that its items are not another line's, by which each explanation is weighed.

    Returns:
        the same rows with `confidence_ppm`.
    """
    # Probabilities relative to the best explanation, so that no power of two overflows.
    best = pl.max_horizontal(pl.col("millibits").max().over("line"), 0)
    weighed = proposals.with_columns(best=best).with_columns(
        weight=pl.when("is_outspoken")
        .then(0.0)
        .otherwise(pl.lit(2.0).pow((pl.col("millibits") - pl.col("best")) / 1000) * free)
    )
    weight = pl.col("weight")
    shared = weight.sum().over("line", "millibits", "customer", "shape", "amount_millibits")
    alike = pl.when(pl.col("equals") > 1).then(shared).otherwise(weight)
    null = pl.lit(2.0).pow(-pl.col("best") / 1000)
    absent = pl.lit(2.0).pow((pl.col("absent_millibits") - pl.col("best")) / 1000).fill_null(0)
    # A rest that may be the price of items that nobody named is as likely that as an overpayment: nothing tells them apart.
    may_be_a_price = pl.col("is_uncombined") | pl.col("rest_is_a_price")
    unseen = pl.when(may_be_a_price & (pl.col("settlement") == "over")).then(weight)
    total = weight.sum().over("line") + null + absent + unseen.sum().over("line")
    confidence = (alike / total * 1_000_000).floor().cast(pl.Int64).clip(0, 999_999)
    return weighed.with_columns(confidence_ppm=confidence).drop("best", "weight")


def _outspoken() -> pl.Expr:
    """Unquoted items of a payer whose equal item is quoted: the payer's own words decide between them."""
    quoted = (pl.col("reference_millibits") >= QUOTED_MILLIBITS) & (pl.col("settlement") == "exact")
    same_payer = ["line", "customer"]
    return (
        (pl.col("shape") == "one_item")
        & (pl.col("reference_millibits") == 0)
        & (pl.col("settlement") == "exact")
        & pl.col("customer").is_not_null()
        & quoted.any().over(same_payer)
    )
