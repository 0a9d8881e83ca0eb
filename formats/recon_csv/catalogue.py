"""The catalogue: the layouts of real banks' exports, shipped as data, and which of them a file has.

In: the text of an export. Out: the one layout whose header words (or, in exports without a header, whose shape of rows) the file has.
A layout is true of the bank and not of one file: what its exports leave open is settled by the columns in `recon_csv.settle`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import compress
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from recon.api import MalformedFile, Place
from recon_csv.profile import Columns  # noqa: TC001 - msgspec reads it when a layout is loaded
from recon_csv.words import plain_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_HEADER_WITHIN: Final = 60
_LOST: Final = "\ufffd"
ANY_NAME: Final = "*"


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The header of an export in one language of the bank: its column names from the left."""

    language: str
    names: list[str]


class BankLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One layout of one bank.

    `columns` maps our field to a name of the first header, or `#3` for the third column; the other headers name the same columns in
    other languages; a name `*` stands for any. `has_more_columns` says that further columns may follow those that are named, and
    `conditions` gives patterns that all filled cells of a column fit. An export without a header is known by `shape`, a pattern for
    each cell that all of its rows fit, and by `marks`, one of which must stand in some row: words that only this bank writes. Records
    above such rows are known by `preamble_mark`, a pattern that a cell of each of them fits. What the bank leaves to the user's settings (`date_order`, `decimal_mark`) is null: the file must tell.
    """

    bank: str
    country: str
    export: str
    columns: Columns
    headers: list[Header] = []
    has_more_columns: bool = False
    conditions: dict[str, str] = {}
    shape: list[str] = []
    marks: list[str] = []
    preamble_records: int = 0
    preamble_mark: str = ""
    date_order: Literal["day_first", "month_first", "year_first"] | None = None
    decimal_mark: Literal[".", ","] | None = None
    amount_sign: Literal["credit_positive", "debit_positive"] = "credit_positive"
    debit_sign: Literal["positive", "negative", "either"] | None = None
    debit_flags: list[str] = []
    credit_flags: list[str] = []
    flag_pattern: str = ""
    fee: Literal["included", "subtract", "add"] = "included"
    unbooked_statuses: list[str] = []
    order: Literal["newest_first", "oldest_first", "unknown"] = "unknown"
    balance_rows: Literal["all", "some"] = "all"
    currency: str | None = None

    def place(self, name: str) -> int:
        """Give the column (from 0) of a name of the first header or of `#3`."""
        if name.startswith("#") and name[1:].isdigit():
            return int(name[1:]) - 1
        return self.headers[0].names.index(name)

    def places(self) -> dict[str, list[int]]:
        """Give the columns (from 0) of every field."""
        return {
            field: [self.place(name) for name in ([named] if isinstance(named, str) else named)]
            for field, named in self.columns.items()
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """A layout found in a file: the delimiter that shows it, and its header as the file has it, empty where it has none."""

    name: str
    layout: BankLayout
    delimiter: str
    header: list[str]

    def first_row(self, head: Sequence[Sequence[str]]) -> int:
        """Give the row (from 0) below the header; `head` are the first records of the table."""
        if not self.header:
            return self.layout.preamble_records
        found = (at for at, row in enumerate(head) if list(row) == self.header)
        # Without the header in the table, laying the profile over it says so.
        return next(found, -1) + 1


@cache
def bank_layouts() -> Mapping[str, BankLayout]:
    """Load the shipped layouts by name; the name is that of the file."""
    folder = files("recon_csv").joinpath("banks")
    return {
        entry.name.removesuffix(".toml"): msgspec.convert(
            tomllib.loads(entry.read_text(encoding="utf-8")), BankLayout
        )
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


def find_claim(heads: Mapping[str, Sequence[Sequence[str]]], file: str) -> Claim | None:
    """Find the layout of an export.

    Args:
        heads: its first records by delimiter.
        file: its name, for the error's place.

    Raises:
        MalformedFile: two shipped layouts claim the file.
    """
    claims = [claim for mark, rows in heads.items() for claim in _by_header(rows, mark)]
    if not claims:
        claims = [claim for mark, rows in heads.items() for claim in _by_shape(rows, mark)]
    names = sorted({claim.name for claim in claims})
    if len(names) > 1:
        raise MalformedFile(
            f"the shipped profiles {' and '.join(names)} both fit this file",
            place=Place(file),
            hint="declare the layout as a profile under [formats.csv.profiles.NAME]; it goes before the shipped ones",
        )
    return claims[0] if claims else None


def fingerprint(names: Sequence[str]) -> tuple[str, ...]:
    """Reduce a header to plain words; empty cells at its end say nothing.

    >>> fingerprint(["Datum", "Saldo (CHF)", "#", ""])
    ('datum', 'saldo', '#')
    """
    words = [plain_words(name) or name.strip() for name in names]
    while words and not words[-1]:
        words.pop()
    return tuple(words)


@cache
def names_by_header() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Index the layouts by the fingerprints of their headers."""
    table: dict[tuple[str, ...], set[str]] = {}
    for name, layout in bank_layouts().items():
        for header in layout.headers:
            table.setdefault(fingerprint(header.names), set()).add(name)
    return {words: tuple(sorted(names)) for words, names in table.items()}


