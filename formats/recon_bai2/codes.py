"""Type codes: whether an entry is a credit or a debit, what it is called, and whether it gives an earlier one back.

In: a column of type codes. Out: expressions. The names are those of the public BAI2 code list (`type_codes.csv`); NAI
gives the codes from 900 on a meaning of its own (`nai_codes.csv`), other than BAI2 does.

Source: BAI Cash Management Balance Reporting Specifications, Version 2, appendix A: 101-399 credits, 401-699 debits,
920-959 customised credits, 960-999 customised debits, 890 non-monetary; NAB file formats, section 2.6.
"""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import ConfigurationError
from recon_bai2.structure import NAI

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

CREDIT, DEBIT = 1, -1
NON_MONETARY: Final = "890"
CHEQUE_PAID: Final = "475"

# Returned or reversed: the entry gives an earlier one back.
_REVERSING: Final = (
    "123", "252", "255", "257", "258", "261", "266", "395",
    "423", "552", "555", "557", "558", "561", "566", "694",
)  # fmt: skip
# Loans and payments that stand outside the ranges of credits and debits.
_CREDITS: Final = (
    "706", "708", "721", "722", "723", "724", "725", "726", "727", "728", "827", "829",
)  # fmt: skip
_DEBITS: Final = ("760", "828")
# Reasons of returned ACH entries that have one reason of ISO 20022 for them.
_RETURN_REASONS: Final = {
    "R01": "AM04", "R02": "AC04", "R03": "AC01", "R04": "AC01", "R09": "AM04", "R16": "AC06",
    "R20": "AG01",
}  # fmt: skip


@cache
def _names() -> dict[str, str]:
    return _table("type_codes.csv", "name")


@cache
def _table(name: str, column: str) -> dict[str, str]:
    data = files("recon_bai2").joinpath(name).read_bytes()
    rows = pl.read_csv(io.BytesIO(data), infer_schema=False)
    return dict(zip(rows["code"], rows[column], strict=True))


def own_codes(options: Mapping[str, Any]) -> dict[str, int]:
    """Read the options `credit_codes` and `debit_codes`: signs of the bank's own type codes (700 to 999).

    Raises:
        ConfigurationError: no list of such codes, or a code in both.
    """
    signs: dict[str, int] = {}
    for name, sign in (("credit_codes", CREDIT), ("debit_codes", DEBIT)):
        codes = options.get(name, [])
        sound = isinstance(codes, list) and all(
            isinstance(code, str) and len(code) == 3 and code.isdigit() and code >= "700"
            for code in codes
        )
        if not sound:
            message = f"`{name}` of [formats.bai2] is a list of type codes from 700 to 999"
            raise ConfigurationError(message, hint=f'{name} = ["905"]')
        if twice := sorted(set(codes) & set(signs)):
            message = f"type code {twice[0]} stands in `credit_codes` and in `debit_codes`"
            raise ConfigurationError(message)
        signs |= dict.fromkeys(codes, sign)
    return signs


def sign(code: pl.Expr, dialect: pl.Expr, own: Mapping[str, int]) -> pl.Expr:
    """Give 1 for a credit, -1 for a debit, 0 for what moves no money, null where the code does not say.

    Args:
        code: three digits.
        dialect: `bai2` or `nai`.
        own: what the policy says of the bank's own codes; it goes before all tables.
    """
    number = code.cast(pl.Int64, strict=False)
    marks = _table("nai_codes.csv", "mark")
    nai = {name: CREDIT if mark == "credit" else DEBIT for name, mark in marks.items()}
    outside = dict.fromkeys(_CREDITS, CREDIT) | dict.fromkeys(_DEBITS, DEBIT)
    customised = (
        pl.when(number.is_between(920, 959))
        .then(CREDIT)
        .when(number.is_between(960, 999))
        .then(DEBIT)
    )
    bai2 = pl.coalesce(_looked_up(code, outside), customised)
    return (
        pl.when(code == NON_MONETARY)
        .then(0)
        .when(number.is_between(101, 399))
        .then(CREDIT)
        .when(number.is_between(401, 699))
        .then(DEBIT)
        .otherwise(
            pl.coalesce(
                _looked_up(code, own),
                pl.when(dialect == NAI).then(_looked_up(code, nai)).otherwise(bai2),
            )
        )
        .cast(pl.Int64)
    )


def _looked_up(code: pl.Expr, table: Mapping[str, int]) -> pl.Expr:
    return code.replace_strict(
        list(table), list(table.values()), default=None, return_dtype=pl.Int64
    )


@cache
def transaction_text() -> pl.Expr:
    """Give the name of `type_code` in its `dialect`; null for the bank's own codes."""

    def called(table: Mapping[str, str]) -> pl.Expr:
        return pl.col("type_code").replace_strict(
            list(table), list(table.values()), default=None, return_dtype=pl.String
        )

    own = pl.when(pl.col("dialect") == NAI).then(called(_table("nai_codes.csv", "name")))
    return pl.coalesce(own, called(_names()))


def is_reversing(code: pl.Expr) -> pl.Expr:
    """Say whether an entry with this code returns or reverses an earlier one."""
    return code.is_in(_REVERSING)


def return_reason(ach_return: pl.Expr) -> pl.Expr:
    """Turn the reason of a returned ACH entry (R01) into that of ISO 20022 (AM04); null where there is no such one.

    Source: Nacha return reason codes; ISO 20022 external status reason codes.
    """
    return ach_return.replace_strict(
        list(_RETURN_REASONS),
        list(_RETURN_REASONS.values()),
        default=None,
        return_dtype=pl.String,
    )
