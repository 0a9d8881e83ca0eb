"""Read the cells of bookings into typed values. In: bookings and their layout. Out: a frame of values, and refusals.

A cell that is no date, no amount or no currency refuses its row with column and line; nothing is put in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import polars as pl

from recon.api import exponent_expr, exponents, parse_minor_expr
from recon_csv.amounts import Style, other_currency_expr, plain_texts
from recon_csv.dates import parse_date
from recon_csv.entries import Refusal
from recon_csv.layout import column_name

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from recon_csv.entries import Row
    from recon_csv.layout import Layout
    from recon_csv.preamble import Surroundings

_MONEY: Final = ("amount", "debit", "credit", "fee", "detail_amount", "balance")
_FIRST_FILLED: Final = (
    "payer_name",
    "payer_account",
    "payer_bank",
    "bank_reference",
    "end_to_end_id",
    "mandate_id",
    "structured_reference",
    "customer_reference",
    "cheque_number",
    "transaction_code",
)
_CAUSES: Final = {
    "booking_date": ("wrong-date", "is no date of the form {form}, or a day that does not exist"),
    "value_date": ("wrong-date", "is no date of the form {form}, or a day that does not exist"),
    "currency": ("wrong-currency", "is no ISO 4217 currency"),
    "flag": ("wrong-flag", "is neither a debit nor a credit flag of this layout"),
    "glued": ("wrong-currency", "states another currency than its row"),
}


def read_values(
    rows: Sequence[Row], layout: Layout, around: Surroundings
) -> tuple[pl.DataFrame, list[Refusal]]:
    """Read rows into `record, line, dates, amount, balance, currency, account` and the text fields.

    Args:
        rows: bookings, or parts of a batch whose dates stand with their parent.
        layout: the columns.
        around: gives the currency where no column does.
    """
    cells = [_whole(row, layout) for row in rows]
    frame = _texts(rows, cells, layout, around)
    frame = _money(frame, layout)
    is_wrong = pl.any_horizontal(pl.col("^wrong_.*$"))
    refusals = [_refusal(wrong, layout) for wrong in frame.filter(is_wrong).iter_rows(named=True)]
    return frame.filter(~is_wrong), refusals


def _whole(row: Row, layout: Layout) -> list[str]:
    """Give the cells of a row; a part of a batch borrows from its parent what it does not say itself."""
    if row.parent is None:
        return row.cells
    borrowed = list(row.parent.cells)
    for field in ("amount", "debit", "credit", "balance", "fee"):
        for at in layout.columns.get(field, []):
            if at < len(borrowed):
                borrowed[at] = ""
    own = [*row.cells, *[""] * (len(borrowed) - len(row.cells))]
    borrowed += [""] * (len(own) - len(borrowed))
    merged = [mine or theirs for mine, theirs in zip(own, borrowed, strict=True)]
    siblings = row.parent.parts
    is_carrier = row is siblings[0 if layout.profile.order == "newest_first" else -1]
    for at in layout.columns.get("balance", []) if is_carrier else []:
        # The balance of a batch stands after all of its parts.
        merged[at] = row.parent.cells[at] if at < len(row.parent.cells) else ""
    return merged


def _texts(
    rows: Sequence[Row], cells: list[list[str]], layout: Layout, around: Surroundings
) -> pl.DataFrame:
    """Lay the text of every field out as columns; dates are read here, by their distinct texts."""
    profile = layout.profile
    columns: dict[str, list[str]] = {
        field: _column(field, cells, layout)
        for field in (*_MONEY, *_FIRST_FILLED, "currency", "flag", "booking_date", "value_date")
    }
    accounts = _column("account", cells, layout)
    columns["account"] = [account or profile.account or "" for account in accounts]
    columns["remittance"] = [
        _joined([*layout.texts("remittance", texts), *row.remarks])
        for row, texts in zip(rows, cells, strict=True)
    ]
    columns["transaction_text"] = (
        [_joined(layout.texts("transaction_text", row)) for row in cells]
        if "transaction_text" in layout.columns
        else [""] * len(cells)
    )
    used = {at for places in layout.columns.values() for at in places}
    columns["extras"] = [_extras(row, layout.header, used) for row in cells]
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    fixed = profile.currency or (None if "currency" in layout.columns else around.currency)
    currencies = _currencies(set(columns["currency"]), profile.currency_names, fixed)
    dates = _dates(set(columns["booking_date"]), profile.date_format)
    value_dates = _dates(
        set(columns["value_date"]), profile.value_date_format or profile.date_format
    )
    return frame.with_columns(
        pl.Series("record", [row.record for row in rows], dtype=pl.Int64),
        pl.Series("line_number", [row.line for row in rows], dtype=pl.Int64),
        pl.col("account").str.replace_all(r"\s", ""),
        pl.col("payer_account").str.replace_all(r"\s", ""),
        currency_text=pl.col("currency"),
        currency=_mapped(pl.col("currency"), currencies, pl.String),
        booked=_mapped(pl.col("booking_date"), dates, pl.Date),
        valued=_mapped(pl.col("value_date"), value_dates, pl.Date),
    )


def _column(field: str, cells: list[list[str]], layout: Layout) -> list[str]:
    """Give the first filled cell of a field for every row."""
    if field not in layout.columns:
        return [""] * len(cells)
    if len(layout.columns[field]) > 1:
        return [layout.text(field, row) for row in cells]
    at = layout.columns[field][0]
    return [row[at] if at < len(row) else "" for row in cells]


def _mapped(
    column: pl.Expr, table: dict[str, str] | dict[str, dt.date], kind: type[pl.DataType]
) -> pl.Expr:
    if not table:
        return pl.lit(None, dtype=kind)
    return column.replace_strict(list(table), list(table.values()), default=None, return_dtype=kind)


def _currencies(texts: set[str], names: dict[str, str], fixed: str | None) -> dict[str, str]:
    table = {text: names.get(text, text.upper()) for text in texts if text}
    if fixed:
        table[""] = fixed
    return {text: code for text, code in table.items() if code in exponents()}


def _dates(texts: set[str], date_format: str) -> dict[str, dt.date]:
    return {text: day for text in texts if (day := parse_date(text, date_format))}


def _money(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Read the amounts and mark every cell that is wrong."""
    profile = layout.profile
    style = Style(profile.decimal_mark, profile.thousands_mark)
    held = style
    if profile.balance_decimal_mark:
        held = Style(profile.balance_decimal_mark, profile.balance_thousands_mark)
    decimals = exponent_expr(pl.col("currency"))
    used = [name for name in _MONEY if name in layout.columns]
    units = {f"{name}_units": pl.lit(None, dtype=pl.Int64) for name in _MONEY} | {
        f"{name}_units": parse_minor_expr(pl.col(f"{name}_plain"), decimals) for name in used
    }
    worded = [name for name in used if frame.get_column(name).str.contains(r"[^0-9.,' +()-]").any()]
    plain = [_plain(frame.get_column(name), held if name == "balance" else style) for name in used]
    frame = frame.with_columns(plain).with_columns(**units)
    wrong = {
        f"wrong_{name}": _is_filled(name) & pl.col(f"{name}_units").is_null() for name in _MONEY
    }
    glued = pl.any_horizontal(
        pl.lit(value=False),
        *(other_currency_expr(pl.col(name), pl.col("currency")) for name in worded),
    )
    flags = [*profile.debit_flags, *profile.credit_flags]
    has_flag = "flag" in layout.columns
    return frame.with_columns(
        **wrong,
        wrong_currency=pl.col("currency").is_null(),
        wrong_glued=glued,
        wrong_flag=~pl.col("flag").is_in(flags) if has_flag else pl.lit(value=False),
        wrong_booking_date=pl.col("booked").is_null(),
        wrong_value_date=_is_filled("value_date") & pl.col("valued").is_null(),
    ).with_columns(amount_read=_movement(layout))


