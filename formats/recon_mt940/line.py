"""Lines from entries and the parts of their narratives. In: columns of both. Out: the columns of ReadLines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import exponent_expr, parse_minor_expr
from recon_mt940.entry import NO_REFERENCE, plain_amount
from recon_mt940.extras import json_objects

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
    code = pl.col("code")
    has_both = pl.col("transaction_code").is_not_null() & code.is_not_null()
    has_funds = pl.col("funds").str.to_uppercase() != pl.col("currency").str.tail(1)
    if lines["funds"].null_count() == lines.height:
        has_funds = pl.lit(value=False)
    rare = lines.select(
        type=pl.when(has_both).then(code),
        mark=pl.when(pl.col("mark").is_in(["EC", "ED"])).then("mark"),
        funds_code=pl.when(has_funds).then("funds"),
        value_date=pl.when(pl.col("value_date").is_null()).then("value"),
    )
    extras |= {each.name: each for each in rare if each.null_count() < len(each)}
    # The initiator of a collection is its creditor; a mandate tells a collection.
    is_collection = pl.col("mandate_id").is_not_null() | pl.col("creditor_id").is_not_null()
    initiator, receiver = pl.col("initiator"), pl.col("receiver")
    return lines.with_columns(
        json_objects(extras, escapes).alias("extras"),
        status=pl.when(pl.col("mark").is_in(["EC", "ED"]))
        .then(pl.lit("pending"))
        .otherwise(pl.lit("booked")),
        ultimate_debtor=pl.coalesce("ultimate_debtor", pl.when(is_collection).then(receiver).otherwise(initiator)),
        ultimate_creditor=pl.coalesce("ultimate_creditor", pl.when(is_collection).then(initiator).otherwise(receiver)),
        # NCHK: the account owner's reference is the number of the cheque.
        cheque_number=pl.when(code == "NCHK").then("own_reference"),
        transaction_code=pl.coalesce("transaction_code", code),
        remittance=pl.col("remittance").fill_null(""),
        is_reversal=pl.col("mark").is_in(["RC", "RD"]),
    )  # fmt: skip


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
