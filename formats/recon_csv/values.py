"""Read the cells of bookings into typed values. In: bookings and their layout. Out: a frame of values, and refusals.

A cell that is no date, no amount or no currency refuses its row with column and line; nothing is put in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import exponents
from recon_csv.amounts import minor_units, other_currency_expr
from recon_csv.dates import read_dates
from recon_csv.distinct import runs_of, translated
from recon_csv.entries import Refusal, pending_words
from recon_csv.extras import as_json
from recon_csv.fields import (
    MONEY,
    blank,
    column_at,
    field_columns,
    first_filled,
    hundredths_of,
)
from recon_csv.layout import column_name
from recon_csv.texts import joined_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon_csv.layout import Layout
    from recon_csv.preamble import Surroundings

# Text fields that are taken as they stand; of several columns the first filled one counts.
_TEXTS: Final = (
    "payer_name",
    "payer_account",
    "payer_bank",
    "bank_reference",
    "ultimate_debtor",
    "ultimate_creditor",
    "end_to_end_id",
    "instruction_id",
    "mandate_id",
    "creditor_id",
    "structured_reference",
    "customer_reference",
    "cheque_number",
    "transaction_code",
    "bank_transaction_code",
    "purpose_code",
    "return_reason",
    "exchange_rate",
)
_SINGLE: Final = (
    "account",
    "currency",
    "flag",
    "status",
    "booking_date",
    "value_date",
    "original_amount",
    "original_currency",
)
_WITHOUT_BLANKS: Final = ("account", "payer_account")
_PLACE: Final = ("record", "line_number", "byte_offset", "byte_length", "batch")
_NO: Final = pl.Series([False])
_CAUSES: Final = {
    "booking_date": ("wrong-date", "is no date of the form {form}, or a day that does not exist"),
    "value_date": ("wrong-date", "is no date of the form {form}, or a day that does not exist"),
    "currency": ("wrong-currency", "is no ISO 4217 currency"),
    "flag": ("wrong-flag", "is neither a debit nor a credit flag of this layout"),
    "glued": ("wrong-currency", "states another currency than its row"),
}
_WORDED: Final = r"[^0-9.,' +()-]"


def read_values(
    bookings: pl.DataFrame, layout: Layout, around: Surroundings
) -> tuple[pl.DataFrame, list[Refusal]]:
    """Read bookings into `record` and its place, dates, amounts, currency, account and the text fields.

    Args:
        bookings: as `recon_csv.bookings.lay_out` gives them.
        layout: the columns.
        around: gives the currency where no column does.
    """
    values = _texts(bookings, layout)
    values = _dates_and_currency(values, layout, around)
    values = _money(values, layout, bookings)
    wrong = [name for name in values.columns if name.startswith("wrong_")]
    is_wrong = values.select(pl.any_horizontal(wrong)).to_series()
    # The cell's text is only needed to say what is wrong with it.
    sound = values.drop(wrong).with_columns(currency="code")
    if not is_wrong.any():
        return sound, []
    bad = values.filter(is_wrong).iter_rows(named=True)
    return sound.filter(~is_wrong), [_refusal(row, layout) for row in bad]


def _texts(bookings: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Lay the text of every field out as columns."""
    single = (*MONEY, *_TEXTS, *_SINGLE)
    columns = {
        field: first_filled(bookings, layout, field) for field in single if field in layout.columns
    }
    if "flag" in columns and layout.profile.flag_pattern:
        flag = columns["flag"].str.extract(layout.profile.flag_pattern, 1)
        columns["flag"] = flag.fill_null("")
    for field in _WITHOUT_BLANKS:
        if field in columns and columns[field].str.contains(r"\s").any():
            columns[field] = columns[field].str.replace_all(r"\s", "")
    for field in ("remittance", "transaction_text"):
        texts = field_columns(bookings, layout, field)
        if texts:
            columns[field] = joined_columns(texts)
    said = bookings["remarks"]
    if said.count():
        text = columns.get("remittance", first_filled(bookings, layout, "remittance"))
        columns["remittance"] = text.zip_with(said.is_null(), said)
    columns["is_pending"] = _are_pending(columns, layout)
    columns["extras"] = as_json(_left_over(bookings, layout), bookings.height)
    named = [column.alias(name) for name, column in columns.items()]
    return bookings.select(_PLACE).with_columns(named)