def _plain(texts: pl.Series, style: Style) -> pl.Series:
    """Write the amounts of a column plainly, for our own checked parsing."""
    return plain_texts(texts, style).alias(f"{texts.name}_plain")


def _is_filled(name: str) -> pl.Expr:
    return pl.col(name) != ""


def _movement(layout: Layout) -> pl.Expr:
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
    if profile.fee != "included":
        fee = pl.col("fee_units").fill_null(0)
        moved = moved + fee if profile.fee == "add" else moved - fee
    is_part = _is_filled("detail_amount") & ~pl.any_horizontal(
        _is_filled(name) for name in ("amount", "debit", "credit")
    )
    return pl.when(is_part).then(pl.col("detail_amount_units")).otherwise(moved)


def _refusal(wrong: dict[str, object], layout: Layout) -> Refusal:
    order = ("booking_date", "value_date", "currency", "glued", "flag", *_MONEY)
    field = next(name for name in order if wrong[f"wrong_{name}"])
    code, rule = _CAUSES.get(field, ("wrong-amount", "is no amount of this layout and currency"))
    shown = {"currency": "currency_text", "glued": "amount"}.get(field, field)
    text = str(wrong[shown])
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


def _joined(texts: list[str]) -> str:
    """Join text columns: wraps and runs of blanks become one blank, a text said twice stands once."""
    parts = [" ".join(text.split()) for text in texts]
    return " ".join(dict.fromkeys(part for part in parts if part))


def _extras(row: list[str], header: list[str], used: set[int]) -> str:
    left: dict[str, str] = {}
    for at, cell in enumerate(row):
        if cell and at not in used:
            name = column_name(header, at)
            left[name if name not in left else f"#{at + 1}"] = cell
    return msgspec.json.encode(left).decode() if left else ""
