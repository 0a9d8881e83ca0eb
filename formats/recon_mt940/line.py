"""Lines from entries and the parts of their narratives. In: columns of both. Out: the columns of ReadLines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import exponent_expr, parse_minor_expr
from recon_mt940.entry import plain_amount
from recon_mt940.extras import json_objects
from recon_mt940.references import NO_REFERENCE

if TYPE_CHECKING:
    from recon_mt940.columns import Placed
    from recon_mt940.extras import Escapes

# Rabobank's old layout: ten places of account number in the reference field, blanks, then the other party's name.
_ACCOUNT_AND_NAME: Final = r"^(?P<own>NONREF|P?[0-9]{9,10}) {2,}(?P<other>\S.*?)\s*$"
# Its newer layout has the other party's account, an IBAN or the old ten places, in the supplementary line.
_ACCOUNT: Final = r"^(?:[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}|P?[0-9]{9,10})$"
# ING and others write the original amount and the charges into the supplementary line.
_ORIGINAL: Final = "/OCMT/([A-Z]{3}[0-9]+(?:,[0-9]*)?)"
_CHARGED: Final = "/CHGS/([A-Z]{3}[0-9]+(?:,[0-9]*)?)"


def build_lines(
    entries: pl.DataFrame, placed: Placed, bank_text: pl.Series | None, escapes: Escapes
) -> pl.DataFrame:
    """Give every column that the entries and their narratives fill.

    Args:
        entries: as read_entries gives them, with `currency`.
        placed: the parts of their narratives.
        bank_text: the text of each entry's `:NS:` field, if the chunk has any.
        escapes: what JSON wants escaped in the texts of the chunk.
    """
    lines = pl.concat([entries, placed.columns], how="horizontal")
    extras = {
        name: value for name, value in placed.extras.items() if value.null_count() < len(value)
    }
    lines = _with_reference_field(lines, extras)
    if bank_text is not None:
        is_extra = pl.col("has_narrative")
        extras["NS"] = lines.select(pl.when(is_extra).then(pl.lit(bank_text))).to_series()
        lines = lines.with_columns(
            remittance=pl.when(is_extra).then("remittance").otherwise(pl.lit(bank_text))
        )
    lines = _with_supplementary(lines, extras)
    lines = _with_money(lines, extras)
    lines = _with_mark(lines, extras)
    lines = _with_type(lines, extras)
    if lines["value_date"].null_count():
        clamped = pl.when(pl.col("value_date").is_null()).then("value")
        extras["value_date"] = lines.select(clamped).to_series()
    given = {name: value for name, value in extras.items() if value.null_count() < len(value)}
    return lines.with_columns(
        json_objects(given, escapes).alias("extras"),
        *_ultimate_parties(lines),
        remittance=pl.col("remittance").fill_null(""),
    )


def _with_mark(lines: pl.DataFrame, extras: dict[str, pl.Series]) -> pl.DataFrame:
    """Say what the mark says beyond the sign: expected, reversed; a funds code that is no letter of the currency."""
    said, mark = set(lines["mark"].unique()), pl.col("mark")
    status = pl.lit("booked")
    if said & {"EC", "ED"}:
        is_expected = mark.is_in(["EC", "ED"])
        extras["mark"] = lines.select(pl.when(is_expected).then("mark")).to_series()
        status = pl.when(is_expected).then(pl.lit("pending")).otherwise(status)
    if lines["funds"].null_count() < lines.height:
        is_own = pl.col("currency").str.ends_with(pl.col("funds").str.to_uppercase())
        extras["funds_code"] = lines.select(pl.when(~is_own).then("funds")).to_series()
    is_reversal = mark.is_in(["RC", "RD"]) if said & {"RC", "RD"} else pl.lit(value=False)
    return lines.with_columns(status=status, is_reversal=is_reversal)


def _with_type(lines: pl.DataFrame, extras: dict[str, pl.Series]) -> pl.DataFrame:
    """Read the type of the entry: it is the transaction code where the narrative has none."""
    code, cheque = pl.col("code"), pl.lit(None, dtype=pl.String)
    has_both = pl.col("transaction_code").is_not_null() & code.is_not_null()
    extras["type"] = lines.select(pl.when(has_both).then(code)).to_series()
    if (lines["code"] == "NCHK").any():
        # NCHK: the account owner's reference is the number of the cheque.
        cheque = pl.when(code == "NCHK").then("own_reference")
    return lines.with_columns(
        cheque_number=cheque, transaction_code=pl.coalesce("transaction_code", code)
    )


def _ultimate_parties(lines: pl.DataFrame) -> list[pl.Expr]:
    """Give the ultimate parties: the initiator of a collection is its creditor, and a mandate tells a collection."""
    if lines["initiator"].null_count() + lines["receiver"].null_count() == 2 * lines.height:
        return []
    is_collection = pl.col("mandate_id").is_not_null() | pl.col("creditor_id").is_not_null()
    initiator, receiver = pl.col("initiator"), pl.col("receiver")
    debtor = pl.when(is_collection).then(receiver).otherwise(initiator)
    creditor = pl.when(is_collection).then(initiator).otherwise(receiver)
    return [
        pl.coalesce("ultimate_debtor", debtor),
        pl.coalesce("ultimate_creditor", creditor),
    ]


def _reference(stripped: pl.Expr) -> pl.Expr:
    return pl.when(~stripped.is_in(NO_REFERENCE)).then(stripped)


def _with_reference_field(lines: pl.DataFrame, extras: dict[str, pl.Series]) -> pl.DataFrame:
    """Read the owner's reference; some banks write the other party's account and name there."""
    if lines["customer"].str.contains("  ", literal=True).any():
        nobody = pl.col("payer_account").is_null() & pl.col("payer_name").is_null()
        found = pl.when(nobody).then(pl.col("customer")).str.extract_groups(_ACCOUNT_AND_NAME)
        lines = lines.with_columns(found.struct.unnest())
        is_party = pl.col("other").is_not_null()
        account = pl.when(is_party & (pl.col("own") != "NONREF")).then("own")
        lines = lines.with_columns(
            payer_account=pl.coalesce("payer_account", account),
            payer_name=pl.coalesce("payer_name", "other"),
            customer=pl.when(~is_party).then("customer"),
        )
    stripped = pl.col("customer", "bank").str.strip_chars()
    lines = lines.with_columns(stripped).with_columns(
        own_reference=_reference(pl.col("customer")), bank_reference=_reference(pl.col("bank"))
    )
    given = pl.col("customer_reference")
    spare = lines.select(pl.when(given.is_not_null()).then("own_reference")).to_series()
    if spare.null_count() < len(spare):
        extras["reference"] = spare
    return lines.with_columns(customer_reference=given.fill_null(pl.col("own_reference")))


def _with_supplementary(lines: pl.DataFrame, extras: dict[str, pl.Series]) -> pl.DataFrame:
    """Read the supplementary line: an account, the bank's booking text, or coded details."""
    if lines["supplementary"].null_count() == lines.height:
        return lines
    text = pl.col("supplementary").str.replace_all(r"\s+", " ").str.strip_chars().replace("", None)
    lines = lines.with_columns(supplementary=text)
    text = pl.col("supplementary")
    is_account = text.str.contains(_ACCOUNT) & pl.col("payer_account").is_null()
    is_text = ~is_account & ~text.str.starts_with("/") & pl.col("transaction_text").is_null()
    extras["supplementary"] = lines.select(pl.when(~is_account & ~is_text).then(text)).to_series()
    return lines.with_columns(
        payer_account=pl.when(is_account).then(text).otherwise("payer_account"),
        transaction_text=pl.when(is_text).then(text).otherwise("transaction_text"),
        original=pl.coalesce("original", text.str.extract(_ORIGINAL)),
        charged=pl.coalesce("charged", text.str.extract(_CHARGED)),
    )


