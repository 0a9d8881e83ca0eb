"""Put the outcome into the words and ids of the contracts: proposals with their evidence, decisions with notes.

In: scored proposals and fates by row number. Out: Decisions, Proposals, ProposalItems and Evidence by id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.decisions import Decisions
from recon.frames.evidence import Evidence
from recon.frames.proposals import ProposalItems, Proposals
from recon.match.decision.duplicates import first_payments
from recon.match.proposals.words import bits, evidence_in_words
from recon.match.tables import place_in
from recon.money import format_minor_expr

if TYPE_CHECKING:
    import dataframely as dy

    from recon.config import Policy
    from recon.match.evidence.references import References
    from recon.match.proposals.propose import Proposed
    from recon.match.tables import Tables

_CLASSES: Final = ("reference", "amount", "party", "date", "history")
RULE: Final = "rule"


def kept_proposals(scored: Proposed, fates: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Choose what to show of each line: what was applied, or the best suggestions, ranked from 1."""
    wanted = fates.filter(pl.col("fate").is_in(["applied", "suggested"])).select(
        "line", "fate", given="proposal"
    )
    # Only what puts them in order is laid out for every proposal, and the rest fetched for those that are shown.
    joined = scored.proposals.select("line", "proposal", "confidence_ppm", "place").join(
        wanted, on="line"
    )
    is_given = pl.col("proposal") == pl.col("given")
    shown = joined.filter((pl.col("fate") == "suggested") | is_given)
    # What the line would get in the competition is the first suggestion; of the others the likelier ones come first,
    # which are not those of more evidence where another line surely takes their items.
    ranked = shown.sort(
        "line",
        is_given.fill_null(False),
        "confidence_ppm",
        "place",
        descending=[False, True, True, False],
    ).with_columns(rank=place_in("line") + 1)
    status = (
        pl.when(pl.col("fate") == "applied").then(pl.lit("applied")).otherwise(pl.lit("suggested"))
    )
    wanted_ranks = (pl.col("rank") <= policy.decide.suggestions) | (pl.col("fate") == "applied")
    chosen = ranked.filter(wanted_ranks).select("proposal", "rank", status=status)
    return chosen.join(scored.proposals.drop("evidence"), on="proposal", maintain_order="left")


def words_of_shown(
    kept: pl.DataFrame, fates: pl.DataFrame, scored: Proposed, pairs: pl.DataFrame
) -> pl.DataFrame:
    """Write the evidence of the proposals kept, given, and nearest to a line that none was applied to: proposal, evidence."""
    left = fates.filter(pl.col("fate") != "applied").select("line")
    nearest = scored.proposals.filter(pl.col("place") == 1).join(left, on="line", how="semi")
    shown = [kept["proposal"], fates["proposal"].drop_nulls(), nearest["proposal"]]
    return evidence_in_words(pl.concat(shown), scored, pairs)


def proposals_frame(
    kept: pl.DataFrame,
    fates: pl.DataFrame,
    scored: Proposed,
    words: pl.DataFrame,
    tables: Tables,
    refunds: dy.DataFrame[Proposals],
) -> dy.DataFrame[Proposals]:
    """Name the proposals kept by line id and rank, with their evidence in words; those of refunds are named already."""
    because = pl.concat_str("evidence", *_sum_in_words())
    on_account = _on_account(fates, scored, words)
    told = kept.join(words, on="proposal").with_columns(because=because)
    every = pl.concat([told.select(_KEPT), on_account.select(_KEPT)])
    named = every.join(tables.receipts.select("line", "line_id"), on="line").join(
        tables.customers.select("customer", "customer_id"), on="customer", how="left"
    )
    both = pl.concat([named.select(Proposals.column_names()), refunds])
    return Proposals.validate(both.sort("line_id", "rank"))


def _sum_in_words() -> list[pl.Expr]:
    return [
        pl.lit("; prior "),
        bits("prior_millibits"),
        pl.lit("; total "),
        bits("millibits"),
    ]


_KEPT: Final = (
    "line",
    "rank",
    "status",
    "shape",
    "settlement",
    "customer",
    "millibits",
    "classes",
    "fits",
    "confidence_ppm",
    "because",
)


