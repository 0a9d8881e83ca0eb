"""Money out to a customer that pays back a credit of it: pair the two, and settle nothing by rule.

In: debits that are no returns, the fates of receipts, open credit notes, what the history left on account.
Out: those debits with the reason `refund_of_credit`, each with the one credit that it most likely pays back, suggested.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.proposals import ProposalItems, Proposals
from recon.match.classify import one_to_one
from recon.match.evidence.rarity import (
    AMOUNT_PRIOR_WEIGHT,
    PARTY_PRIOR_WEIGHT,
    amount_prior,
    millibits,
)
from recon.match.proposals.words import bits

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.comparable import Comparable
    from recon.match.proposals.propose import Proposed
    from recon.match.tables import Tables

# How often a refund is the whole credit, goes to an account and to a name that are known of the customer; and how often
# money out goes to such an account or name of somebody else. Stated priors, as for receipts.
_WHOLE: Final = 0.85
_TO_ACCOUNT: Final = (0.9, 2e-4)
_TO_NAME: Final = (0.85, 1e-3)


@dataclass(frozen=True, slots=True)
class Refunds:
    """What was set aside, with reason and note of refunds; and each refund with its credit, as a suggestion."""

    aside: pl.DataFrame
    proposals: dy.DataFrame[Proposals]
    members: dy.DataFrame[ProposalItems]


def find_refunds(
    comparable: Comparable,
    aside: pl.DataFrame,
    fates: pl.DataFrame,
    scored: Proposed,
    tables: Tables,
) -> Refunds:
    """Pair debits with the credits that they pay back: same customer, same amount, later.

    Args:
        comparable: all lines; debits are no receipts, and so not among those of `tables`.
        aside: line_id, fate, reason of the lines that are no receipts.
        fates: what became of the receipts, with `customer` where money stands on an account.
        scored: the proposals that the fates name.
        tables: the books' side and the history.
    """
    out = aside.filter(pl.col("reason") == "payment_out").select("line_id")
    debits = (
        comparable.lines.filter(pl.col("amount") < 0)
        .join(out, on="line_id")
        .select(
            "line_id", "currency", "booking_date", "payer_account", "payer_key", "text",
            amount=-pl.col("amount"), day="date",
        )
    )  # fmt: skip
    credits_ = pl.concat(
        [_notes(fates, scored, tables), _rests(fates, scored, tables), _remembered(tables)]
    )
    fitting = debits.join(credits_, on=["currency", "amount"]).filter(
        (pl.col("day") >= pl.col("since")).fill_null(value=True)
    )
    if fitting.is_empty():
        none = pl.lit(None, dtype=pl.String)
        aside = aside.with_columns(note=none)
        return Refunds(aside, Proposals.create_empty(), ProposalItems.create_empty())
    weighed = _weigh(_known_payees(fitting, tables), credits_, tables)
    return _suggest(aside, one_to_one(weighed), tables)


def _notes(fates: pl.DataFrame, scored: Proposed, tables: Tables) -> pl.DataFrame:
    """Open credit notes that no receipt of this run netted."""
    applied = fates.filter(pl.col("fate") == "applied").select("proposal")
    used = scored.members.join(applied, on="proposal", how="semi").select("item").drop_nulls()
    notes = tables.items.filter(pl.col("open") < 0, pl.col("customer").is_not_null())
    return notes.join(used, on="item", how="anti").select(
        "customer",
        "currency",
        amount=-pl.col("open"),
        since="issue_date",
        item="item",
        said=pl.concat_str(pl.lit("credit note "), "number"),
        number="number_text",
        source=pl.lit(None, dtype=pl.String),
    )


def _rests(fates: pl.DataFrame, scored: Proposed, tables: Tables) -> pl.DataFrame:
    """What receipts of this run left on a customer's account, whole or as a rest."""
    receipts = tables.receipts.select("line", "line_id", "currency", "amount", since="date")
    owners = scored.proposals.select("proposal", owner="customer")
    left = scored.members.filter(pl.col("kind") == "on_account").select("proposal", rest="amount")
    standing = (
        fates.filter(pl.col("fate").is_in(["applied", "on_account"]))
        .select("line", "fate", "proposal", "customer")
        .join(owners, on="proposal", how="left")
        .join(left, on="proposal", how="left")
        .join(receipts, on="line")
        .with_columns(
            amount=pl.when(pl.col("fate") == "on_account").then("amount").otherwise("rest"),
            customer=pl.coalesce("customer", "owner"),
        )
        .drop_nulls(["amount", "customer"])
    )
    return standing.select(
        *("customer", "currency", "amount", "since"),
        item=pl.lit(None, dtype=pl.Int64),
        said=pl.concat_str(pl.lit("money on account of line "), "line_id"),
        number=pl.lit(None, dtype=pl.String),
        source="line_id",
    )


def _remembered(tables: Tables) -> pl.DataFrame:
    """What the history left on a customer's account."""
    return tables.memory.credits.select(
        *("customer", "currency", "amount"),
        since="booking_date",
        item=pl.lit(None, dtype=pl.Int64),
        said=pl.concat_str(pl.lit("money on account of line "), "line_id"),
        number=pl.lit(None, dtype=pl.String),
        source="line_id",
    )


