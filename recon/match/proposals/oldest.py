"""Allocate account payments oldest first: money of a known payer that names nothing and that no set explains.

In: the day's tables, references, party hits, what was proposed so far. Out: proposals of shape `oldest_first` in the
shape of `propose.py`. They are suggestions unless the policy says that account payments are applied in this way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.references import QUOTED_MILLIBITS
from recon.match.evidence.settle import inside_window
from recon.match.proposals.propose import MEMBER_COLUMNS, NOTHING, PROPOSAL_COLUMNS, Proposed
from recon.match.proposals.words import bits

if TYPE_CHECKING:
    from recon.config import Policy
    from recon.match.evidence.references import References
    from recon.match.tables import Tables

# Beyond so many open items an allocation is no suggestion that a person could look through.
_MOST_ITEMS: Final = 200
# Any receipt of a payer can be spread over its items, so that it can be says nothing. One unexplained receipt in
# twenty pays the oldest items; nine in ten do where the policy says that this is how payers pay here. Stated priors.
_SPREAD_MILLIBITS: Final = -4_250
_AGREED_MILLIBITS: Final = 3_200
# From here on an item is as good as another line's.
_PAID_MILLIBITS: Final = 6_000
_ACCOUNT: Final = ["customer", "currency"]
_WEIGHTS: Final = ("reference", "amount", "party", "date", "history", "prior")


def propose_oldest_first(
    tables: Tables,
    references: References,
    parties: pl.DataFrame,
    made: list[Proposed],
    policy: Policy,
) -> Proposed:
    """Spread each account payment over its payer's open items, first due first; the rest stays on account.

    Several account payments of one payer follow each other by value date, each from where the one before ended, so
    that none settles more than is open.

    Args:
        tables: the day's tables.
        references: what lines quote; who quotes a number of ours makes no account payment.
        parties: party hits.
        made: the other proposals; a line that one of them explains to the cent, and likelier than by chance, is no
            account payment.
        policy: whether payers are known to pay oldest first.

    Source: Oracle Receivables AutoCash, rule "Apply to the Oldest Invoice First".
    """
    lines = _account_payments(tables, references, parties, made)
    if lines.is_empty():
        return NOTHING
    dues = _dues(tables, references, made)
    spread = (
        lines.join(dues, on=_ACCOUNT)
        .filter(
            pl.col("due_from") < pl.col("to"),
            pl.col("due_to") > pl.col("from"),
            inside_window(policy),
        )
        .with_columns(
            amount=pl.min_horizontal("to", "due_to") - pl.max_horizontal("from", "due_from")
        )
    )
    numbered = (
        lines.join(spread.group_by("line").agg(paid=pl.col("amount").sum()), on="line")
        .join(spread.group_by("line").agg(pl.col("age_rank").min()), on="line")
        .sort("line")
        .with_columns(proposal=pl.int_range(pl.len(), dtype=pl.Int64))
    )
    number = numbered.select("line", "proposal")
    members = pl.concat(
        [
            spread.join(number, on="line").select(
                "proposal", "line", "item", kind=pl.lit("payment"), amount="amount"
            ),
            numbered.filter(pl.col("paid") < pl.col("received")).select(
                "proposal",
                "line",
                item=pl.lit(None, dtype=pl.Int64),
                kind=pl.lit("on_account"),
                amount=pl.col("received") - pl.col("paid"),
            ),
        ]
    )
    return Proposed(
        proposals=_weigh(numbered, policy).select(PROPOSAL_COLUMNS),
        members=members.select(MEMBER_COLUMNS).sort("proposal", "item", nulls_last=True),
    )


def _account_payments(
    tables: Tables, references: References, parties: pl.DataFrame, made: list[Proposed]
) -> pl.DataFrame:
    """Lines of one certain payer that quote nothing and are explained by nothing, with their place in its account."""
    quoting = pl.concat(
        [
            references.hits.filter(pl.col("millibits") >= QUOTED_MILLIBITS).select("line"),
            references.foreign.select("line"),
        ]
    ).unique()
    explained = pl.concat(
        [
            one.proposals.filter(
                ~pl.col("settlement").is_in(["part", "over"]), _total() > _SPREAD_MILLIBITS
            ).select("line")
            for one in made
        ]
    ).unique()
    certain = parties.filter("is_strong").filter(pl.len().over("line") == 1)
    end = pl.col("received").cum_sum().over(_ACCOUNT)
    return (
        certain.select("line", "customer", party_kind="kind", party_millibits="millibits")
        .join(quoting, on="line", how="anti")
        .join(explained, on="line", how="anti")
        .join(tables.receipts.select("line", "currency", "date", received="amount"), on="line")
        .sort("date", "line")
        .with_columns(**{"from": end - pl.col("received"), "to": end})
    )


def _total() -> pl.Expr:
    """Bits of a proposal. Fewer than those of a mere spread explain nothing: one of a hundred sums, another's item."""
    return pl.sum_horizontal([f"{name}_millibits" for name in _WEIGHTS])


def _dues(tables: Tables, references: References, made: list[Proposed]) -> pl.DataFrame:
    """What each payer owes, laid end to end, first due first; items that other lines quote or pay are left to them."""
    paid = pl.concat(
        [
            one.members.join(
                one.proposals.filter(_total() >= _PAID_MILLIBITS).select("proposal"),
                on="proposal",
                how="semi",
            ).select("item")
            for one in made
        ]
    )["item"].drop_nulls()
    quoted = references.hits.filter(pl.col("millibits") >= QUOTED_MILLIBITS)["item"].unique()
    end = pl.col("open").cum_sum().over(_ACCOUNT)
    return (
        tables.items.filter(pl.col("open") > 0, pl.col("customer").is_not_null())
        .filter(~pl.col("item").is_in(pl.concat([quoted, paid]).unique().implode()))
        .filter(pl.len().over(_ACCOUNT) <= _MOST_ITEMS)
        .sort("age_rank")
        .select(
            "item", *_ACCOUNT, "age_rank", "issue_date", due_from=end - pl.col("open"), due_to=end
        )
    )


def _weigh(numbered: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    none = pl.lit(0, dtype=pl.Int64)
    is_agreed = policy.decide.account_payment == "oldest_first"
    spread = _AGREED_MILLIBITS if is_agreed else _SPREAD_MILLIBITS
    weighed = numbered.with_columns(
        shape=pl.lit("oldest_first"),
        settlement=pl.lit("account_payment"),
        difference=none,
        equals=none + 1,
        fits=none + 1,
        reference_millibits=none,
        amount_millibits=none,
        date_millibits=none,
        history_millibits=none,
        # Who paid is certain; only that does not tell what for.
        prior_millibits=spread - pl.col("party_millibits"),
        party_is_strong=pl.lit(value=True),
        has_party_conflict=pl.lit(value=False),
        is_before_issue=pl.lit(value=False),
    )
    said = pl.concat_str(
        pl.lit("account payment, oldest first; party: "),
        pl.col("party_kind").str.replace_all("_", " "),
        pl.lit(" "),
        bits("party_millibits"),
    )
    return weighed.with_columns(evidence=said)
