"""Propose the item that a line quotes although it is open in another currency: a person converts it.

In: the day's tables, reference hits, party hits. Out: proposals in the shape of `propose.py`, of settlement
`other_currency`; they are suggested and never applied, because the books hold no rate of the bank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.references import QUOTED_MILLIBITS
from recon.match.evidence.settle import stated_elsewhere_millibits
from recon.match.evidence.stated import stated_amounts
from recon.match.proposals.propose import MEMBER_COLUMNS, NOTHING, PROPOSAL_COLUMNS, Proposed
from recon.match.proposals.words import bits

if TYPE_CHECKING:
    from recon.match.evidence.references import References
    from recon.match.tables import Tables

# About one receipt in sixty comes in another currency than its item: a stated prior.
_PRIOR_MILLIBITS: Final = -6_000
_CONFLICT_MILLIBITS: Final = -8_000


def propose_in_other_currency(
    tables: Tables, references: References, parties: pl.DataFrame
) -> Proposed:
    """Propose the one item that a line quotes and that is open in another currency than the line's.

    Args:
        tables: the day's tables.
        references: reference hits.
        parties: party hits.

    Returns:
        a proposal a line; the whole amount of the line is its payment, in the line's currency.
    """
    pairs = _quoted_alone(tables, references)
    if pairs.is_empty():
        return NOTHING
    stated = stated_amounts(
        tables.receipts.join(pairs.select("line", currency="item_currency"), on="line").select(
            "line", "text", currency="currency_right"
        )
    )
    told = stated.rename({"stated": "open"}).with_columns(is_told=pl.lit(value=True))
    hits = parties.select("line", "customer", "is_strong", hit="millibits", party_kind="kind")
    known = parties.filter("is_strong").select("line", known=pl.lit(value=True)).unique()
    joined = (
        pairs.join(told, on=["line", "open"], how="left")
        .join(hits, on=["line", "customer"], how="left")
        .join(known, on="line", how="left")
        .sort("line")
        .with_columns(proposal=pl.int_range(pl.len(), dtype=pl.Int64))
    )
    members = joined.select("proposal", "line", "item", kind=pl.lit("payment"), amount="amount")
    return Proposed(
        proposals=_weigh(joined, tables).select(PROPOSAL_COLUMNS),
        members=members.select(MEMBER_COLUMNS),
    )


def _quoted_alone(tables: Tables, references: References) -> pl.DataFrame:
    """Lines that quote one item clearly, and no other one as well: line, amount, and the item's columns."""
    quoted = references.hits.filter(pl.col("millibits") >= QUOTED_MILLIBITS)
    items = tables.items.select(
        "item", "number", "customer", "open", "age_rank", "issue_date", item_currency="currency"
    )
    receipts = tables.receipts.select("line", "amount", "currency", "date")
    best = pl.col("millibits") == pl.col("millibits").max().over("line")
    return (
        quoted.filter(best)
        .filter(pl.len().over("line") == 1)
        .join(receipts, on="line")
        .join(items, on="item")
        .filter(pl.col("currency") != pl.col("item_currency"), pl.col("open") > 0)
        .rename({"millibits": "reference_millibits", "kind": "reference_kind"})
    )


def _weigh(joined: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    in_currency = tables.items.group_by(item_currency="currency").agg(rivals=pl.len())
    conflict = pl.col("hit").is_null() & pl.col("known").fill_null(value=False)
    choice = (pl.col("rivals").log(2) + 1) * 1000
    none = pl.lit(0, dtype=pl.Int64)
    weighed = joined.join(in_currency, on="item_currency").with_columns(
        shape=pl.lit("one_item"),
        settlement=pl.lit("other_currency"),
        difference=none,
        equals=pl.lit(1, dtype=pl.Int64),
        fits=pl.lit(1, dtype=pl.Int64),
        amount_millibits=pl.when("is_told")
        .then(stated_elsewhere_millibits(pl.col("open")))
        .otherwise(none),
        party_millibits=pl.when(conflict)
        .then(_CONFLICT_MILLIBITS)
        .otherwise(pl.col("hit").fill_null(0)),
        party_is_strong=pl.col("is_strong").fill_null(value=False),
        has_party_conflict=conflict,
        is_before_issue=(pl.col("date") < pl.col("issue_date")).fill_null(value=False),
        date_millibits=none,
        history_millibits=none,
        prior_millibits=_PRIOR_MILLIBITS - choice.round(0).cast(pl.Int64),
    )
    told = pl.when("is_told").then(
        pl.concat_str(
            pl.lit("; amount: stated in "), "item_currency", pl.lit(" "), bits("amount_millibits")
        )
    )
    said = pl.concat_str(
        pl.lit("reference: "),
        pl.col("reference_kind").str.replace_all("_", " "),
        pl.lit(" '"),
        pl.col("span").str.slice(0, 60),
        pl.lit("' "),
        bits("reference_millibits"),
        told.fill_null(""),
        pl.lit("; party: "),
        pl.col("party_kind").fill_null("not known").str.replace_all("_", " "),
        pl.lit(" "),
        bits("party_millibits"),
        pl.lit("; open in "),
        "item_currency",
    )
    return weighed.with_columns(evidence=said)
