"""Party evidence: which customers may have sent a line, by account, name or mandate, seen before or listed, or number.

In: Tables, tokens of the texts. Out: pairs of line and customer with kind, millibits, text and whether the hit is strong.
An account or a name can belong to several customers, so each hit is a set, weighed by its size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.blocks import Blocks
from recon.match.evidence.customer_numbers import find_customer_numbers
from recon.match.evidence.names import find_similar_names
from recon.match.evidence.rarity import PARTY_PRIOR_WEIGHT, millibits
from recon.match.evidence.sisters import find_longer_names

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.comparable import ItemKeys, LineKeys
    from recon.match.tables import Tables

# How often a payment that belongs to a customer shows an account, or a name, that the books list for it.
_ACCOUNT_BELONGS: Final = 0.9
_NAME_BELONGS: Final = 0.85
# How often a payment shows an account, or a name, that is listed for a customer and does not belong to it.
_ACCOUNT_PRIOR: Final = 2e-4
_NAME_PRIOR: Final = 1e-3
# A name that an account of the customer showed without a confirmed payment: three in four of those are the account's
# owner under another name, or a tenant, and say little of who pays items.
_ON_ACCOUNT: Final = 0.25
# After so many payments for one customer and for no other, the next is for another less than once in seven times.
_OFTEN: Final = 5
_FAMILY_DISCOUNT_MILLIBITS: Final = 3_000
# One payment in 64 comes from an account that is known as another customer's, whose name might be meant as well.
_OTHERS_ACCOUNT_MILLIBITS: Final = 6_000
# A creditor gives a mandate to one debtor; twice, so that one payment which was confirmed in error proves nothing.
_MANDATE_OFTEN: Final = 2
# Sisters may share an account of which the months before showed one: seen, however often, it tells none of them.
_TELLING: Final = ("payer_account", "mandate_seen")
_SEEN: Final = ("account_seen", "name_seen", "mandate_seen")
_BY_NAME: Final = (
    "payer_name",
    "name_seen",
    "payer_name_cut",
    "payer_name_similar",
    "payer_name_short",
)
# One payment, in the thousandths by which the history counts.
_ONE: Final = 1000

PARTY_COLUMNS: Final = ("line", "customer", "kind", "millibits", "text", "is_strong")


def find_parties(
    tables: Tables, line_keys: dy.DataFrame[LineKeys], item_keys: dy.DataFrame[ItemKeys]
) -> pl.DataFrame:
    """Find the customers that may have sent each line.

    Args:
        tables: the day's tables.
        line_keys: tokens of the receipts' texts.
        item_keys: ways of quoting open items: such a token is no customer's number.

    Returns:
        PARTY_COLUMNS; one row a pair, the strongest evidence of it, strong where any of it is.
    """
    exact = pl.concat(
        [
            _by_account(tables),
            _by_name(tables),
            _by_mandate(tables),
            find_customer_numbers(tables, line_keys, item_keys).select(PARTY_COLUMNS),
        ]
    )
    # What was seen for one customer may be another's whom the name fits: only what the books list ends the search.
    listed = exact.filter(~pl.col("kind").is_in(_SEEN))
    near = find_similar_names(tables, listed.select("line").unique()).select(PARTY_COLUMNS)
    loose = pl.concat([near, find_longer_names(tables).select(PARTY_COLUMNS)])
    family = _by_family(pl.concat([exact, loose]), tables.customers)
    blocks = Blocks.of_receipts(tables.receipts)
    hits = blocks.cut(pl.concat([exact, loose, family]))
    return pl.concat(blocks.work(_strongest, hits), rechunk=True)


def _strongest(hits: pl.DataFrame) -> pl.DataFrame:
    """The strongest evidence of each pair of line and customer."""
    return (
        _told_by_account(hits)
        .sort("line", "customer", "millibits", "kind", descending=[False, False, True, False])
        .unique(["line", "customer"], keep="first", maintain_order=True)
    )


def _told_by_account(hits: pl.DataFrame) -> pl.DataFrame:
    """Weigh down other customers by name where account and name agree on one: of near-identical sisters the account tells.

    Any strong hit makes all of its line and customer strong.
    """
    by_account = pl.col("kind").is_in(_TELLING) & pl.col("is_strong")
    by_name = pl.col("kind").is_in(_BY_NAME)
    # Grouped and joined: windows over as many groups as rows take minutes for a million lines.
    pairs = hits.group_by("line", "customer").agg(
        own=by_account.any(), named=by_name.any(), strong=pl.col("is_strong").any()
    )
    told = pairs.filter("own", "named").select("line", is_told=pl.lit(value=True)).unique()
    beside = hits.join(pairs, on=["line", "customer"]).join(told, on="line", how="left")
    only_named = by_name & ~pl.col("own")
    less = pl.when(pl.col("is_told") & only_named).then(_OTHERS_ACCOUNT_MILLIBITS).otherwise(0)
    return beside.select(
        *PARTY_COLUMNS[:3],
        (pl.col("millibits") - less).clip(0),
        "text",
        is_strong="strong",
    )


def _by_account(tables: Tables) -> pl.DataFrame:
    """The account is one that the books list for the customer, or that paid for it before."""
    listed = tables.accounts.select("customer", key="account")
    seen = tables.memory.payers.filter(pl.col("role") == "account")
    known = _known(listed, seen, _ACCOUNT_BELONGS)
    payers = tables.receipts.select("line", shown="payer_account", key="payer_account")
    pairs = _weigh(payers.drop_nulls().join(known, on="key"), _ACCOUNT_PRIOR, tables)
    # Seen alone, an account is somebody's for certain only when it never paid for another.
    always = (pl.col("times") >= _OFTEN) & (pl.col("others") == 0)
    return _hits(pairs, ("payer_account", "account_seen"), pl.col("is_listed") | always)


def _by_name(tables: Tables) -> pl.DataFrame:
    """The name is the customer's by the books, or paid for it before, or stood on an account of it."""
    listed = tables.names.select("customer", key="name_key")
    seen = tables.memory.payers.filter(pl.col("role") != "account")
    known = _known(listed, seen, _NAME_BELONGS)
    payers = tables.receipts.select("line", shown="payer_name", key="payer_key").drop_nulls()
    pairs = _weigh(payers.join(known, on="key"), _NAME_PRIOR, tables)
    # However often it was seen, a name that the books do not know is anybody's.
    return _hits(pairs, ("payer_name", "name_seen"), pl.col("is_listed"))


