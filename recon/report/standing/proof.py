"""The four-column proof of cash: opening + receipts - disbursements = closing, per bank and per books, corrected.

In: what the bank says, what the books say, and adjustments of either, in minor units of one currency. Out: the proof,
whose every row adds across and every column adds down. Knows nothing of lines or entries.

Source: D. E. Kieso, J. J. Weygandt, T. D. Warfield, "Intermediate Accounting", appendix on the proof of cash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from recon.errors import IdentityBroken

if TYPE_CHECKING:
    from collections.abc import Sequence

Side = Literal["bank", "books"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row in minor units: what stands, or by how much it has to be corrected.

    Raises:
        IdentityBroken: opening + receipts - disbursements is not the closing.
    """

    label: str
    opening: int
    receipts: int
    disbursements: int
    closing: int

    def __post_init__(self) -> None:
        """Refuse a row that does not add across."""
        across = self.opening + self.receipts - self.disbursements
        if across != self.closing:
            raise IdentityBroken(
                f"proof of cash, {self.label}: {self.opening} + {self.receipts} - {self.disbursements} "
                f"= {across} minor units, not {self.closing}"
            )

    @property
    def amounts(self) -> tuple[int, int, int, int]:
        """The four columns."""
        return self.opening, self.receipts, self.disbursements, self.closing


@dataclass(frozen=True, slots=True)
class Proof:
    """Both sides with their adjustments; `difference` is zero in all four columns if the cash is proven."""

    bank: Row
    bank_adjustments: tuple[Row, ...]
    books: Row
    books_adjustments: tuple[Row, ...]

    @property
    def correct_bank(self) -> Row:
        """What the bank would say if it were right and up to date."""
        return added("Correct balance per bank", (self.bank, *self.bank_adjustments))

    @property
    def correct_books(self) -> Row:
        """What the books would say if they were right and up to date."""
        return added("Correct balance per books", (self.books, *self.books_adjustments))

    @property
    def difference(self) -> Row:
        """Bank less books, both corrected."""
        columns = zip(self.correct_bank.amounts, self.correct_books.amounts, strict=True)
        return Row("Difference", *(bank - books for bank, books in columns))

    @property
    def is_proven(self) -> bool:
        """Whether both corrected rows are equal in every column."""
        return not any(self.difference.amounts)

    @property
    def rows(self) -> tuple[tuple[Side | Literal[""], Row], ...]:
        """All rows, top to bottom, each with its side."""
        bank = (self.bank, *self.bank_adjustments, self.correct_bank)
        books = (self.books, *self.books_adjustments, self.correct_books)
        return (
            *(("bank", row) for row in bank),
            *(("books", row) for row in books),
            ("", self.difference),
        )


def added(label: str, rows: Sequence[Row]) -> Row:
    """Add rows down, column by column."""
    columns = zip(*(row.amounts for row in rows), strict=True)
    return Row(label, *(sum(column) for column in columns))


def carried_over(label: str, before: int, now: int, *, is_receipt: bool) -> Row:
    """Adjust for what one side had not recorded at the start, and for what it has not at the end.

    What was missing at the start was recorded in the period, or is still missing: so the column of the movement gives
    back the one and takes up the other.

    Args:
        label: names the row.
        before: missing at the start, minor units, positive as it raises the balance.
        now: missing at the end.
        is_receipt: the movement stands under receipts; else under disbursements, with the other sign.
    """
    moved = now - before
    if is_receipt:
        return Row(label, before, moved, 0, now)
    return Row(label, before, 0, -moved, now)
