"""Money for something that is settled already: put it on the payer's account and say so, never onto another item.

In: fates by row number, references, party hits. Out: fates, with lines that quote a closed item re-decided; and of
which payment each is the second, in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from recon.frames.comparable import Comparable
    from recon.match.evidence.references import References
    from recon.match.proposals.propose import Proposed
    from recon.match.tables import Tables


def settle_closed_quotes(
    fates: pl.DataFrame,
    references: References,
    parties: pl.DataFrame,
    comparable: Comparable,
) -> pl.DataFrame:
    """Re-decide receipts that were not applied and quote the number of a closed item.

    What another customer owed once is no second payment of a known payer, whatever it is: a person asks.

    Returns:
        the fates with a column `customer`: whose account a line of fate on_account goes to.
    """
    quotes = references.foreign.filter("is_closed").select("line", "key")
    sure = (
        parties.filter("is_strong")
        .filter(pl.len().over("line") == 1)
        .select("line", payer="customer")
    )
    closed = _whose(quotes, sure, comparable)
    joined = fates.join(closed, on="line", how="left").join(sure, on="line", how="left")
    paid_before = (
        pl.col("quotes_closed").fill_null(False)
        & (pl.col("fate") != "applied")
        & (pl.col("reason") != "held_balance_break")
    )
    known = paid_before & pl.col("payer").is_not_null() & pl.col("may_be_own")
    return joined.select(
        "line",
        "proposal",
        fate=pl.when(known)
        .then(pl.lit("on_account"))
        .when(paid_before & (pl.col("fate") != "suggested"))
        .then(pl.lit("unmatched"))
        .otherwise("fate"),
        reason=pl.when(known)
        .then(pl.lit("duplicate_payment"))
        .when(paid_before)
        .then(pl.lit("quotes_closed_item"))
        .otherwise("reason"),
        customer=pl.when(known).then("payer"),
    ).sort("line")


def _whose(quotes: pl.DataFrame, sure: pl.DataFrame, comparable: Comparable) -> pl.DataFrame:
    """Say of each line that quotes a settled number whether one may have been its payer's: line, quotes_closed, may_be_own.

    It may if the books tell no customer of it, or one of the payer's group.
    """
    families = comparable.customers.select("customer", "family")
    payers = sure.join(families.rename({"customer": "payer"}), on="payer")
    owned = (
        quotes.join(comparable.closed_keys, on="key")
        .join(families.rename({"family": "owner"}), on="customer", how="left")
        .join(payers, on="line", how="left")
    )
    is_own = (pl.col("owner") == pl.col("family")).fill_null(value=False)
    return owned.group_by("line").agg(
        quotes_closed=pl.lit(value=True), may_be_own=(is_own | ~pl.col("is_told")).any()
    )


def first_payments(
    fates: pl.DataFrame, scored: Proposed, references: References, tables: Tables
) -> pl.DataFrame:
    """Say of every second payment what it repeats: the line of this run, or the number that was settled before.

    Returns:
        line, first: words such as `second payment of INV-1001, which line L... of 2026-01-15 settles`.
    """
    again = fates.filter(pl.col("reason") == "duplicate_payment").select("line", "proposal")
    members = scored.members.drop_nulls("item").select("line", "proposal", "item").unique()
    applied = fates.filter(pl.col("fate") == "applied").select("proposal")
    settled = members.join(applied, on="proposal", how="semi").select("item", taker="line")
    payments = tables.receipts.select(taker="line", paid_by="line_id", paid_on="booking_date")
    in_run = (
        members.join(again, on=["line", "proposal"], how="semi")
        .join(settled, on="item")
        .join(payments, on="taker")
        .join(tables.items.select("item", "number"), on="item")
        .sort("line", "taker", "number")
        .unique("line", keep="first", maintain_order=True)
        .select(
            "line",
            first=pl.concat_str(
                pl.lit("second payment of "), "number", pl.lit(", which line "), "paid_by",
                pl.lit(" of "), pl.col("paid_on").dt.to_string("iso"), pl.lit(" settles"),
            ),
        )
    )  # fmt: skip
    before = (
        references.foreign.filter("is_closed")
        .join(again, on="line", how="semi")
        .sort("line", "key")
        .unique("line", keep="first", maintain_order=True)
        .select(
            "line",
            first=pl.concat_str(pl.lit("second payment of "), "span", pl.lit(", settled before")),
        )
    )
    return pl.concat([in_run, before.join(in_run, on="line", how="anti")])
