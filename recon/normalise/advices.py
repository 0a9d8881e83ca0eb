"""Find the line that pays each remittance advice. In: advices, the comparable tables. Out: pairs of line and item.

An advice is believed only as a whole: every item is open, once, at the amount that is announced for it (in full, or less
its discount), the amounts add up to the total, and a line of that total and currency names the advice by its reference or
comes from its payer. Anything else proposes nothing: the total alone fits too many lines.
An item is named by its number or, as in what banks tell of structured payments, by its payment reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.comparable import Advised
from recon.normalise.parties import name_key
from recon.normalise.structured import SCHEMES
from recon.normalise.text import compact, fold

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.comparable import Comparable
    from recon.frames.parties import Remittances

# A shorter reference stands in many texts by chance.
_SHORTEST_REFERENCE: Final = 4
# The ways of quoting that are a whole payment reference.
_REFERENCES: Final = (*SCHEMES, "payment_reference")


def find_advised(
    remittances: dy.DataFrame[Remittances], comparable: Comparable, references: pl.DataFrame
) -> dy.DataFrame[Advised]:
    """Find the items that advices name for lines; a line that two advices fit gets none.

    Args:
        remittances: the advices.
        comparable: today's tables.
        references: line_id and bank_reference of today's lines; a bank's own advice names its entry by that.
    """
    if remittances.is_empty():
        return Advised.create_empty()
    rows = _rows(remittances)
    members = _members(rows, comparable)
    heads = rows.unique("advice_id").join(members, on="advice_id", how="semi")
    by_reference, by_payer = (
        _fitting(heads, comparable).join(named, on=["line", "advice_id"], how="semi")
        for named in (
            _named_by_reference(heads, comparable, references),
            _from_payer(heads, members, comparable),
        )
    )
    # Where the line itself names one, another one of the same payer is not meant.
    linked = pl.concat([by_reference, by_payer.join(by_reference, on="line", how="anti")])
    sole = linked.unique(["line", "advice_id"]).filter(pl.len().over("line") == 1)
    pairs = sole.join(members.select("advice_id", "item"), on="advice_id")
    return Advised.validate(pairs.select(Advised.column_names()).sort("line", "item"))


def _rows(remittances: pl.DataFrame) -> pl.DataFrame:
    """Advices that say one thing of themselves, with what is compared; one that was sent twice counts once."""
    told = ("customer_id", "payer_name", "reference", "total", "currency")
    rows = remittances.unique()
    is_one = pl.struct(told).n_unique().over("advice_id") == 1
    rows = rows.filter(is_one).sort("advice_id", "item_number", "amount")
    return rows.with_columns(
        number_text=fold(rows["item_number"]),
        reference_key=compact(pl.col("reference").fill_null("")),
        item_key=compact(pl.col("item_number")),
        payer_key=name_key(rows["payer_name"].fill_null("")),
    )


def _members(rows: pl.DataFrame, comparable: Comparable) -> pl.DataFrame:
    """Give the items of every advice that holds: advice_id, item, customer."""
    ids = comparable.customers.select("customer_id", named="customer")
    named = rows.with_row_index("row").join(ids, on="customer_id", how="left")
    found = _with_items(named, comparable)
    # Two customers may have the same number; a payer may also pay for another customer.
    is_own = (pl.col("customer") == pl.col("named")).fill_null(value=False)
    found = found.filter(is_own | ~is_own.any().over("row"))
    announced = pl.coalesce("amount", "open")
    fits = (announced == pl.col("open")) | (announced == pl.col("open") - pl.col("discount"))
    holds = (
        (fits & (pl.len().over("row") == 1)).fill_null(value=False).all()
        & (pl.col("item").n_unique() == pl.len())
        & (announced.sum() == pl.col("total").first())
    )
    return found.filter(holds.over("advice_id")).select("advice_id", "item", "customer", "named")


def _with_items(rows: pl.DataFrame, comparable: Comparable) -> pl.DataFrame:
    """Lay the open items beside the rows that name them; a row whose item is not open stays without one."""
    items = comparable.items.select(
        "item", "number_text", "currency", "customer", "open", "discount"
    )
    by_number = rows.join(items, on=["number_text", "currency"])
    others = rows.join(by_number, on="row", how="anti")
    keys = comparable.item_keys.filter(pl.col("kind").is_in(_REFERENCES)).select(
        "item", item_key="key"
    )
    by_reference = others.join(keys.unique(), on="item_key").join(
        items.drop("number_text"), on=["item", "currency"]
    )
    missing = others.join(by_reference, on="row", how="anti")
    return pl.concat([by_number, by_reference, missing], how="diagonal")


def _fitting(heads: pl.DataFrame, comparable: Comparable) -> pl.DataFrame:
    """Lines of the total and currency of an advice: line, advice_id, reference_key."""
    lines = comparable.lines.filter(pl.col("amount") > 0).select("line", "currency", total="amount")
    return lines.join(heads, on=["currency", "total"]).select("line", "advice_id", "reference_key")


def _named_by_reference(
    heads: pl.DataFrame, comparable: Comparable, references: pl.DataFrame
) -> pl.DataFrame:
    """Lines that have the reference of an advice of their amount: in their text as whole words, or as the bank's own.

    14 is not in 1814.
    """
    named = heads.filter(pl.col("reference_key").str.len_bytes() >= _SHORTEST_REFERENCE)
    own = references.select("line_id", bank_key=compact(pl.col("bank_reference").fill_null("")))
    pairs = (
        comparable.lines.select("line", "line_id", "currency", "text", total="amount")
        .join(
            named.select("advice_id", "currency", "total", "reference", "reference_key"),
            on=["currency", "total"],
        )
        .join(own, on="line_id", how="left")
    )
    words = pairs.with_columns(_words(fold(pairs[name])) for name in ("text", "reference"))
    is_named = pl.col("text").str.contains(pl.col("reference"), literal=True)
    is_own = pl.col("bank_key") == pl.col("reference_key")
    return words.filter(is_named | is_own.fill_null(value=False)).select("line", "advice_id")


def _words(folded: pl.Series) -> pl.Series:
    """Give the words between single blanks, with one before the first and one behind the last."""
    words = folded.str.replace_all("[^0-9A-Z]+", " ").str.strip_chars(" ")
    return (" " + words + " ").alias(folded.name)


def _from_payer(heads: pl.DataFrame, members: pl.DataFrame, comparable: Comparable) -> pl.DataFrame:
    """Lines of the payer that an advice names; where it names none, of the one customer whose items it lists."""
    lines = comparable.lines.select("line", "payer_key", "payer_account")
    by_name = heads.filter(pl.col("payer_key") != "").select("advice_id", "payer_key")
    owners = members.group_by("advice_id").agg(
        pl.col("customer").first(), pl.col("named").first(), owners=pl.col("customer").n_unique()
    )
    unnamed = heads.filter(pl.col("payer_key") == "").select("advice_id")
    of_owner = owners.filter(pl.col("named").is_null(), pl.col("owners") == 1).join(
        unnamed, on="advice_id"
    )
    payers = pl.concat(
        [
            owners.select("advice_id", customer="named"),
            of_owner.select("advice_id", "customer"),
        ]
    ).drop_nulls()
    names = payers.join(comparable.names, on="customer").select("advice_id", payer_key="name_key")
    accounts = payers.join(comparable.accounts, on="customer").select(
        "advice_id", payer_account="account"
    )
    known = pl.concat([by_name, names]).filter(pl.col("payer_key") != "").unique()
    return pl.concat(
        [
            lines.join(known, on="payer_key").select("line", "advice_id"),
            lines.join(accounts, on="payer_account").select("line", "advice_id"),
        ]
    ).unique()
