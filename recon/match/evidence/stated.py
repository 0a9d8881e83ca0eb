"""Name part payments that the line's own words explain: a stated deduction, an instalment.

In: pairs with settlement, difference and both amounts; receipts with their text. Out: the same pairs, with the
settlement `stated_deduction` or `instalment` where it was `part`. Reads amounts and `2/3`, and no other words: in
every language a payer who deducts 12.50 writes 12.50.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.money import exponent_expr

# A whole run of digits and marks, so that 12.50 is not read out of 112.50 or of a date.
_RUN: Final = r"[0-9][0-9.,']*[0-9]"
_AMOUNT: Final = r"^(?:[0-9]{1,3}(?:[.,'][0-9]{3})+|[0-9]+)[.,][0-9]{2}$"
# `2/3` by itself: not a piece of a number with strokes.
_TURN: Final = r"(?:^|[^0-9A-Z/.-])([0-9]{1,2}) ?/ ?([0-9]{1,2})(?:[^0-9A-Z/.-]|$)"
_MOST_INSTALMENTS: Final = 36
# Both what is open and the whole may be what was split.
_INSTALMENT_BAND: Final = 2


def name_stated_parts(pairs: pl.DataFrame, receipts: pl.DataFrame) -> pl.DataFrame:
    """Give part payments that the text explains their name.

    Args:
        pairs: line, currency, amount, open, difference, settlement, band.
        receipts: line, text (folded).
    """
    short = pl.col("settlement") == "part"
    if not pairs.select(short.any()).item():
        return pairs
    texts = receipts.join(pairs.filter(short).select("line").unique(), on="line", how="semi")
    deducted = (
        pairs.filter(short)
        .join(stated_amounts(texts), left_on=["line", "difference"], right_on=["line", "stated"])
        .select(
            "line", "item", named=pl.lit("stated_deduction"), named_band=pl.lit(1, dtype=pl.Int64)
        )
    )
    turns = _turns(texts)
    in_turn = (
        pairs.filter(short)
        .join(turns, on="line")
        .filter(_is_equal_part("count") | _is_equal_part("left"))
        .select(
            "line",
            "item",
            named=pl.lit("instalment"),
            named_band=pl.lit(_INSTALMENT_BAND, dtype=pl.Int64),
        )
    )
    named = pl.concat([in_turn, deducted]).unique(
        ["line", "item"], keep="first", maintain_order=True
    )
    return (
        pairs.join(named, on=["line", "item"], how="left")
        .with_columns(
            settlement=pl.coalesce("named", "settlement"),
            band=pl.coalesce("named_band", "band"),
        )
        .drop("named", "named_band")
    )


def stated_amounts(texts: pl.DataFrame) -> pl.DataFrame:
    """Read the amounts that a text states, in currencies of two decimals.

    Args:
        texts: line, currency, text.

    Returns:
        line, stated (minor units); each once.
    """
    two_decimals = texts.filter(exponent_expr(pl.col("currency")) == 2)
    digits = pl.col("stated").str.replace_all("[^0-9]", "")
    return (
        two_decimals.select("line", stated=pl.col("text").str.extract_all(_RUN))
        .explode("stated", empty_as_null=False)
        .filter(pl.col("stated").str.contains(_AMOUNT), digits.str.len_bytes() <= 15)
        .select("line", stated=digits.cast(pl.Int64))
        .unique()
        .sort("line", "stated")
    )


def _turns(texts: pl.DataFrame) -> pl.DataFrame:
    """The instalment that a text says it is: line, count (of how many), left (this one and those after it)."""
    turn, count = (pl.col("text").str.extract(_TURN, group).cast(pl.Int64) for group in (1, 2))
    said = texts.select("line", turn=turn, count=count).drop_nulls()
    return said.filter(
        pl.col("turn").is_between(1, pl.col("count")),
        pl.col("count").is_between(2, _MOST_INSTALMENTS),
    ).select("line", "count", left=pl.col("count") - pl.col("turn") + 1)


def _is_equal_part(parts: str) -> pl.Expr:
    """The amount is what is open, divided by so many parts; the last part bears what rounding leaves."""
    product = pl.col("amount").cast(pl.Int128) * pl.col(parts)
    return (product - pl.col("open")).abs() <= pl.col(parts) * (pl.col(parts) - 1)
