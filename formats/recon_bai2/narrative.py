"""What the text of a transaction (record 16) says of the other party, in the layouts that banks write it in.

In: the text with its marks of continuation. Out: expressions for names, accounts, banks and references. The whole text
stays the remittance, so a layout that is not known loses nothing.

Source: sample files. Keyed lines (`88,EREF: ...`) name debtor and creditor by the words of ISO 20022; American banks
write ACH addenda as `NAME DES:.. ID:.. INDN:.. CO ID:..` and wires as `ORIG:.. ID:.. BNF:..`.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from recon_bai2.records import OPEN

# What a text must hold for one of the layouts; most files have one layout at most.
KEYS: Final = ("DBNM", "CRNM", "DACT", "CACT", "DBIC", "CBIC", "DABA", "CABA", "EREF", "CHKN")
WORDS: Final = (" DES:", "ORIG:", "BNF:")
COLUMNS: Final = ("payer_name", "payer_account", "payer_bank", "end_to_end_id", "cheque_stated")

_ACH_RETURN: Final = r"\b(R[0-9]{2})\b"


def other_party(text: pl.Series, is_credit: pl.Expr) -> list[pl.Expr]:
    """Read COLUMNS out of the texts; null where they name nothing.

    Args:
        text: each continuation behind the mark OPEN.
        is_credit: the other party is the debtor of a credit, else the creditor.
    """
    present = text.to_frame("text").select(_presence()).row(0, named=True)
    keys = {key for key in KEYS if present[key]}
    words = {word for word in WORDS if present[word]}
    column = pl.lit(text)

    def keyed(key: str) -> pl.Expr:
        return _between(column, f"{OPEN}{key}:", OPEN) if key in keys else _NOTHING

    def either(debtor: str, creditor: str) -> pl.Expr:
        return pl.when(is_credit).then(keyed(debtor)).otherwise(keyed(creditor))

    def wire(word: str) -> pl.Expr:
        return _between(column, word, " ID:") if word in words else _NOTHING

    ach = _before(column, " DES:") if " DES:" in words else _NOTHING
    wired = pl.when(is_credit).then(wire("ORIG:")).otherwise(wire("BNF:"))
    return [
        pl.coalesce(either("DBNM", "CRNM"), wired, ach).alias("payer_name"),
        either("DACT", "CACT").str.replace_all(" ", "", literal=True).alias("payer_account"),
        pl.coalesce(either("DBIC", "CBIC"), either("DABA", "CABA")).alias("payer_bank"),
        keyed("EREF").alias("end_to_end_id"),
        keyed("CHKN").alias("cheque_stated"),
    ]


_NOTHING: Final = pl.lit(None, dtype=pl.String)


@cache
def _presence() -> tuple[pl.Expr, ...]:
    """Say of each key and word whether any text holds it."""
    sought = {**{key: f"{key}:" for key in KEYS}, **{word: word for word in WORDS}}
    text = pl.col("text").str
    return tuple(
        text.contains(each, literal=True).any().alias(name) for name, each in sought.items()
    )


def ach_return(plain: pl.Expr) -> pl.Expr:
    """Give the reason of a returned ACH entry as Nacha codes it (R01)."""
    return plain.str.extract(_ACH_RETURN, 1)


def _between(text: pl.Expr, before: str, behind: str) -> pl.Expr:
    """Give what stands behind a word, up to another one or to the end."""
    rest = text.str.splitn(before, 2).struct.field("field_1")
    return _named(rest.str.splitn(behind, 2).struct.field("field_0"))


def _before(text: pl.Expr, word: str) -> pl.Expr:
    parts = text.str.splitn(word, 2).struct
    return pl.when(parts.field("field_1").is_not_null()).then(_named(parts.field("field_0")))


def _named(text: pl.Expr) -> pl.Expr:
    name = text.str.strip_chars(f" ,{OPEN}")
    return pl.when(name != "").then(name.str.replace_all(OPEN, " ", literal=True))
