"""Read the cells of bookings into typed values. In: bookings and their layout. Out: a frame of values, and refusals.

A cell that is no date, no amount or no currency refuses its row with column and line; nothing is put in its place.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import exponents
from recon_csv.amounts import minor_units, other_currency_expr
from recon_csv.dates import read_dates
from recon_csv.distinct import by_run, distinct_texts, is_one, translated
from recon_csv.entries import Refusal
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
from recon_csv.no_entries import pending_words
from recon_csv.profile import TRADE_FIELDS
from recon_csv.texts import has_white_space, joined_columns

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


@dataclass(slots=True)
class _Values:
    """The columns in the making: texts and what was read of them; by field, where a cell is wrong."""

    columns: dict[str, pl.Series]
    wrong: dict[str, pl.Series] = dataclasses.field(default_factory=dict)

    @property
    def height(self) -> int:
        """Give the count of bookings."""
        return len(self.columns["record"])

    def refuse(self, name: str, is_wrong: pl.Series) -> None:
        """Mark the cells of a field that are wrong."""
        if is_wrong.any():
            self.wrong[name] = is_wrong

    def refuse_unread(self, name: str, read: pl.Series) -> None:
        """Mark the filled cells of a field of which nothing could be read."""
        if read.null_count():
            self.refuse(name, read.is_null() & (self.columns[name] != ""))


def read_values(
    bookings: pl.DataFrame, layout: Layout, around: Surroundings
) -> tuple[pl.DataFrame, list[Refusal]]:
    """Read bookings into `record` and its place, dates, amounts, currency, account and the text fields.

    Args:
        bookings: as `recon_csv.bookings.lay_out` gives them.
        layout: the columns.
        around: gives the currency where no column does.
    """
    values = _Values(_texts(bookings, layout))
    _read_dates(values, layout)
    _read_currency(values, layout, around)
    _read_money(values, layout, bookings)
    # The currency's own text is only needed to say what is wrong with it.
    sound = _frame(values.columns | {"currency": values.columns["code"]})
    if not values.wrong:
        return sound, []
    is_wrong = reduce(or_, values.wrong.values())
    marks = {f"wrong_{name}": column for name, column in values.wrong.items()}
    bad = _frame(values.columns | marks).filter(is_wrong).iter_rows(named=True)
    return sound.filter(~is_wrong), [_refusal(row, layout) for row in bad]


def _frame(columns: Mapping[str, pl.Series]) -> pl.DataFrame:
    return pl.DataFrame([column.alias(name) for name, column in columns.items()])


def _texts(bookings: pl.DataFrame, layout: Layout) -> dict[str, pl.Series]:
    """Lay the text of every field out as columns, with the place of each booking."""
    single = (*MONEY, *_TEXTS, *_SINGLE)
    columns = {
        field: first_filled(bookings, layout, field) for field in single if field in layout.columns
    }
    if "flag" in columns and layout.profile.flag_pattern:
        flag = columns["flag"].str.extract(layout.profile.flag_pattern, 1)
        columns["flag"] = flag.fill_null("")
    for field in _WITHOUT_BLANKS:
        if field in columns and has_white_space(columns[field]):
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
    return {name: bookings[name] for name in _PLACE} | columns


def _are_pending(columns: Mapping[str, pl.Series], layout: Layout) -> pl.Series:
    """Say which bookings are still to be booked, by their status or by a word in the place of their date."""
    pending = _NO.new_from_index(0, len(columns["booking_date"]))
    for field in ("status", "booking_date"):
        if field in columns:
            pending |= by_run(columns[field], lambda text: _are_words(text, layout))
    return pending


def _are_words(texts: pl.Series, layout: Layout) -> pl.Series:
    words = pending_words(texts, layout)
    return texts.is_in(words) if words else _NO.new_from_index(0, len(texts))


def _left_over(bookings: pl.DataFrame, layout: Layout) -> Mapping[str, pl.Series]:
    """Give the columns that no field reads, by the bank's names, and what a parent says of its whole batch."""
    used = {
        at for name, places in layout.columns.items() if name not in TRADE_FIELDS for at in places
    }
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


def _read_dates(values: _Values, layout: Layout) -> None:
    profile, columns = layout.profile, values.columns
    booked = read_dates(columns["booking_date"], profile.date_format)
    if "value_date" in columns:
        form = profile.value_date_format or profile.date_format
        valued = columns["valued"] = read_dates(columns["value_date"], form)
        values.refuse_unread("value_date", valued)
        if booked.null_count():
            # What is still to be booked has no booking date yet.
            booked = valued.zip_with(columns["is_pending"] & booked.is_null(), booked)
    columns["booked"] = booked
    if booked.null_count():
        values.refuse("booking_date", booked.is_null())


