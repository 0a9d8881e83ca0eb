"""Complements: what the records 05 say of a movement, by their qualifier.

In: records with their structure. Out: columns of ReadLines. A qualifier that no column holds, or holds only in part,
goes to the extras under its own name.

Source: CFONB 120, record 05 (July 2004, LIB and MMO) and "Évolutions du relevé de compte 120 caractères pour les
opérations de virement" (August 2007, NPY to RCN); FEE, RUM, CPY and CBE as banks send them.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from recon.api import cut, exponent_expr, exponents, json_members, json_text, plain, rescaled_minor
from recon_cfonb.structure import COMPLEMENT

_INFO_WIDTH: Final = 70
# Free text, in file order; a full line of 70 flows on in the next.
_TEXTS: Final = ("LIB", "LCC", "LC2")
# Debtor and beneficiary: name, account, identifier; creditors' references; amounts.
_NAMED: Final = (
    "NPY", "NBE", "NPO", "NBU", "CPY", "CBE", "IBE", "LCS", "RCN", "REF", "RUM", "MMO", "FEE",
)  # fmt: skip
_IBAN: Final = r"^([A-Z]{2}[0-9]{2}[A-Z0-9]{11,30})( |$)"
_CREDITOR: Final = r"^([A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Z0-9]{1,28})( |$)"
_AMOUNT: Final = r"^[A-Z]{3}[0-9]{15}"
_RATE: Final = r"^([0-9])([0-9]{11})( |$)"


def read_complements(own: pl.DataFrame) -> pl.DataFrame:
    """Gather the complements of each movement.

    Returns:
        a row a movement that has any: `complement_text`, a column for each named qualifier with its text as it
        stands, and `extras_unknown` with the others.
    """
    all_info = own.filter((pl.col("kind") == COMPLEMENT) & ~pl.col("is_foreign")).select(
        "movement", qualifier=cut(46, 48), info=cut(49, 48 + _INFO_WIDTH)
    )
    pieces = all_info.group_by("movement", "qualifier", maintain_order=True).agg(
        pl.col("info").str.join("")
    )
    gathered = (
        all_info.filter(pl.col("qualifier").is_in(_TEXTS))
        .group_by("movement", maintain_order=True)
        .agg(complement_text=pl.col("info").str.join(""))
    )
    gathered = all_info.select(pl.col("movement").unique(maintain_order=True)).join(
        gathered, on="movement", how="left", maintain_order="left"
    )
    present = set(pieces["qualifier"].unique())
    absent = [name for name in _NAMED if name not in present]
    gathered = gathered.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    for name in present.intersection(_NAMED):
        named = pieces.filter(pl.col("qualifier") == name).select("movement", info_named="info")
        gathered = gathered.join(named, on="movement", how="left", maintain_order="left").rename(
            {"info_named": name}
        )
    is_other = ~pl.col("qualifier").is_in((*_TEXTS, *_NAMED))
    others = (
        all_info.filter(is_other & plain(pl.col("info")).is_not_null())
        .group_by("movement", "qualifier", maintain_order=True)
        .agg(info=plain(pl.col("info").str.join("")))
        .with_columns(
            member=pl.concat_str(
                json_text(pl.col("qualifier").str.strip_chars()),
                pl.lit(":"),
                json_text(pl.col("info")),
            )
        )
        .group_by("movement", maintain_order=True)
        .agg(extras_unknown=pl.col("member").str.join(","))
    )
    return gathered.join(others, on="movement", how="left", maintain_order="left")


@cache
def of_complements() -> dict[str, pl.Expr]:
    """Give the columns of ReadLines that complements fill; of the two parties, the other one than the account's owner.

    A direct debit names the other party as payer even where the account is debited, so each stands in for the other.
    """
    is_credit = pl.col("amount") >= 0
    payer, beneficiary = pl.col("NPY"), pl.col("NBE")
    name = pl.when(is_credit).then(pl.coalesce(payer, beneficiary)).otherwise(pl.coalesce(beneficiary, payer))  # fmt: skip
    payer_iban, beneficiary_iban = _found("CPY", _IBAN), _found("CBE", _IBAN)
    account = pl.when(is_credit).then(payer_iban).otherwise(beneficiary_iban)
    purpose = plain(pl.col("RCN").str.slice(35))
    is_purpose_code = purpose.str.contains("^[A-Z]{4}$")
    end_to_end = plain(pl.col("RCN").str.head(35))
    original_currency, original = _amount("MMO")
    fee_currency, fee = _amount("FEE")
    is_own_fee = (fee_currency == pl.col("currency")) & fee.is_not_null()
    sign = pl.when(is_credit).then(1).otherwise(-1)
    return {
        "payer_name": name,
        "payer_account": account,
        "ultimate_debtor": plain(pl.col("NPO")),
        "ultimate_creditor": plain(pl.col("NBU")),
        "end_to_end_id": pl.when(~end_to_end.str.contains("^NOT ?PROVIDED$")).then(end_to_end),
        "instruction_id": plain(pl.col("REF")),
        "mandate_id": plain(pl.col("RUM").str.head(35)),
        "creditor_id": _found("IBE", _CREDITOR),
        "structured_reference": plain(pl.col("LCS")),
        "purpose_code": pl.when(is_purpose_code).then(purpose),
        "original_currency": pl.when(original.is_not_null()).then(original_currency),
        "original_amount": original * sign,
        "exchange_rate": _rate(),
        "charges": pl.when(is_own_fee).then(fee),
    }


@cache
def rest_of_complements() -> pl.Expr:
    """Give what the columns of `of_complements` do not tell, as members of the extras."""
    name, is_credit = pl.col("payer_name"), pl.col("amount") >= 0
    has_account = pl.col("payer_account").is_not_null()
    purpose = plain(pl.col("RCN").str.slice(35))
    return json_members(
        {
            "NPY": pl.when(pl.col("NPY") != name).then("NPY"),
            "NBE": pl.when(pl.col("NBE") != name).then("NBE"),
            "CPY": _unless(has_account & is_credit, "CPY"),
            "CBE": _unless(has_account & ~is_credit, "CBE"),
            "IBE": plain(pl.col("IBE")),
            "RUM": plain(pl.col("RUM").str.slice(35)),
            "RCN": pl.when(pl.col("purpose_code").is_null()).then(purpose),
            "MMO": plain(pl.col("MMO")),
            "FEE": _unless(pl.col("charges").is_not_null(), "FEE"),
        }
    )


def _found(qualifier: str, pattern: str) -> pl.Expr:
    return pl.col(qualifier).str.extract(pattern, 1)


def _unless(is_held: pl.Expr, qualifier: str) -> pl.Expr:
    return pl.when(~is_held.fill_null(value=False)).then(plain(pl.col(qualifier)))


def _amount(qualifier: str) -> tuple[pl.Expr, pl.Expr]:
    """Read currency, number of decimals and fourteen digits."""
    text = pl.col(qualifier)
    code = text.str.head(3)
    currency = pl.when(code.is_in(list(exponents())) & text.str.contains(_AMOUNT)).then(code)
    size = text.str.slice(4, 14).cast(pl.Int64, strict=False)
    decimals = text.str.slice(3, 1).cast(pl.Int64, strict=False)
    return currency, rescaled_minor(size, decimals, exponent_expr(currency))


@cache
def _rate() -> pl.Expr:
    """Read the exchange rate behind the original amount: its number of decimals, then eleven digits."""
    text = pl.col("MMO").str.slice(18)
    decimals = text.str.extract(_RATE, 1).cast(pl.Int64)
    digits = text.str.extract(_RATE, 2)
    whole = digits.str.head(11 - decimals).str.strip_chars_start("0").str.pad_start(1, "0")
    point = pl.when(decimals > 0).then(pl.lit("."))
    return pl.when(decimals.is_not_null()).then(
        pl.concat_str(whole, point, digits.str.tail(decimals), ignore_nulls=True)
    )
