"""Propose a profile for an export, as TOML with a `?` at every value that a person must settle.

In: a guess with its open questions, a shipped layout, or the first records of a table that nobody knows. Out: text for the policy. A `?`
is no valid value, so that a proposal reads nothing before it is filled in.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from recon_csv.amounts import looks_like_amount
from recon_csv.dates import find_formats, looks_like_date
from recon_csv.dialect import DELIMITERS, split_head
from recon_csv.profile import FIELDS, Profile, snippet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_csv.catalogue import Claim

BLANK: Final = "?"
# The beginning of a question, the key it leaves open and what may stand there.
_OPEN_KEYS: Final = (
    ("which is the day", "date_format", '"%d/%m/%Y" or "%m/%d/%Y", with the marks of the file'),
    ("how the dates", "date_format", 'such as "%d.%m.%Y"'),
    ("which is the decimal mark", "decimal_mark", '"." or ","'),
    ("whether the fee", "fee", '"included", "subtract" or "add"'),
    ("which sign", "amount_sign", '"credit_positive" or "debit_positive"'),
    ("which amounts are money out", "amount_sign", '"credit_positive" or "debit_positive"'),
    ("what a negative debit", "debit_sign", '"positive", "negative" or "either"'),
    ("which rows are booked", "unbooked_statuses", "a list of the words of rows that are not"),
    ("the currency", "currency", 'a code such as "EUR"'),
)
_OPEN_COLUMNS: Final = (
    ("which column is the booking date", "booking_date"),
    ("which of two columns is the booking date", "booking_date"),
    ("which column is the amount", "amount"),
)
_SHOWN_ROWS: Final = 3
_SHOWN_LENGTH: Final = 40


def propose_guess(profile: Profile, questions: Sequence[str], name: str = "my_bank") -> str:
    """Write a guess as a profile; what is open is blank and says what may stand there."""
    title = "the file itself decides all of it" if not questions else "fill in every ?"
    columns = {field for start, field in _OPEN_COLUMNS if _asked(questions, start)}
    profile = msgspec.structs.replace(
        profile, columns={**profile.columns, **dict.fromkeys(sorted(columns), BLANK)}
    )
    head, _, tail = snippet(profile, name).partition(f"\n[formats.csv.profiles.{name}.columns]\n")
    rows = head.splitlines()
    for start, key, choices in _OPEN_KEYS:
        if _asked(questions, start):
            rows = [row for row in rows if not row.startswith(f"{key} = ")]
            rows.append(f'{key} = "{BLANK}"  # {choices}')
    return "\n".join(
        [
            f"# Proposed from the file; {title}.",
            *(f"# open: {question}" for question in questions),
            *rows,
            "",
            f"[formats.csv.profiles.{name}.columns]",
            tail,
        ]
    )


def propose_layout(claim: Claim, profile: Profile, questions: Sequence[str]) -> str:
    """Say that a shipped layout knows the file; below, what it leaves open, or a copy of it to change."""
    layout = claim.layout
    known = f"# {layout.bank} ({layout.country}), {layout.export}: the shipped profile {claim.name}"
    if not questions:
        copy = snippet(profile, claim.name)
        shown = "\n".join(f"# {row}" if row else "#" for row in copy.splitlines())
        return f"{known} reads it unaided.\n[formats.csv]\n# To read it otherwise, change this copy:\n{shown}"
    rows = [f"{known} reads it, once what it leaves open is settled.", "[formats.csv]"]
    for question in questions:
        rows.append(f"# open: {question}")
        if question.startswith("which is the day"):
            rows.append(f'date_order = "{BLANK}"  # "day_first" or "month_first"')
        elif question.startswith("the currency"):
            rows.append(f'currency = "{BLANK}"  # a code such as "EUR"')
    return "\n".join(rows)


def propose_columns(head: str, name: str = "my_bank") -> str | None:
    """Lay out the columns of a table that nobody knows, None if the text is no table.

    Args:
        head: the beginning of the text.
        name: what to call the profile.
    """
    tables = {mark: _regular_rows(split_head(head, mark)) for mark in DELIMITERS}
    mark = max(tables, key=lambda each: (len(tables[each]), len((tables[each] or [[]])[0])))
    rows = tables[mark]
    if len(rows) < 1 or len(rows[0]) < 2:
        return None
    header = rows[0] if not any(looks_like_date(cell) for cell in rows[0]) else []
    body = rows[1:] if header else rows
    dates = [cell for row in body for cell in row if looks_like_date(cell)]
    formats = find_formats(dates)
    form = formats[0] if len(formats) == 1 else BLANK
    table = f"[formats.csv.profiles.{name}]"
    text = [
        "# Nothing in this file says which column is what; fill in every ?, and name a column by its number or its name.",
        *(_column_note(at, header, body) for at in range(len(rows[0]))),
        table,
        *(
            [f"header = {json.dumps([cell for cell in header if cell], ensure_ascii=False)}"]
            if header
            else []
        ),
        f"delimiter = {json.dumps(mark)}",
        f'date_format = "{form}"  # such as "%d.%m.%Y"',
        f'decimal_mark = "{BLANK}"  # "." or ","',
        f'amount_sign = "{BLANK}"  # "credit_positive" or "debit_positive"',
        f'currency = "{BLANK}"  # a code such as "EUR"',
        "",
        f"[formats.csv.profiles.{name}.columns]",
        f"# fields: {', '.join(FIELDS)}",
        f'booking_date = "{BLANK}"',
        f'amount = "{BLANK}"  # or debit and credit',
        f'remittance = "{BLANK}"',
    ]
    return "\n".join(text)


def _asked(questions: Sequence[str], start: str) -> bool:
    return any(question.startswith(start) for question in questions)


def _regular_rows(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Give the rows of the commonest width, if they have an amount or a date at all."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return []
    width = widths.most_common(1)[0][0]
    regular = [list(row) for row in rows if len(row) == width]
    has_value = any(
        looks_like_date(cell) or looks_like_amount(cell) for row in regular for cell in row
    )
    return regular if has_value else []


def _column_note(at: int, header: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    cells = [row[at][:_SHOWN_LENGTH] for row in body if row[at]][:_SHOWN_ROWS]
    name = f" {json.dumps(header[at], ensure_ascii=False)}" if header and header[at] else ""
    return f"# #{at + 1}{name}: {json.dumps(cells, ensure_ascii=False)[1:-1] or 'empty'}"
