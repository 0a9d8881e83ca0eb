"""The CSV files of a run: UTF-8, line feeds, RFC 4180 quoting, amounts with the currency's decimals as plain text.

In: a RunView, or the lines alone. Out: frames of text, or bytes. Text that a spreadsheet would run as a formula gets a leading
apostrophe and control characters are spelled out; `raw=True` leaves both as they are.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.money import format_minor_expr
from recon.report import tables
from recon.report.text import disarmed, spelled_out

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.lines import Lines, ReadLines
    from recon.protocols import RunView

ENTRY_COLUMNS: Final = (
    "entry_key",
    "posting",
    "date",
    "account",
    "role",
    "debit",
    "credit",
    "currency",
    "item_number",
    "customer_id",
    "line_id",
    "description",
    "evidence",
)


def export_files(view: RunView, *, raw: bool = False) -> dict[str, bytes]:
    """Write all CSV files of a run: name to bytes.

    Raises:
        AmountError: an amount has a currency without known decimals.
    """
    batches = {} if view.batches is None else {"batches.csv": batches_table(view, raw=raw)}
    return {
        **{name: csv_bytes(table) for name, table in batches.items()},
        "allocations.csv": csv_bytes(allocations_table(view, raw=raw)),
        "entries.csv": csv_bytes(entries_table(view, raw=raw)),
        "lines.csv": csv_bytes(lines_table(view, raw=raw)),
        "unmatched.csv": csv_bytes(unmatched_table(view, raw=raw)),
    }


def csv_bytes(table: pl.DataFrame) -> bytes:
    """Write a frame as CSV; null is an empty field."""
    out = io.BytesIO()
    table.write_csv(out, line_terminator="\n", quote_style="necessary")
    return out.getvalue()


def read_table(lines: dy.DataFrame[Lines], *, raw: bool = False) -> pl.DataFrame:
    """Give the lines alone, before any of them has a fate: the columns of `recon read`."""
    rows = lines.select(tables.READ_COLUMNS).sort(tables.LINE_ORDER)
    return _line_text(rows, raw=raw)


def records_table(lines: dy.DataFrame[ReadLines], accounts: pl.DataFrame) -> pl.DataFrame:
    """Give the records of a file as they were read, in their order: all columns, behind the account of their statement.

    Args:
        lines: records of one file, or some of them.
        accounts: statement_index and account of its statements.
    """
    rows = accounts.join(lines, on="statement_index", how="right", maintain_order="right")
    rows = rows.select("account", *lines.columns)
    tables.check_currencies(rows["amount"], rows["currency"])
    amounts = {name: _amount(name) for name in ("amount", "charges")}
    original = {"original_amount": _amount("original_amount", "original_currency")}
    return _as_text(rows, amounts | original, raw=False)


def lines_table(view: RunView, *, raw: bool = False) -> pl.DataFrame:
    """Give one row a distinct bank line with its fate and reason."""
    return _line_text(tables.line_rows(view), raw=raw)


def allocations_table(view: RunView, *, raw: bool = False) -> pl.DataFrame:
    """Give one row an allocation, applied or suggested; `confidence` is that of the whole set."""
    rows = tables.allocation_rows(view)
    tables.check_currencies(rows["amount"], rows["currency"])
    tables.check_currencies(rows["item_amount"], rows["item_currency"])
    amounts = {"amount": _amount("amount"), "item_amount": _amount("item_amount", "item_currency")}
    names = [name.removesuffix("_ppm") for name in tables.ALLOCATION_COLUMNS]
    confidence = confidence_text(pl.col("confidence_ppm"))
    return _as_text(rows, amounts | {"confidence": confidence}, raw=raw).select(names)


def unmatched_table(view: RunView, *, raw: bool = False) -> pl.DataFrame:
    """Give one row a line that a person still has to look at, in booking order."""
    rows = tables.exception_rows(view).sort(
        "booking_date", "account", "amount", "line_id", descending=[False, False, True, False]
    )
    tables.check_currencies(rows["amount"], rows["currency"])
    names = [name.removesuffix("_ppm") for name in tables.EXCEPTION_COLUMNS]
    confidence = confidence_text(pl.col("best_confidence_ppm"))
    written = {"amount": _amount("amount"), "best_confidence": confidence}
    return _as_text(rows, written, raw=raw).select(names)


def entries_table(view: RunView, *, raw: bool = False) -> pl.DataFrame:
    """Give one row a posting: the amount stands under debit or under credit, without a sign."""
    rows = tables.entry_rows(view).with_columns(
        debit=pl.when(pl.col("amount") >= 0).then(pl.col("amount")),
        credit=pl.when(pl.col("amount") < 0).then(-pl.col("amount")),
    )
    tables.check_currencies(rows["amount"], rows["currency"])
    written = {"debit": _amount("debit"), "credit": _amount("credit")}
    return _as_text(rows, written, raw=raw).select(ENTRY_COLUMNS)


def batches_table(view: RunView, *, raw: bool = False) -> pl.DataFrame:
    """Give one row a part of a batch, as its report tells it, and what became of it."""
    rows = tables.batch_rows(view)
    tables.check_currencies(rows["net_amount"], rows["currency"])
    amounts = {name: _amount(name) for name in ("net_amount", "gross_amount", "fee")}
    return _as_text(rows, amounts, raw=raw)


def confidence_text(ppm: pl.Expr) -> pl.Expr:
    """Write parts per million as a probability with six decimals: 999987 is 0.999987."""
    whole, rest = ppm // 1_000_000, ppm % 1_000_000
    return pl.concat_str(
        whole.cast(pl.String), pl.lit("."), rest.cast(pl.String).str.pad_start(6, "0")
    )


def _line_text(rows: pl.DataFrame, *, raw: bool) -> pl.DataFrame:
    tables.check_currencies(rows["amount"], rows["currency"])
    return _as_text(rows, {"amount": _amount("amount")}, raw=raw)


def _amount(name: str, currency: str = "currency") -> pl.Expr:
    return format_minor_expr(pl.col(name), pl.col(currency))


def _as_text(rows: pl.DataFrame, written: dict[str, pl.Expr], *, raw: bool) -> pl.DataFrame:
    """Turn every column into text; `written` columns are our own text and need no guard."""
    text = [name for name, kind in rows.schema.items() if kind == pl.String and name not in written]
    rest = [name for name in rows.columns if name not in text and name not in written]
    safe = [pl.col(name) if raw else disarmed(spelled_out(pl.col(name))) for name in text]
    filled = tables.with_nothing_empty(rows.with_columns(**written), text)
    return filled.with_columns(*safe, pl.col(rest).cast(pl.String)).select(
        *rows.columns, *(name for name in written if name not in rows.columns)
    )
