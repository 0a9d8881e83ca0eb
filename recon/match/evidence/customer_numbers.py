"""Customers by their own numbers in the text: `Kd.Nr. 10234`, or `D10234` as the books write it.

In: Tables, tokens of the texts. Out: pairs of line and customer with kind, millibits, text and is_strong. How often a
text holds such a number by chance is measured on the tokens of today that look like one and are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.rarity import (
    PARTY_PRIOR_WEIGHT,
    REFERENCE_PRIOR_WEIGHT,
    key_prior,
    millibits,
    shape,
)

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.comparable import ItemKeys, LineKeys
    from recon.match.tables import Tables

# Of the payers that quote a customer's number, so many are or pay for that customer; the others mistyped it.
_BELONGS: Final = 0.9
# One number in five thousand is mistyped into another that is somebody's: customers' numbers are dense.
_MISTYPED: Final = 2e-4
# Digits alone say nothing below this length unless a word announces them.
_SHORTEST_DIGITS: Final = 6
_SHORTEST: Final = 4
_LETTERS_AND_DIGITS: Final = 2
_FOUND: Final = ("line", "key", "span", "customer", "is_announced")
# Words that announce a customer's number, folded: German, English, French, Dutch, Italian, Spanish, Nordic.
_ANNOUNCED: Final = (
    r"\b(?:KD|KDNR|KUNDE?N?|KUNDE?N?NR|KUNDE?N?NUMMER|DEBITOR(?:EN)?|DEBITEUR|DEBTOR|CUST|CUSTOMER|CLIENTE?|KLANT|KLANTNR"
    r"|KLANTNUMMER|ACCT|ASIAKAS|ASIAKASNRO)[ .:/-]*(?:NR|NO|NUMMER|NUMBER|NUMERO|ID|KONTO|ACCT|ACCOUNT|CODE|REF)?[ .:#/-]*"
    r"([A-Z]{0,4}[ -]?[0-9]+[0-9A-Z]*)\b"
)


def find_customer_numbers(
    tables: Tables, line_keys: dy.DataFrame[LineKeys], item_keys: dy.DataFrame[ItemKeys]
) -> pl.DataFrame:
    """Find customers whose number stands in a line's text.

    Returns:
        line, customer, kind, millibits, text, is_strong (a stranger may quote it, so never).
    """
    numbers = _numbers(tables)
    found = pl.concat(
        [
            _plain(line_keys, numbers, item_keys).select(_FOUND),
            _announced(tables, numbers, item_keys).select(_FOUND),
        ]
    ).join(tables.receipts.select("line"), on="line", how="semi")
    chances = _chances(line_keys, numbers, tables.receipts.height)
    return (
        _weigh(found, chances, tables)
        .sort("line", "customer", "millibits", "span", descending=[False, False, True, False])
        .unique(["line", "customer"], keep="first", maintain_order=True)
        .select(
            "line",
            "customer",
            kind=pl.lit("customer_number"),
            millibits="millibits",
            text="span",
            is_strong=pl.lit(value=False),
        )
    )


def _weigh(found: pl.DataFrame, chances: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add millibits: a number stands there by chance, or because another one was mistyped."""
    shared = pl.col("customer").n_unique().over("line", "key").cast(pl.Float64) - 1
    mistyped = (shared + PARTY_PRIOR_WEIGHT * _MISTYPED) / (
        tables.customers.height + PARTY_PRIOR_WEIGHT
    )
    # Behind a word that announces it, no number stands by chance.
    by_chance = (
        pl.when("is_announced")
        .then(0.0)
        .otherwise(pl.col("strays").fill_null(0.0) + _prior(tables.receipts.height))
    )
    weighed = found.with_columns(shape=shape(pl.col("key"))).join(chances, on="shape", how="left")
    return weighed.with_columns(
        millibits=millibits(_BELONGS, pl.max_horizontal(by_chance, mistyped)).clip(0)
    )


def _numbers(tables: Tables) -> pl.DataFrame:
    """The numbers of customers as a text holds them: whole, and their digits where letters go before them."""
    return (
        tables.customers.select(
            "customer",
            key=pl.col("customer_id").str.to_uppercase().str.replace_all(r"[^0-9A-Z]", ""),
        )
        .filter(pl.col("key").str.contains("[0-9]"), pl.col("key").str.len_bytes() >= 2)
        .unique()
    )


def _plain(
    line_keys: dy.DataFrame[LineKeys], numbers: pl.DataFrame, item_keys: dy.DataFrame[ItemKeys]
) -> pl.DataFrame:
    """Tokens that are a customer's number as the books write it, and no way of quoting an open item."""
    length, letters = pl.col("key").str.len_bytes(), pl.col("key").str.contains("[A-Z]")
    telling = numbers.filter((length >= _SHORTEST_DIGITS) | (letters & (length >= _SHORTEST)))
    # Blanks may stand between letters and digits; digits joined across blanks are anything.
    whole = (pl.col("chunks") == 1) | (letters & (pl.col("chunks") == _LETTERS_AND_DIGITS))
    return (
        line_keys.select("line", "key", "span", "chunks")
        .join(telling, on="key")
        .filter(whole)
        .join(item_keys.select("key"), on="key", how="anti")
        .with_columns(is_announced=pl.lit(value=False))
    )


def _announced(
    tables: Tables, numbers: pl.DataFrame, item_keys: dy.DataFrame[ItemKeys]
) -> pl.DataFrame:
    """Numbers behind a word that says what they are, also without the letters that the books put before them."""
    said = (
        tables.receipts.select("line", span=pl.col("text").str.extract(_ANNOUNCED, 1))
        .drop_nulls()
        .with_columns(key=pl.col("span").str.replace_all(r"[^0-9A-Z]", ""))
    )
    whole = said.join(numbers, on="key")
    digits = numbers.select(
        "customer", key=pl.col("key").str.extract(r"^[A-Z]{1,3}([0-9]{3,})$", 1)
    ).drop_nulls()
    bare = said.join(whole.select("line"), on="line", how="anti").join(digits, on="key")
    found = pl.concat([frame.select("line", "key", "span", "customer") for frame in (whole, bare)])
    return found.join(
        item_keys.filter(pl.col("kind") == "number").select("key").unique(), on="key", how="anti"
    ).with_columns(is_announced=pl.lit(value=True))


def _prior(line_count: int) -> pl.Expr:
    weight = REFERENCE_PRIOR_WEIGHT
    return weight * key_prior(pl.col("key")) / (line_count + weight)


def _chances(
    line_keys: dy.DataFrame[LineKeys], numbers: pl.DataFrame, line_count: int
) -> pl.DataFrame:
    """How often a line holds one given number of a shape by chance: shape, strays (a rate)."""
    spaces = numbers.group_by(shape=shape(pl.col("key"))).agg(space=pl.len())
    lengths = numbers["key"].str.len_bytes().unique().sort().to_list()
    return (
        line_keys.filter(pl.col("chunks") == 1)
        .filter(pl.col("key").str.len_bytes().is_in(lengths))
        .select("line", "key")
        .join(numbers, on="key", how="anti")
        .unique(["line", "key"])
        .with_columns(shape=shape(pl.col("key")))
        .join(spaces, on="shape", how="semi")
        .group_by("shape")
        .agg(seen=pl.len(), distinct=pl.col("key").n_unique())
        .join(spaces, on="shape")
        .select(
            "shape",
            strays=pl.col("seen")
            / (pl.col("distinct") + pl.col("space"))
            / (line_count + REFERENCE_PRIOR_WEIGHT),
        )
    )
