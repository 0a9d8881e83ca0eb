"""Compare accounts however they are written: blanks, case, IBAN or the older national form."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.normalise.text import compact

# Shorter texts are no account that two banks would write alike.
_SHORTEST: Final = 6


def is_own_account(payer_account: pl.Expr, own_accounts: pl.Series) -> pl.Expr:
    """Say whether the other side is an account of ours; a German IBAN also meets `bank code/account`.

    Args:
        payer_account: letters and digits only.
        own_accounts: our accounts as written.
    """
    known = own_accounts.to_frame("account").select(
        "account", parts=pl.col("account").str.extract_groups(r"^(\d{8})/0*(\d{1,10})$")
    )
    national = known.select(
        pl.concat_str(
            pl.col("parts").struct.field("1"),
            pl.col("parts").struct.field("2").str.pad_start(10, "0"),
        ).alias("bban")
    ).drop_nulls()
    plain = known.select(compact(pl.col("account")).alias("account")).filter(
        pl.col("account").str.len_bytes() >= _SHORTEST
    )
    bbans = national["bban"].unique().sort().to_list()
    return payer_account.is_in(plain["account"].unique().sort().to_list()) | (
        payer_account.str.starts_with("DE") & payer_account.str.slice(4).is_in(bbans)
    )