def _on_account(fates: pl.DataFrame, scored: Proposed, words: pl.DataFrame) -> pl.DataFrame:
    """Lines that go to the payer's account whole: the payer is the one named, or the owner of the item lost."""
    known = scored.proposals.select(
        "proposal", "classes", "confidence_ppm", owner="customer", bits="millibits"
    )
    lines = (
        fates.filter(pl.col("fate") == "on_account")
        .join(known, on="proposal", how="left")
        .join(words, on="proposal", how="left")
    )
    return lines.with_columns(
        rank=pl.lit(1, dtype=pl.Int64),
        status=pl.lit("applied"),
        shape=pl.lit("on_account"),
        settlement=pl.lit("on_account"),
        customer=pl.coalesce("customer", "owner"),
        millibits=pl.col("bits").fill_null(0),
        classes=pl.col("classes").fill_null("reference+party"),
        fits=pl.lit(1, dtype=pl.Int64),
        confidence_ppm=pl.col("confidence_ppm").fill_null(0),
        because=pl.concat_str(
            pl.col("reason").str.replace_all("_", " "),
            pl.lit("; "),
            pl.col("evidence").fill_null("quotes a closed item of this payer"),
        ),
    )


def members_frame(
    kept: pl.DataFrame,
    members: pl.DataFrame,
    fates: pl.DataFrame,
    tables: Tables,
    refunds: dy.DataFrame[ProposalItems],
) -> dy.DataFrame[ProposalItems]:
    """Name the members of the proposals kept; a line on account is one member without item."""
    whole = fates.filter(pl.col("fate") == "on_account").join(
        tables.receipts.select("line", "amount"), on="line"
    )
    on_account = whole.select(
        "line",
        item=pl.lit(None, dtype=pl.Int64),
        kind=pl.lit("on_account"),
        amount="amount",
        rank=pl.lit(1, dtype=pl.Int64),
        owner=pl.lit(None, dtype=pl.Int64),
        note=pl.lit(None, dtype=pl.String),
    )
    of_kept = members.join(kept.select("proposal", "rank"), on="proposal").select(
        on_account.columns
    )
    owners = tables.customers.select("customer_id", owner="customer")
    named = (
        pl.concat([of_kept, on_account])
        .join(tables.receipts.select("line", "line_id"), on="line")
        .join(tables.items.select("item", "item_id"), on="item", how="left")
        .join(owners, on="owner", how="left")
    )
    both = pl.concat([named.select(ProposalItems.column_names()), refunds])
    return ProposalItems.validate(both.sort("line_id", "rank", "item_id", "kind", nulls_last=True))


def evidence_frame(
    pairs: pl.DataFrame, kept: pl.DataFrame, members: pl.DataFrame, tables: Tables
) -> dy.DataFrame[Evidence]:
    """List the pieces of evidence of every pair in a proposal kept, one row a class."""
    shown = (
        members.join(kept.select("proposal"), on="proposal", how="semi")
        .select("line", "item")
        .drop_nulls()
        .unique()
    )
    # In the order of ids once, so that the pieces need no words compared, and get their ids when they stand in order.
    ids = (
        shown.join(tables.receipts.select("line", "line_id"), on="line")
        .join(tables.items.select("item", "item_id"), on="item")
        .sort("line_id", "item_id")
        .with_columns(pair=pl.int_range(pl.len()))
    )
    told = [f"{name}_{part}" for name in _CLASSES for part in ("millibits", "kind", "text")]
    named = (
        pairs.select("line", "item", "settlement", *(one for one in told if one in pairs.columns))
        .join(ids.select("line", "item", "pair"), on=["line", "item"])
        .with_columns(amount_kind="settlement", amount_text=pl.lit(None, dtype=pl.String))
    )
    pieces = pl.concat(_piece(named, name) for name in sorted(_CLASSES))
    # The largest tables of the end of a run: what is done with is let go.
    del named, shown
    ordered = pieces.sort("pair", maintain_order=True)
    del pieces
    of_pieces = ids.select("line_id", "item_id")[ordered["pair"]]
    return Evidence.validate(pl.concat([of_pieces, ordered.drop("pair")], how="horizontal"))