def _with_money(lines: pl.DataFrame, extras: dict[str, pl.Series]) -> pl.DataFrame:
    """Read original amount and charges (`USD2853,12`); what cannot be read with certainty stays an extra."""
    if lines["original"].null_count() + lines["charged"].null_count() == 2 * lines.height:
        empty = (pl.lit(None, dtype=kind).alias(name) for name, kind in _MONEY.items())
        return lines.with_columns(*empty)
    original, charged = pl.col("original"), pl.col("charged")
    currency = original.str.head(3)
    size = _minor(original, currency)
    charges = pl.when(charged.str.head(3) == pl.col("currency")).then(
        _minor(charged, pl.col("currency"))
    )
    lines = lines.with_columns(
        original_amount=pl.when(pl.col("amount") < 0).then(-size).otherwise(size),
        original_currency=pl.when(size.is_not_null()).then(currency),
        charges=charges,
    )
    unread = lines.select(
        OCMT=pl.when(pl.col("original_amount").is_null()).then(original),
        CHGS=pl.when(pl.col("charges").is_null()).then(charged),
    )
    extras |= {each.name: each for each in unread if each.null_count() < len(each)}
    return lines


def _minor(text: pl.Expr, currency: pl.Expr) -> pl.Expr:
    size = plain_amount(text.str.slice(3).str.strip_chars())
    return parse_minor_expr(size, exponent_expr(currency))


_MONEY: Final = {"original_amount": pl.Int64, "original_currency": pl.String, "charges": pl.Int64}
