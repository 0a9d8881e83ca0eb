"""What is to be said of a chunk beside its frames: rejected entries, and remarks that are counted over the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from recon.api import Rejects, completed
from recon_mt940.entry import FAULTS
from recon_mt940.tolerant import LIBRARY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon_mt940.scan import Fields
    from recon_mt940.tokens import Numbers

# What was found, how often, and where first: counted over the whole file.
Remark: TypeAlias = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Before:
    """What stands in the file before a chunk, and whether anything stands behind it."""

    lines: int
    records: int
    statements: int
    is_last: bool


def rejects_of(lines: pl.DataFrame, name: str) -> pl.DataFrame:
    """Give a reject for each entry with a fault."""
    rows: list[dict[str, object]] = []
    if lines["fault"].null_count() == lines.height:
        return completed(rows, Rejects)
    for row in lines.filter(pl.col("fault").is_not_null()).iter_rows(named=True):
        part, reason, hint = FAULTS[row["fault"]]
        rows.append(
            {
                "file": name,
                "record": row["record"],
                "line_number": row["line_number"],
                "field": part,
                "code": row["fault"],
                "reason": reason.format_map(row),
                "excerpt": f":61:{row['text']}".split("\n")[0][:120],
                "hint": hint,
            }
        )
    return completed(rows, Rejects)


def text_remarks(fields: Fields, lines_before: int) -> Iterator[Remark]:
    """Remark on text outside of fields, and on text that looks like a field."""
    for what, lines in fields.findings:
        yield text_remark(fields, what, lines, lines_before)


def text_remark(fields: Fields, what: str, lines: Numbers, lines_before: int) -> Remark:
    """Remark on some lines, of which there is one at least; `lines_before` stand before the text in its file."""
    first = int(lines[0])
    text = fields.lines.text(fields.text, first)[:60]
    return f"lines {what}", len(lines), f"on line {lines_before + first + 1}: {text!r}"


def told(remark: Remark) -> str:
    """Write a remark of a whole file."""
    what, count, first = remark
    return f"{what}: {count}, the first {first}"


def remarks_of(
    good: pl.DataFrame, headings: pl.DataFrame, fields: Fields, spoken: list[int], before: Before
) -> Iterator[Remark]:
    """Remark on dates, balances and currencies that are not as the standard wants them, and on who spoke."""
    if good["value_date"].null_count():
        clamped = good.filter(pl.col("value_date").is_null())
        row = clamped.row(0, named=True)
        what = "entries have a value date that is no day of the calendar; their entry date stands"
        yield what, clamped.height, f"on line {row['line_number']}: {row['value']!r}"
    is_known = headings["is_known"]
    final = is_known & ~headings["is_interim"]
    for what, found in (
        ("statements have no opening balance", final & headings["opening_balance"].is_null()),
        (
            "statements have no closing balance: nothing proves them whole",
            final & headings["closing_balance"].is_null(),
        ),
        ("statements are in no currency of ISO 4217", ~is_known),
    ):
        if found.any():
            first = _line_of(fields, int(found.arg_true()[0]), before)
            yield what, int(found.sum()), first
    if spoken:
        what = f"statements were read by the library {LIBRARY}, which their balances prove right"
        yield what, len(spoken), _line_of(fields, spoken[0], before)


def _line_of(fields: Fields, message: int, before: Before) -> str:
    first = int((fields.message == message).argmax())
    return f"on line {before.lines + int(fields.line[first]) + 1}"