def _read_currency(values: _Values, layout: Layout, around: Surroundings) -> None:
    """Read the currency, and give the account that the profile names where no cell does."""
    profile, columns = layout.profile, values.columns
    if "currency" in columns:
        texts, fixed = columns["currency"], profile.currency
    else:
        texts, fixed = blank(values.height), profile.currency or around.currency
    codes = columns["code"] = _currencies(texts, profile.currency_names, fixed)
    if codes.null_count():
        values.refuse("currency", codes.is_null())
    account = pl.Series([profile.account or ""])
    if "account" not in columns:
        columns["account"] = account.new_from_index(0, values.height)
    elif profile.account:
        text = columns["account"]
        columns["account"] = text.zip_with(text != "", account)


def _currencies(texts: pl.Series, names: Mapping[str, str], fixed: str | None) -> pl.Series:
    """Give the ISO 4217 code of every text; null where it is none."""
    if len(texts) and texts[0] in exponents() and texts[0] not in names and is_one(texts):
        return texts

    def read(texts: pl.Series) -> pl.Series:
        table = {text: names.get(text, text.upper()) for text in distinct_texts(texts) if text}
        if fixed:
            table[""] = fixed
        known = {text: code for text, code in table.items() if code in exponents()}
        return translated(texts, known, pl.String)

    return by_run(texts, read)


def _decimals(codes: pl.Series) -> pl.Series:
    """Give the decimals of every currency; null where it is not known."""
    return by_run(codes, lambda texts: translated(texts, exponents(), pl.Int64))


def _read_money(values: _Values, layout: Layout, bookings: pl.DataFrame) -> None:
    """Read the amounts and mark every cell that is wrong."""
    profile, columns = layout.profile, values.columns
    decimals = _decimals(columns["code"])
    worded = []
    for name in MONEY:
        if name in columns:
            text, known = columns[name], hundredths_of(name)
            read = bookings[known] if known in bookings.columns else None
            units, odd = minor_units(text, layout.style(name), decimals, read)
            columns[f"{name}_units"] = units
            values.refuse_unread(name, units)
            if len(odd) and text[odd].str.contains(_WORDED).any():
                worded.append(name)
    if worded:
        glued = [other_currency_expr(pl.col(name), pl.col("code")) for name in worded]
        texts = _frame({name: columns[name] for name in (*worded, "code")})
        values.refuse("glued", texts.select(pl.any_horizontal(glued)).to_series())
    if "flag" in columns:
        flags = [*profile.debit_flags, *profile.credit_flags]
        values.refuse("flag", ~columns["flag"].is_in(flags))
    columns["amount_read"] = _movement(columns, layout)
    if "original_amount" in columns:
        _read_original(values, layout)


def _movement(columns: Mapping[str, pl.Series], layout: Layout) -> pl.Series:
    """Give what a row moved: money in is positive."""
    profile = layout.profile
    if "debit" in columns:
        out = columns["debit_units"].fill_null(0)
        if profile.debit_sign != "positive":
            out = -out if profile.debit_sign == "negative" else out.abs()
        moved = columns["credit_units"].fill_null(0) - out
    elif "flag" in columns:
        size = columns["amount_units"].abs()
        moved = (-size).zip_with(columns["flag"].is_in(profile.debit_flags), size)
    else:
        turned = profile.amount_sign == "debit_positive"
        moved = -columns["amount_units"] if turned else columns["amount_units"]
    if profile.fee != "included" and "fee" in columns:
        fee = columns["fee_units"].fill_null(0)
        moved = moved + fee if profile.fee == "add" else moved - fee
    if "detail_amount" not in columns:
        return moved
    blanks = [columns[name] == "" for name in ("amount", "debit", "credit") if name in columns]
    is_part = reduce(and_, blanks, columns["detail_amount"] != "")
    return columns["detail_amount_units"].zip_with(is_part, moved)


def _read_original(values: _Values, layout: Layout) -> None:
    """Read what the payment was in its own currency, signed like the amount; null where that currency is not known."""
    columns, names = values.columns, layout.profile.currency_names
    text, codes = columns["original_amount"], columns["code"]
    if "original_currency" in columns:
        codes = _currencies(columns["original_currency"], names, None)
    size = minor_units(text, layout.style("original_amount"), _decimals(codes))[0].abs()
    is_plus = columns["amount_read"].fill_null(0) >= 0
    columns["original_units"] = size.zip_with(is_plus, -size)
    columns["original_code"] = codes
    is_unread = size.is_null() & (text != "") & codes.is_not_null()
    values.refuse("original_amount", is_unread)


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
