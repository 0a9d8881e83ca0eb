"""Who the other party of a line is. In: lines, texts of details, own accounts. Out: the lines with payer and creditor id.

The parties of a returned or reversed payment keep the roles of the first one, so the other side is then the opposite
one; and whoever bears our own account is never the other party.

Source: ISO 20022 message definition report camt.053, TransactionParties; German Banking Industry Committee, DFÜ
agreement annex 3, chapter 7 (R-transactions keep the roles of the original payment).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from recon_camt.words import (
    CREDITOR_ID,
    CREDITOR_ID_SCHEME,
    CREDITOR_ID_SHAPE,
    PARTY_COLUMNS,
)

if TYPE_CHECKING:
    from recon_camt.sources import Sources

_SIDES = ("Dbtr", "Cdtr")


def read_parties(lines: pl.DataFrame, sources: Sources, accounts: pl.Series) -> pl.DataFrame:
    """Add payer_name, payer_account, payer_bank and creditor_id."""
    detail = sources.detail
    columns = {
        f"{column}_{side}": sources.of_detail(detail.first(*(path.format(side) for path in paths)))
        for side in _SIDES
        for column, paths in PARTY_COLUMNS.items()
    }
    returned = detail.first("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd")
    number = sources.of_detail(detail.first(CREDITOR_ID))
    scheme = sources.of_detail(detail.first(CREDITOR_ID_SCHEME))
    own = accounts.gather(lines["statement"])
    with_sides = lines.with_columns(
        **columns,
        own_account=own.set(own == "", None),
        is_returned=sources.of_detail(returned).is_not_null(),
        creditor_number=number,
        creditor_scheme=scheme,
    ).with_columns(pl.col("payer_account_Dbtr", "payer_account_Cdtr").str.replace_all(r"\s", ""))
    is_id = (pl.col("creditor_scheme") == "SEPA") | pl.col("mandate_id").is_not_null()
    is_shaped = pl.col("creditor_number").str.contains(CREDITOR_ID_SHAPE)
    # Worked out once for all columns.
    with_sides = with_sides.with_columns(is_debtor=_is_debtor_the_other())
    chosen = [
        pl.when("is_debtor")
        .then(pl.col(f"{column}_Dbtr"))
        .otherwise(pl.col(f"{column}_Cdtr"))
        .alias(column)
        for column in PARTY_COLUMNS
    ]
    return with_sides.with_columns(
        *chosen,
        creditor_id=pl.when((is_id & is_shaped).fill_null(value=False)).then("creditor_number"),
    ).drop(
        *columns, "own_account", "is_returned", "creditor_number", "creditor_scheme", "is_debtor"
    )


@cache
def _is_debtor_the_other() -> pl.Expr:
    is_opposite = pl.col("is_returned") | pl.col("is_reversal")
    is_credit = (pl.col("amount") > 0) | ((pl.col("amount") == 0) & (pl.col("indicator") == "CRDT"))
    by_sign = is_credit ^ is_opposite
    own = pl.col("own_account")
    # A reversal that names one party only names the other one.
    only_debtor, only_creditor = (
        pl.all_horizontal(pl.col(f"{column}_{side}").is_null() for column in PARTY_COLUMNS)
        for side in ("Cdtr", "Dbtr")
    )
    is_debtor_own = (pl.col("payer_account_Dbtr") == own).fill_null(value=False)
    is_creditor_own = (pl.col("payer_account_Cdtr") == own).fill_null(value=False)
    return (
        pl.when(is_debtor_own & ~is_creditor_own)
        .then(False)
        .when(is_creditor_own & ~is_debtor_own)
        .then(True)
        .when(is_opposite & (only_debtor ^ only_creditor))
        .then(only_debtor)
        .otherwise(by_sign)
    )