@cache
def _open_headers() -> tuple[tuple[str, ...], ...]:
    """Give the fingerprints of the headers that have a name which may be any."""
    return tuple(words for words in names_by_header() if ANY_NAME in words)


def claimants(names: Sequence[str]) -> tuple[str, ...]:
    """Give the layouts that claim a header."""
    words = fingerprint(names)
    known = names_by_header()
    found = set(known.get(words, ()))
    is_damaged = any(_LOST in name for name in names)
    for other in known if is_damaged else _open_headers():
        if _is_alike(names, other):
            found.update(known[other])
    for length in range(len(words) - 1, 2, -1):
        layouts = known.get(words[:length], ())
        found |= {name for name in layouts if bank_layouts()[name].has_more_columns}
    return tuple(sorted(found))


def _is_alike(names: Sequence[str], words: tuple[str, ...]) -> bool:
    """Say whether a header is one with letters lost on its way (U+FFFD), or with names that are any."""
    cells = list(names)
    while cells and not cells[-1].strip():
        cells.pop()
    return len(cells) == len(words) and all(map(_is_same_name, cells, words))


def _is_same_name(cell: str, word: str) -> bool:
    if word == ANY_NAME or _LOST not in cell:
        return word == ANY_NAME or (plain_words(cell) or cell.strip()) == word
    pieces = [plain_words(piece) for piece in re.split(f"{_LOST}+", cell)]
    return re.fullmatch(".{1,3}".join(map(re.escape, pieces)), word) is not None


def _by_header(rows: Sequence[Sequence[str]], mark: str) -> Iterator[Claim]:
    for at, row in enumerate(rows[:_HEADER_WITHIN]):
        for name in claimants(row) if len(row) > 1 else ():
            layout = bank_layouts()[name]
            if _meets_conditions(rows[at + 1 :], layout):
                yield Claim(name, layout, mark, list(row))


def _meets_conditions(rows: Sequence[Sequence[str]], layout: BankLayout) -> bool:
    for name, pattern in layout.conditions.items():
        at = layout.place(name)
        cells = [row[at] for row in rows if at < len(row) and row[at]]
        if not cells or not all(re.fullmatch(pattern, cell) for cell in cells):
            return False
    return True


@cache
def _shapes() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    """Give the patterns of the cells of each layout that is known by its rows."""
    return {
        name: tuple(map(re.compile, layout.shape))
        for name, layout in bank_layouts().items()
        if layout.shape
    }


def _by_shape(rows: Sequence[Sequence[str]], mark: str) -> Iterator[Claim]:
    filled = [row for row in rows if any(row)]
    # Rows of words alone are no entries; banks put notes between and below these.
    is_entry = [any(map(str.isdigit, "".join(row))) for row in filled]
    for name, patterns in _shapes().items():
        layout = bank_layouts()[name]
        above, body = filled[: layout.preamble_records], filled[layout.preamble_records :]
        entries = list(compress(body, is_entry[layout.preamble_records :]))
        if (
            entries
            and all(_has_shape(row, patterns) for row in entries)
            and all(any(re.search(layout.preamble_mark, cell) for cell in row) for row in above)
            and _has_mark(body, layout.marks)
        ):
            yield Claim(name, layout, mark, [])


def _has_shape(row: Sequence[str], patterns: Sequence[re.Pattern[str]]) -> bool:
    cells = [*row, *[""] * len(patterns)][: len(patterns)]
    return not any(row[len(patterns) :]) and all(map(re.Pattern.fullmatch, patterns, cells))


def _has_mark(rows: Sequence[Sequence[str]], marks: Sequence[str]) -> bool:
    if not marks:
        return True
    mark = re.compile("|".join(marks))
    return any(mark.search(cell) for row in rows for cell in row)