def _by_mandate(tables: Tables) -> pl.DataFrame:
    """The direct debit quotes a mandate by which the customer paid before."""
    listed = tables.accounts.clear().select("customer", key="account")
    seen = tables.memory.payers.filter(pl.col("role") == "mandate")
    known = _known(listed, seen, _ACCOUNT_BELONGS)
    payers = tables.receipts.select("line", shown="mandate", key="mandate")
    pairs = _weigh(payers.drop_nulls().join(known, on="key"), _ACCOUNT_PRIOR, tables)
    always = (pl.col("times") >= _MANDATE_OFTEN) & (pl.col("others") == 0)
    return _hits(pairs, ("mandate_seen", "mandate_seen"), always)


def _known(listed: pl.DataFrame, seen: pl.DataFrame, belongs: float) -> pl.DataFrame:
    """Put together what the books list and what was seen: key, customer, is_listed, times, last_seen, belongs, others.

    `belongs` is how often a payment of the customer shows the key; `others` is the sum of that over all other customers,
    so that one payment out of many that an account made for a neighbour takes little of what it says of its owner.
    """
    shares = seen.with_columns(
        # The mean of a Beta posterior with a flat prior: Laplace's rule of succession, (k + 1) / (n + 2).
        belongs=(pl.col("weight") + _ONE)
        / (pl.col("of_weight") + 2 * _ONE)
        * pl.when(pl.col("role") == "name_on_account").then(_ON_ACCOUNT).otherwise(1.0)
    ).sort("key", "customer", "belongs", "role", descending=[False, False, True, False])
    strongest = shares.unique(["key", "customer"], keep="first", maintain_order=True)
    both = listed.with_columns(is_listed=pl.lit(value=True)).join(
        strongest.select("key", "customer", "times", "last_seen", "belongs"),
        on=["key", "customer"],
        how="full",
        coalesce=True,
    )
    of_key = both.with_columns(
        pl.col("is_listed").fill_null(value=False),
        belongs=pl.when("is_listed").then(belongs).otherwise("belongs"),
    )
    return of_key.with_columns(others=pl.col("belongs").sum().over("key") - pl.col("belongs"))


def _weigh(pairs: pl.DataFrame, prior: float, tables: Tables) -> pl.DataFrame:
    """Add millibits; `prior` says how often to expect somebody who is not known to show the same."""
    weight = PARTY_PRIOR_WEIGHT
    chance = (pl.col("others").clip(0) + weight * prior) / (tables.customers.height + weight)
    return pairs.with_columns(millibits=millibits(pl.col("belongs"), chance).clip(0))


def _hits(pairs: pl.DataFrame, kinds: tuple[str, str], is_strong: pl.Expr) -> pl.DataFrame:
    """Name the hits: as listed, or as seen with how often and when."""
    times = pl.when(pl.col("times") == 1).then(pl.lit(" time")).otherwise(pl.lit(" times"))
    seen = pl.concat_str(
        pl.lit("seen "),
        pl.col("times").cast(pl.String),
        times,
        pl.lit(", last "),
        pl.col("last_seen").dt.to_string("iso"),
        pl.lit(": "),
        "shown",
    )
    return pairs.select(
        "line",
        "customer",
        kind=pl.when("is_listed").then(pl.lit(kinds[0])).otherwise(pl.lit(kinds[1])),
        millibits="millibits",
        text=pl.when("is_listed").then("shown").otherwise(seen),
        is_strong=is_strong,
    )


def _by_family(pairs: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """A parent or sister company of the customer pays."""
    families = customers.filter(pl.len().over("family") > 1).select("customer", "family")
    kin = families.join(families, on="family", suffix="_kin").filter(
        pl.col("customer") != pl.col("customer_kin")
    )
    return pairs.join(kin, on="customer").select(
        "line",
        customer="customer_kin",
        kind=pl.lit("group_company"),
        millibits=(pl.col("millibits") - _FAMILY_DISCOUNT_MILLIBITS).clip(0),
        text="text",
        is_strong=pl.lit(value=False),
    )