def _piece(named: pl.DataFrame, name: str) -> pl.DataFrame:
    """The evidence of one class, of the pairs that have any."""
    text = pl.col(f"{name}_text") if f"{name}_text" in named.columns else pl.lit(None)
    return named.filter(pl.col(f"{name}_millibits") != 0).select(
        "pair",
        evidence_class=pl.lit(name),
        kind=pl.col(f"{name}_kind").fill_null("other"),
        millibits=f"{name}_millibits",
        text=text.cast(pl.String),
    )


def decisions_frame(
    fates: pl.DataFrame,
    set_aside: pl.DataFrame,
    scored: Proposed,
    references: References,
    tables: Tables,
    policy: Policy,
) -> dy.DataFrame[Decisions]:
    """Give every line its decision, with the nearest miss (`note` of fates) and the rule that refused it."""
    currencies = _in_other_currency(references, tables)
    firsts = first_payments(fates, scored, references, tables)
    receipts = (
        fates.join(tables.receipts.select("line", "line_id"), on="line")
        .join(currencies, on="line", how="left")
        .join(firsts, on="line", how="left")
    )
    told = pl.concat_str("first", "payout", "note", separator="; ", ignore_nulls=True)
    note = pl.when(told != "").then(told)
    no_offer = pl.col("reason") == "no_candidate"
    decided = receipts.select(
        "line_id",
        "fate",
        reason=pl.when(no_offer & pl.col("currency_note").is_not_null())
        .then(pl.lit("currency_differs"))
        .otherwise("reason"),
        note=pl.when(pl.col("reason") == "currency_differs")
        .then("currency_note")
        .when(pl.col("fate") != "applied")
        .then(pl.coalesce(note, "currency_note")),
    )
    aside = set_aside.select("line_id", "fate", "reason", "note")
    marks = {"decided_by": pl.lit(RULE), "policy_hash": pl.lit(policy.hash)}
    return Decisions.validate(pl.concat([decided, aside]).with_columns(**marks).sort("line_id"))


def with_nearest(
    fates: pl.DataFrame, scored: Proposed, words: pl.DataFrame, tables: Tables
) -> pl.DataFrame:
    """Add `note` to fates, the nearest miss in words: which items, what they come to, what differs, and the evidence."""
    best = scored.proposals.filter(pl.col("place") == 1).join(
        fates.filter(pl.col("fate") != "applied").select("line", "reason"), on="line"
    )
    receipts = tables.receipts.select("line", "currency", "amount")
    numbers = (
        scored.members.join(best.select("proposal"), on="proposal", how="semi")
        .join(tables.items.select("item", "number"), on="item")
        .group_by("proposal")
        .agg(numbers=pl.col("number").unique().sort().head(5).str.join(", "))
    )
    told = best.drop("evidence").join(words, on="proposal")
    joined = told.join(numbers, on="proposal", how="left").join(receipts, on="line")
    open_total = format_minor_expr(pl.col("amount") + pl.col("difference"), pl.col("currency"))
    difference = format_minor_expr(-pl.col("difference"), pl.col("currency"))
    note = pl.concat_str(
        pl.lit("nearest: "),
        "numbers",
        pl.lit(" (due "),
        open_total,
        pl.lit(", difference "),
        difference,
        pl.lit("); "),
        "evidence",
        *_sum_in_words(),
        pl.lit("; not applied: "),
        pl.col("reason").str.replace_all("_", " "),
    )
    return fates.join(joined.select("line", note=note), on="line", how="left")


def _in_other_currency(references: References, tables: Tables) -> pl.DataFrame:
    hits = references.hits.join(
        tables.items.select("item", "number", item_currency="currency"), on="item"
    )
    other = hits.join(tables.receipts.select("line", "currency"), on="line").filter(
        pl.col("currency") != pl.col("item_currency")
    )
    said = other.sort("line", "millibits", "item", descending=[False, True, False]).unique(
        "line", keep="first", maintain_order=True
    )
    note = pl.concat_str(
        pl.lit("quotes "), "number", pl.lit(", which is open in "), "item_currency"
    )
    return said.select("line", currency_note=note)
