"""Tell a last row that was cut off from one that is whole. In: a last record without line end behind it, and the rows above. Out: a reason.

Many banks end no file with a line end, so that a missing one alone proves nothing: the row must also lack cells that all others have, or
end inside a number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_csv.layout import Layout
    from recon_csv.table import Table

_MONEY: Final = ("amount", "debit", "credit", "fee", "detail_amount", "balance")


def why_cut_off(table: Table, layout: Layout) -> str | None:
    """Say why the last record of a table is no whole row, None if it is one or nothing hints at it."""
    cells = table.tail
    if cells is None or table.is_ended or table.height <= layout.first_row:
        return None
    head = table.head[layout.first_row : table.height - 1]
    others = [row for row in head if layout.text("booking_date", row)]
    named = max((at + 1 for at, name in enumerate(layout.header) if name), default=0)
    least = min(map(len, others), default=named)
    if len(cells) < least:
        return f"the row has {len(cells)} cells, all others at least {least}, and no line end: the file is cut off"
    if _is_half_a_number(cells, others, layout):
        return "the file ends inside the row's last number, which is written shorter than all others, without a line end"
    return None


def _is_half_a_number(
    cells: Sequence[str], others: Sequence[Sequence[str]], layout: Layout
) -> bool:
    """Say whether the last cell is an amount or a balance that lacks decimals, or a sign behind them, which others have."""
    at = len(cells) - 1
    field = next((field for field in _MONEY if at in layout.columns.get(field, ())), None)
    if field is None or not cells[at]:
        return False
    mark = layout.profile.decimal_mark
    if field == "balance":
        mark = layout.profile.balance_decimal_mark or mark
    numbers = [row[at] for row in others if at < len(row) and row[at]]
    if not numbers:
        # Another column of amounts is written in the same way.
        numbers = [
            text for row in others for name in _MONEY[:3] for text in layout.texts(name, row)
        ]
    if cells[at].endswith(mark) or not numbers:
        return cells[at].endswith(mark)
    is_open = cells[at][-1].isdigit() and any(not number[-1].isdigit() for number in numbers)
    return is_open or _decimals(cells[at], mark) < min(_decimals(text, mark) for text in numbers)


def _decimals(number: str, mark: str) -> int:
    return len(re.sub("[^0-9]", "", number.partition(mark)[2]))