def _are_pending(columns: Mapping[str, pl.Series], layout: Layout) -> pl.Series:
    """Say which bookings are still to be booked, by their status or by a word in the place of their date."""
    pending = _NO.new_from_index(0, len(columns["booking_date"]))
    for field in ("status", "booking_date"):
        if field in columns:
            text = columns[field]
            runs = runs_of(text)
            pending |= text.is_in(pending_words(text if runs is None else runs[0], layout))
    return pending


def _left_over(bookings: pl.DataFrame, layout: Layout) -> Mapping[str, pl.Series]:
    """Give the columns that no field reads, by the bank's names, and what a parent says of its whole batch."""
    used = {at for places in layout.columns.values() for at in places}
    width = sum(name.isdigit() for name in bookings.columns)
    left: dict[str, pl.Series] = {}
    for at in range(width):
        if at not in used:
            name = column_name(layout.header, at)
            left[name if name not in left else f"#{at + 1}"] = column_at(bookings, at)
    if {"original_amount", "original_currency"} <= layout.columns.keys():
        left |= _unknown_money(bookings, layout)
    if bookings["batch_text"].count():
        left["batch"] = bookings["batch_text"].fill_null("")
    return left


def _unknown_money(bookings: pl.DataFrame, layout: Layout) -> Mapping[str, pl.Series]:
    """Give amounts in a currency that is no ISO code: they are kept as texts, since the row's own amount is certain."""
    text = first_filled(bookings, layout, "original_currency")
    codes = _currencies(text, layout.profile.currency_names, None)
    is_unknown = codes.is_null() & (text != "")
    nothing = blank(bookings.height)
    return {
        layout.name(field): first_filled(bookings, layout, field).zip_with(is_unknown, nothing)
        for field in ("original_amount", "original_currency")
    }


def _dates_and_currency(values: pl.DataFrame, layout: Layout, around: Surroundings) -> pl.DataFrame:
    profile = layout.profile
    booked = read_dates(values["booking_date"], profile.date_format)
    added = []
    if "value_date" in values.columns:
        text = values["value_date"]
        valued = read_dates(text, profile.value_date_format or profile.date_format)
        added += [valued.alias("valued")]
        added += [((text != "") & valued.is_null()).alias("wrong_value_date")]
        # What is still to be booked has no booking date yet.
        has_none = values["is_pending"] & booked.is_null()
        booked = booked.zip_with(~has_none, valued) if has_none.any() else booked
    added += [booked.alias("booked"), booked.is_null().alias("wrong_booking_date")]
    if "currency" in values.columns:
        texts, fixed = values["currency"], profile.currency
    else:
        texts = blank(values.height)
        fixed = profile.currency or around.currency
    codes = _currencies(texts, profile.currency_names, fixed)
    added += [codes.alias("code"), codes.is_null().alias("wrong_currency")]
    if "account" not in values.columns:
        account = pl.Series("account", [profile.account or ""])
        added += [account.new_from_index(0, values.height)]
    elif profile.account:
        text = values["account"]
        added += [text.zip_with(text != "", pl.Series([profile.account])).alias("account")]
    return values.with_columns(added)


def _currencies(texts: pl.Series, names: Mapping[str, str], fixed: str | None) -> pl.Series:
    """Give the ISO 4217 code of every text; null where it is none."""
    runs = runs_of(texts)
    if runs is not None:
        return _currencies(runs[0], names, fixed)[runs[1]]
    table = {text: names.get(text, text.upper()) for text in texts.unique() if text}
    if fixed:
        table[""] = fixed
    known = {text: code for text, code in table.items() if code in exponents()}
    return translated(texts, known, pl.String)


def _decimals(codes: pl.Series) -> pl.Series:
    runs = runs_of(codes)
    if runs is not None:
        return _decimals(runs[0])[runs[1]]
    return translated(codes, exponents(), pl.Int64)


