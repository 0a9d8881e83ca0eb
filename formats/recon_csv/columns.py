"""Find the header row and say what each column is, by its name and by what it holds.

In: rows of text. Out: the header's place and, per role, its columns in order of preference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from recon.api import exponents
from recon_csv.amounts import looks_like_amount
from recon_csv.dates import looks_like_date
from recon_csv.fields import column_at
from recon_csv.phrases import CREDIT_FLAGS, DEBIT_FLAGS, NOT_A_STATEMENT
from recon_csv.preamble import balance_label
from recon_csv.words import BARE_REFERENCES, PURPOSE_WORDS, plain_words, roles_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

HEADER_WITHIN: Final = 60
_DATES: Final = frozenset({"booking_date", "transaction_date", "value_date"})
_AMOUNTS: Final = frozenset({"amount", "net", "gross", "total"})
_NUMBERS: Final = _AMOUNTS | {"debit", "credit", "balance", "fee", "detail_amount"}
# One side of a debit/credit pair may well be empty in a short export.
_MAY_BE_EMPTY: Final = frozenset({"debit", "credit", "detail_amount"})
# A name alone shows no bank statement: beside date and amount one more column must be known.
_LEAST_KNOWN: Final = 3
_SAMPLE: Final = 300


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns of each role, best first."""

    header: list[str]
    by_role: dict[str, list[int]] = field(default_factory=dict)

    def first(self, role: str) -> int | None:
        """Give the best column of a role."""
        return next(iter(self.by_role.get(role, [])), None)

    def all(self, role: str) -> list[int]:
        """Give all columns of a role in order of preference."""
        return self.by_role.get(role, [])

    def name(self, index: int) -> str:
        """Give the selector of a column for a profile: its name, or `#3` where the name is empty or stands twice."""
        name = self.header[index].strip()
        is_single = sum(cell.strip() == name for cell in self.header) == 1
        return name if name and is_single and not name.startswith("#") else f"#{index + 1}"


def is_header(row: Sequence[str]) -> bool:
    """Say whether a row names a date, an amount (or debit and credit) and one more column of a bank statement."""
    filled = [cell for cell in row if cell.strip()]
    if len(filled) < _LEAST_KNOWN or any(
        looks_like_date(cell) or (looks_like_amount(cell) and not has_letter(cell))
        for cell in filled
    ):
        return False
    found = [{role for role, _ in roles_of(cell)} for cell in filled]
    roles = set().union(*found)
    has_amount = bool(roles & _AMOUNTS) or {"debit", "credit"} <= roles
    return bool(roles & _DATES) and has_amount and sum(map(bool, found)) >= _LEAST_KNOWN


def has_letter(text: str) -> bool:
    """Say whether a cell such as `VWZ1` may be a name although a currency and a number look the same."""
    return any(char.isalpha() for char in text)


def is_foreign_table(row: Sequence[str]) -> bool:
    """Say whether the header is one of open items or of our own output.

    The due date of a direct debit does stand on statements, but then beside a value date and the payer's bank.
    """
    if not any(plain_words(cell) in NOT_A_STATEMENT for cell in row):
        return False
    roles = {role for cell in row for role, _ in roles_of(cell)}
    return not {"value_date", "payer_bank", "transaction_text"} <= roles


def known_columns(row: Sequence[str]) -> int:
    """Count the columns whose name is known."""
    return sum(bool(roles_of(cell)) for cell in row if cell.strip())


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Give the place of the row that names most known columns, the first of equals."""
    places = [place for place, row in enumerate(rows[:HEADER_WITHIN]) if is_header(row)]
    return max(places, key=lambda place: (known_columns(rows[place]), -place), default=None)


def assign_roles(header: list[str], body: pl.DataFrame, currency_names: Mapping[str, str]) -> Roles:
    """Give each column the first role of its name that its cells bear out."""
    ranked: dict[str, list[tuple[int, int]]] = {}
    # A sample over the whole table is enough to know what a column is; its style is found in all of its cells.
    sample = body.gather_every(max(1, body.height // _SAMPLE)).rows()
    # Notes below the table fill one cell; balances inside it are no amounts of their column.
    table = [row for row in sample if len(row) > row.count("") + 1 and not balance_label(row)]
    amounts: list[int] = []
    for index, name in enumerate(header):
        cells = [row[index] for row in table if index < len(row) and row[index]]
        if not name and index - 1 in amounts and _are_flags(cells, index, table):
            ranked.setdefault("flag", []).append((0, index))
        # A column that is filled here and there only may have no cell in the sample.
        is_unseen = (
            not cells and body.height > _SAMPLE and bool((column_at(body, index) != "").any())
        )
        for role, place in roles_of(name):
            if _bears_out(role, cells, currency_names, is_empty=not table or is_unseen):
                ranked.setdefault(role, []).append((place, index))
                amounts += [index] if role in _AMOUNTS else []
                break
    by_role = {role: [index for _, index in sorted(found)] for role, found in ranked.items()}
    _part_reference(header, by_role)
    # Text columns are joined as the bank placed them, not by preference.
    for role in ("remittance", "transaction_text"):
        if role in by_role:
            by_role[role].sort()
    return Roles(header, by_role)


def _part_reference(header: list[str], by_role: dict[str, list[int]]) -> None:
    """Make a bare "reference" the bank's own where the payer's words have a column and the bank's reference has none."""
    texts = by_role.get("remittance", [])
    bare = [at for at in texts if plain_words(header[at]) in BARE_REFERENCES]
    has_purpose = any(plain_words(header[at]) in PURPOSE_WORDS for at in texts)
    if len(bare) == 1 and has_purpose and "bank_reference" not in by_role:
        by_role["remittance"] = [at for at in texts if at not in bare]
        by_role["bank_reference"] = bare


def _are_flags(cells: list[str], index: int, table: Sequence[Sequence[str]]) -> bool:
    """Say whether a column without a name flags every amount left of it: so cooperative banks write S and H."""
    amounts = [row for row in table if len(row) >= index and row[index - 1]]
    return _are_flag_words(cells) and len(cells) == len(amounts)


def _are_flag_words(cells: list[str]) -> bool:
    flags = {plain_words(cell) for cell in set(cells)}
    return bool(flags) and flags <= DEBIT_FLAGS | CREDIT_FLAGS


def _bears_out(
    role: str, cells: list[str], currency_names: Mapping[str, str], *, is_empty: bool
) -> bool:
    if is_empty:
        return True
    if role in _DATES:
        # A day's export may be one booking and one row of its balance.
        return bool(cells) and sum(map(looks_like_date, cells)) * 2 >= len(cells)
    if role in _NUMBERS:
        is_number = _mostly(sum(map(looks_like_amount, cells)), cells)
        return is_number if cells else role in _MAY_BE_EMPTY
    if role == "currency":
        return _mostly(sum(_may_be_currency(cell, currency_names) for cell in cells), cells)
    if role == "flag":
        return _are_flag_words(cells)
    return bool(cells)


def _mostly(count: int, cells: list[str]) -> bool:
    """More than half: totals and notes below a table must not hide what its columns are."""
    return bool(cells) and count * 2 > len(cells)


def _may_be_currency(text: str, currency_names: Mapping[str, str]) -> bool:
    is_word = text.isalpha() and len(text) == 3
    return is_word or text in currency_names or text.upper() in exponents() or not text.isascii()
