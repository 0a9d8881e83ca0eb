"""Judge rows with more filled cells than the table has columns: two rows run into one, a cell split in two, or text that a bank appends.

In: the cells of a row, the layout and the width of the table. Out: a verdict; banks do write wider rows, so that width alone is no fault.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from recon_csv.amounts import looks_like_amount
from recon_csv.dates import looks_like_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_csv.layout import Layout
    from recon_csv.table import Table

_DAY_LENGTHS: Final = range(6, 20)
_AMOUNTS: Final = ("amount", "debit", "credit")


def row_width(table: Table, layout: Layout) -> int:
    """Give the count of columns: those of the header, without one those of most rows."""
    if layout.header:
        return len(layout.header)
    counts = Counter(map(len, table.head[layout.first_row :]))
    return max(counts, key=lambda width: (counts[width], width), default=table.cells.width)


def is_joined(cells: Sequence[str], layout: Layout, width: int) -> bool:
    """Say whether another row begins in the last cell of this one, or behind it: an amount stands where that row has its amount."""
    if not any(cells[width:]):
        return False
    return any(_is_row(cells[start:], layout) for start in (width - 1, width))


def _is_row(cells: Sequence[str], layout: Layout) -> bool:
    amounts = [text for field in _AMOUNTS for text in layout.texts(field, cells)]
    day = layout.text("booking_date", cells)
    # A day in the first cell has run into the text before it.
    has_day = any(looks_like_date(day[-length:]) for length in _DAY_LENGTHS)
    return has_day and any(map(looks_like_amount, amounts))


def where_split(cells: Sequence[str], layout: Layout) -> int | None:
    """Give the column where a row that is wider than its header may have been split, None if nothing hints at it.

    Banks do append unnamed text; but an amount of which one half stands in the next cell must never be read.
    """
    if not layout.header or not any(cells[len(layout.header) :]):
        return None
    numbers = [at for name in (*_AMOUNTS, "balance", "fee") for at in layout.columns.get(name, [])]
    after = [at + 1 for at in numbers if at + 1 not in numbers]
    suspects = [*after, *range(len(layout.header), len(cells))]
    return next(
        (at for at in suspects if at < len(cells) and re.fullmatch("[0-9]{1,3}", cells[at])), None
    )