def _money(values: pl.DataFrame, layout: Layout, bookings: pl.DataFrame) -> pl.DataFrame:
    """Read the amounts and mark every cell that is wrong."""
    profile = layout.profile
    decimals = _decimals(values["code"])
    added = []
    worded = []
    for name in MONEY:
        if name in values.columns:
            text = values[name]
            known = hundredths_of(name)
            read = bookings[known] if known in bookings.columns else None
            units, odd = minor_units(text, layout.style(name), decimals, read)
            added += [units.alias(f"{name}_units")]
            added += [(units.is_null() & (text != "")).alias(f"wrong_{name}")]
            worded += [name] if text[odd].str.contains(_WORDED).any() else []
    if worded:
        glued = [other_currency_expr(pl.col(name), pl.col("code")) for name in worded]
        added += [values.select(wrong_glued=pl.any_horizontal(glued)).to_series()]
    if "flag" in values.columns:
        flags = [*profile.debit_flags, *profile.credit_flags]
        added += [(~values["flag"].is_in(flags)).alias("wrong_flag")]
    values = values.with_columns(added)
    values = values.with_columns(amount_read=_movement(values, layout))
    return _original(values, layout)


def _movement(values: pl.DataFrame, layout: Layout) -> pl.Expr:
    """Give what a row moved: money in is positive."""
    profile, columns = layout.profile, layout.columns
    if "debit" in columns:
        out = pl.col("debit_units").fill_null(0)
        out = {"positive": out, "negative": -out, "either": out.abs()}[profile.debit_sign]
        moved = pl.col("credit_units").fill_null(0) - out
    elif "flag" in columns:
        size = pl.col("amount_units").abs()
        moved = pl.when(pl.col("flag").is_in(profile.debit_flags)).then(-size).otherwise(size)
    else:
        turned = profile.amount_sign == "debit_positive"
        moved = -pl.col("amount_units") if turned else pl.col("amount_units")
    if profile.fee != "included" and "fee" in columns:
        fee = pl.col("fee_units").fill_null(0)
        moved = moved + fee if profile.fee == "add" else moved - fee
    if "detail_amount" not in columns:
        return moved
    sums = [name for name in ("amount", "debit", "credit") if name in values.columns]
    is_part = (pl.col("detail_amount") != "") & pl.all_horizontal(pl.col(sums) == "")
    return pl.when(is_part).then(pl.col("detail_amount_units")).otherwise(moved)


def _original(values: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Read what the payment was in its own currency, signed like the amount; null where that currency is not known."""
    if "original_amount" not in values.columns:
        return values
    text = values["original_amount"]
    if "original_currency" in values.columns:
        codes = _currencies(values["original_currency"], layout.profile.currency_names, None)
    else:
        codes = values["code"]
    size = minor_units(text, layout.style("original_amount"), _decimals(codes))[0].abs()
    signed = size.zip_with(values["amount_read"].fill_null(0) >= 0, -size)
    return values.with_columns(
        original_units=signed,
        original_code=codes,
        wrong_original_amount=size.is_null() & (text != "") & codes.is_not_null(),
    )


def _refusal(wrong: Mapping[str, object], layout: Layout) -> Refusal:
    dates_first = ("booking_date", "value_date", "currency", "glued", "flag")
    order = (*dates_first, *MONEY, "original_amount")
    field = next(name for name in order if wrong.get(f"wrong_{name}"))
    code, rule = _CAUSES.get(field, ("wrong-amount", "is no amount of this layout and currency"))
    text = str(wrong.get("amount" if field == "glued" else field, ""))
    profile = layout.profile
    form = profile.value_date_format if field == "value_date" else None
    rule = rule.format(form=form or profile.date_format)
    if field == "currency" and not text:
        rule = "is empty, and no other place of the file names the currency"
    return Refusal(
        record=int(str(wrong["record"])),
        line=int(str(wrong["line_number"])),
        column=layout.name("amount" if field == "glued" else field),
        code=code,
        reason=f"{text!r} {rule}",
        excerpt=text,
    )
