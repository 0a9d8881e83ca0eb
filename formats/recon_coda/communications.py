"""What the communication of a movement says: free text, or one of the structured forms, as columns of ReadLines.

In: `communication` (the parts of records 21, 22 and 23 in one text), `form` (its three digits, null for free text).
Out: expressions. What a form says beyond the columns: `forms`.

Source: Febelfin CODA 2.6, annex III.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import cut, exponents, is_nothing, plain
from recon_coda.codes import CHEQUE_FAMILIES
from recon_coda.fields import rate, size
from recon_coda.forms import field

if TYPE_CHECKING:
    from collections.abc import Collection

# Forms whose only field has a column.
_READ_WHOLE: Final = ("100", "101", "102")
# Forms that tell the amount before an exchange; a bill (121) and a credit (125) have amounts of their own currency.
_ORIGINAL: Final = ("105", "113", "121", "125")
_RATED: Final = ("105", "113", "121")


def of_communication(forms: Collection[str]) -> dict[str, pl.Expr]:
    """Give the columns that the communication fills, and the form of what the extras must tell.

    Args:
        forms: those that the file has; most files have one or two, and the others' fields cost nothing.
    """

    def first(*fields: tuple[str, str]) -> pl.Expr:
        found = [field(form, name) for form, name in fields if form in forms]
        return pl.coalesce(pl.lit(None, pl.String), *found)

    is_free = pl.col("form").is_null()
    is_cheque = cut(55, 56).is_in(CHEQUE_FAMILIES)
    is_told = ~is_free & ~pl.col("form").is_in(_READ_WHOLE)
    text = plain(pl.col("communication"))
    return {
        "text_said": pl.coalesce(
            pl.when(is_free).then(text), first(("107", "text"), ("127", "text"))
        ),
        "structured_reference": pl.coalesce(
            first(*((form, "reference") for form in _READ_WHOLE)),
            _unless_zero(first(("105", "reference"))),
        ),
        "cheque_number": pl.when(is_cheque).then(first(("103", "number"))),
        "mandate_id": first(("107", "mandate"), ("127", "mandate")),
        "creditor_id": first(("107", "creditor"), ("127", "creditor")),
        "terminal_name": first(("113", "terminal_name")),
        "original_code": first(*((form, "currency") for form in _ORIGINAL)),
        "original_digits": first(*((form, "original_amount") for form in _ORIGINAL)),
        "rate_digits": first(*((form, "rate") for form in _RATED)),
        "debit_reason": first(("127", "reason")),
        "told_form": pl.when(is_told & text.is_not_null()).then("form"),
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