def _known_payees(fitting: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Keep debits that go to the customer by account, or else by name, with `is_account`.

    An account that is known as some customer's decides alone, whatever name was written.
    """
    seen = tables.memory.payers
    accounts = pl.concat(
        [
            tables.accounts.select("customer", payer_account="account"),
            seen.filter(pl.col("role") == "account").select("customer", payer_account="key"),
        ]
    ).unique()
    names = pl.concat(
        [
            tables.names.select("customer", payer_key="name_key"),
            seen.filter(pl.col("role") == "name").select("customer", payer_key="key"),
        ]
    ).unique()
    is_known = pl.col("payer_account").is_in(accounts["payer_account"].unique().implode())
    by_account = fitting.join(accounts, on=["customer", "payer_account"], how="semi")
    by_name = fitting.filter(~is_known.fill_null(value=False)).join(
        names, on=["customer", "payer_key"], how="semi"
    )
    return pl.concat(
        [
            by_account.with_columns(is_account=pl.lit(value=True)),
            by_name.with_columns(is_account=pl.lit(value=False)),
        ]
    )


def _weigh(pairs: pl.DataFrame, credits_: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add the bits of amount and payee, and what `one_to_one` goes by: a number quoted first, then the bits."""
    in_currency = credits_.group_by("currency").agg(every=pl.len().cast(pl.Float64))
    equal = credits_.group_by("currency", "amount").agg(equal=pl.len().cast(pl.Float64))
    counted = pairs.join(in_currency, on="currency").join(equal, on=["currency", "amount"])
    weight = AMOUNT_PRIOR_WEIGHT
    chance = (pl.col("equal") - 1 + weight * amount_prior(pl.col("amount"))) / (
        pl.col("every") + weight
    )
    blank = pl.lit(" ")
    number = pl.concat_str(blank, "number", blank)
    is_quoted = pl.concat_str(blank, "text", blank).str.contains(number, literal=True)
    weighed = counted.with_columns(
        is_quoted=is_quoted.fill_null(value=False),
        amount_millibits=millibits(_WHOLE, chance).clip(0),
        party_millibits=pl.when("is_account")
        .then(_payee_millibits(_TO_ACCOUNT, tables))
        .otherwise(_payee_millibits(_TO_NAME, tables)),
        prior_millibits=-((pl.col("every").log(2) + 1) * 1000).round(0).cast(pl.Int64),
        fits=pl.len().over("line_id").cast(pl.Int64),
        line_id_receipt=pl.coalesce("source", pl.concat_str(pl.lit("item "), "item")),
        booking_date_receipt=pl.col("since").fill_null(pl.lit(0).cast(pl.Date)),
    )
    total = weighed.with_columns(
        millibits=pl.sum_horizontal("amount_millibits", "party_millibits", "prior_millibits")
    )
    chances = pl.lit(2.0).pow(pl.col("millibits") / 1000)
    share = chances / (chances.sum().over("line_id") + 1)
    return total.with_columns(
        confidence_ppm=(share * 1_000_000).floor().cast(pl.Int64).clip(0, 999_999),
        likeness=pl.col("is_quoted").cast(pl.Int64) * 1_000_000 + pl.col("millibits"),
    )


def _payee_millibits(rates: tuple[float, float], tables: Tables) -> pl.Expr:
    belongs, stranger = rates
    chance = PARTY_PRIOR_WEIGHT * stranger / (tables.customers.height + PARTY_PRIOR_WEIGHT)
    return millibits(belongs, pl.lit(chance))


def _suggest(aside: pl.DataFrame, pairs: pl.DataFrame, tables: Tables) -> Refunds:
    """Write the pairs down: the credit is used up by the debit, which nobody decided yet."""
    payee = pl.when("is_account").then(pl.lit("account")).otherwise(pl.lit("name"))
    shown = pl.when("is_account").then("payer_account").otherwise("payer_key")
    named = (
        pairs.join(tables.customers.select("customer", "customer_id"), on="customer")
        .join(tables.items.select("item", "item_id"), on="item", how="left")
        .with_columns(
            rank=pl.lit(1, dtype=pl.Int64),
            status=pl.lit("suggested"),
            shape=pl.lit("refund"),
            settlement=pl.lit("exact"),
            classes=pl.lit("amount+party"),
            kind=pl.when(pl.col("item").is_null())
            .then(pl.lit("on_account"))
            .otherwise(pl.lit("payment")),
            amount=-pl.col("amount"),
            note=pl.lit(None, dtype=pl.String),
            because=pl.concat_str(
                pl.lit("pays back "), "said",
                pl.when(pl.col("fits") > 1).then(
                    pl.concat_str(pl.lit(", one of "), pl.col("fits").cast(pl.String), pl.lit(" that fit"))
                ).otherwise(pl.lit("")),
                pl.lit("; amount: exact "), bits("amount_millibits"),
                pl.lit("; party: payee "), payee, pl.lit(" '"), shown, pl.lit("' "), bits("party_millibits"),
                pl.lit("; prior "), bits("prior_millibits"), pl.lit("; total "), bits("millibits"),
            ),
        )
        .sort("line_id")
    )  # fmt: skip
    told = aside.join(
        named.select("line_id", note="because"), on="line_id", how="left", maintain_order="left"
    )
    is_refund = pl.col("note").is_not_null()
    return Refunds(
        told.with_columns(
            reason=pl.when(is_refund).then(pl.lit("refund_of_credit")).otherwise("reason")
        ),
        Proposals.validate(named.select(Proposals.column_names())),
        ProposalItems.validate(named.select(ProposalItems.column_names())),
    )
