"""What the communication of a movement says: free text, or one of the structured forms, as columns of ReadLines.

In: `communication` (the parts of records 21, 22 and 23 in one text), `form` (its three digits, null for free text).
Out: expressions. What a form says beyond the columns stays in the extras as it stands.

Source: Febelfin CODA 2.6, annex III.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.api import cut, exponents, plain
from recon_coda.codes import CHEQUE_FAMILIES
from recon_coda.fields import rate, size

_CREDITOR_REFERENCE: Final = "100"
_STRUCTURED: Final = ("101", "102")
_NUMBER: Final = "103"
_ORIGINAL_AMOUNT: Final = "105"
_DOM80: Final = "107"
_CARD_DEBIT: Final = "113"
_DIRECT_DEBIT: Final = "127"
_READ_WHOLE: Final = (_CREDITOR_REFERENCE, *_STRUCTURED)
_NEVER: Final = r"^[0 ]*$"


def of_communication() -> dict[str, pl.Expr]:
    """Give the columns that the communication fills, and `communication_rest` for the extras."""
    is_free = pl.col("form").is_null()
    is_cheque = cut(55, 56).is_in(CHEQUE_FAMILIES)
    number = _of(_NUMBER, 0, 12)
    return {
        "text_said": pl.coalesce(
            pl.when(is_free).then(plain(pl.col("communication"))),
            _of(_DOM80, 18, 30),
            _of(_DIRECT_DEBIT, 79, 62),
        ),
        "structured_reference": pl.coalesce(
            _of(_CREDITOR_REFERENCE, 0, 35),
            *(_of(form, 0, 12) for form in _STRUCTURED),
            _unless_zero(_of(_ORIGINAL_AMOUNT, 45, 12)),
        ),
        "cheque_number": pl.when(is_cheque).then(number),
        "mandate_id": pl.coalesce(_of(_DOM80, 0, 12), _of(_DIRECT_DEBIT, 44, 35)),
        "creditor_id": pl.coalesce(_of(_DOM80, 49, 11), _of(_DIRECT_DEBIT, 9, 35)),
        "terminal_name": _of(_CARD_DEBIT, 40, 16),
        "original_code": pl.coalesce(_of(_ORIGINAL_AMOUNT, 42, 3), _of(_CARD_DEBIT, 93, 3)),
        "original_digits": pl.coalesce(_of(_ORIGINAL_AMOUNT, 15, 15), _of(_CARD_DEBIT, 66, 15)),
        "rate_digits": pl.coalesce(_of(_ORIGINAL_AMOUNT, 30, 12), _of(_CARD_DEBIT, 81, 12)),
        "debit_reason": _of(_DIRECT_DEBIT, 142, 4),
        "communication_rest": pl.when(~is_free & ~pl.col("form").is_in(_READ_WHOLE)).then(
            plain(pl.col("communication"))
        ),
    }


def _of(form: str, start: int, length: int) -> pl.Expr:
    text = plain(pl.col("communication").str.slice(start, length))
    return pl.when(pl.col("form") == form).then(text)


def _unless_zero(text: pl.Expr) -> pl.Expr:
    return pl.when(~text.str.contains(_NEVER)).then(text)


def of_original() -> dict[str, pl.Expr]:
    """Give amount, currency and rate before the exchange, out of the digits of `of_communication`."""
    code = pl.col("original_code")
    amount = size(pl.col("original_digits"), pl.when(code.is_in(list(exponents()))).then(code))
    return {
        "original_size": pl.when(amount > 0).then(amount),
        "original_currency": pl.when(amount > 0).then(code),
        "exchange_rate": rate(pl.col("rate_digits")),
    }
