"""What the communication of a movement says: free text, or one of the structured forms, as columns of ReadLines.

In: `communication` (the parts of records 21, 22 and 23 in one text), `form` (its three digits, null for free text).
Out: expressions. What a form says beyond the columns: `forms`.

Source: Febelfin CODA 2.6, annex III.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from recon.api import cut, exponents, is_nothing, plain
from recon_coda.codes import CHEQUE_FAMILIES
from recon_coda.fields import rate, size
from recon_coda.forms import field

# Forms whose only field has a column.
_READ_WHOLE: Final = ("100", "101", "102")
# Forms that tell the amount before an exchange; a bill (121) and a credit (125) have amounts of their own currency.
_ORIGINAL: Final = ("105", "113", "121", "125")
_RATED: Final = ("105", "113", "121")


@cache
def of_communication() -> dict[str, pl.Expr]:
    """Give the columns that the communication fills, and whether the extras must tell more of it."""
    is_free = pl.col("form").is_null()
    is_cheque = cut(55, 56).is_in(CHEQUE_FAMILIES)
    is_told = ~is_free & ~pl.col("form").is_in(_READ_WHOLE)
    return {
        "text_said": pl.coalesce(
            pl.when(is_free).then(plain(pl.col("communication"))),
            field("107", "text"),
            field("127", "text"),
        ),
        "structured_reference": pl.coalesce(
            *(field(form, "reference") for form in _READ_WHOLE),
            _unless_zero(field("105", "reference")),
        ),
        "cheque_number": pl.when(is_cheque).then(field("103", "number")),
        "mandate_id": pl.coalesce(field("107", "mandate"), field("127", "mandate")),
        "creditor_id": pl.coalesce(field("107", "creditor"), field("127", "creditor")),
        "terminal_name": field("113", "terminal_name"),
        "original_code": pl.coalesce(field(form, "currency") for form in _ORIGINAL),
        "original_digits": pl.coalesce(field(form, "original_amount") for form in _ORIGINAL),
        "rate_digits": pl.coalesce(field(form, "rate") for form in _RATED),
        "debit_reason": field("127", "reason"),
        "told_form": pl.when(is_told & plain(pl.col("communication")).is_not_null()).then("form"),
    }


def _unless_zero(text: pl.Expr) -> pl.Expr:
    return pl.when(~is_nothing(text)).then(text)


@cache
def of_original() -> dict[str, pl.Expr]:
    """Give amount, currency and rate before the exchange, out of the digits of `of_communication`."""
    code = pl.col("original_code")
    amount = size(pl.col("original_digits"), pl.when(code.is_in(list(exponents()))).then(code))
    return {
        "original_size": pl.when(amount > 0).then(amount),
        "original_currency": pl.when(amount > 0).then(code),
        "exchange_rate": rate(pl.col("rate_digits")),
    }
