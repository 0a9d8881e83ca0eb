"""Take off a cell what is not its text: blanks around it, and the guards that keep spreadsheets from reading text as a number.

In: cells, one by one or as a frame of columns. Out: their text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

_AROUND: Final = " \t\r\n\u00a0\ufeff"
_FORMULA_GUARD: Final = r'=?"*=?"*([^"]*)"*'
_GUARDS: Final = frozenset("='\"")
_TEXT_GUARD: Final = "'(?:[A-Z]{3} )?[0-9]"
_BLANK: Final = ord(" ")
_BLOCK: Final = 256 * 1024
# Whether a cell begins or ends with a character.
_ENDS: Final = {
    char: (pl.all().str.starts_with(char), pl.all().str.ends_with(char))
    for char in (*_AROUND, *_GUARDS)
}


def clean(cell: str) -> str:
    """Clean one cell.

    >>> clean('="00123"'), clean("'12-34-56"), clean(" a "), clean("=SUM"), clean("'n Haus")
    ('00123', '12-34-56', 'a', 'SUM', "'n Haus")
    """
    cell = cell.strip(_AROUND)
    if cell[:1] not in _GUARDS:
        return cell
    if not cell.startswith("'"):
        found = re.fullmatch(_FORMULA_GUARD, cell)
        return found[1].strip(_AROUND) if found else cell
    if re.match(_TEXT_GUARD, cell):
        return cell[1:].removesuffix("'")
    return cell


def cleaned(cells: pl.DataFrame, occurring: Container[str]) -> pl.DataFrame:
    """Do `clean` for every cell of a frame of text columns; an absent cell becomes an empty one.

    Args:
        cells: text columns.
        occurring: the text or the characters that its cells can begin or end with; the others are not looked for.
    """
    # A look at both ends of each cell is many times cheaper than work on it, and most columns need none.
    if any(column.null_count() for column in cells.iter_columns()):
        cells = cells.fill_null("")
    around = [char for char in _AROUND if char in occurring]
    guards = [char for char in "='\"" if char in occurring]
    padded = _where(cells, [end for char in around for end in _ENDS[char]])
    if padded:
        cells = cells.with_columns(pl.col(name).str.strip_chars(_AROUND) for name in padded)
    guarded = _where(cells, [_ENDS[char][0] for char in guards])
    if guarded:
        cells = cells.with_columns(_unguarded(pl.col(name)).alias(name) for name in guarded)
    return cells


def occurring_in(data: bytes, delimiter: str, quote: str) -> frozenset[str]:
    """Give the characters that `cleaned` looks for and that cells of this UTF-8 text can begin or end with."""
    within = quote and quote.encode() in data
    # Delimiters and line ends are in a cell only between quotes.
    never = frozenset() if within else frozenset((delimiter, "\r", "\n"))
    wanted = [(char, char.encode()) for char in _AROUND + "='\"" if char not in never]
    # One byte is looked for much faster than several, and most files lack the first already.
    found = frozenset(char for char, text in wanted if text[:1] in data and text in data)
    is_plain = not within and " " in found and "\t" not in found and len(delimiter) == 1
    return found - {" "} if is_plain and not _has_blank_at_end(data, delimiter) else found


def _has_blank_at_end(data: bytes, delimiter: str) -> bool:
    """Say whether a blank stands beside a delimiter or a line end, or at an end of the text."""
    text = np.frombuffer(data, dtype=np.uint8)
    if _BLANK in (text[0], text[-1]):
        return True
    for at in range(0, len(text), _BLOCK):
        block = text[at : at + _BLOCK + 1]
        is_blank = block == _BLANK
        is_end = (block == ord(delimiter)) | (block < _BLANK)
        if (is_blank[1:] & is_end[:-1]).any() or (is_end[1:] & is_blank[:-1]).any():
            return True
    return False


def _where(cells: pl.DataFrame, signs: Sequence[pl.Expr]) -> list[str]:
    """Give the columns of which some cell has one of the signs."""
    found = [cells.select(sign.any()) for sign in signs]
    return [name for name in cells.columns if any(has.item(0, name) for has in found)]


def _unguarded(text: pl.Expr) -> pl.Expr:
    inner = text.str.extract(f"^{_FORMULA_GUARD}$", 1).str.strip_chars(_AROUND)
    behind = text.str.slice(1).str.strip_suffix("'")
    return (
        pl.when(text.str.starts_with("=") | text.str.starts_with('"'))
        .then(inner.fill_null(text))
        .when(text.str.contains(f"^{_TEXT_GUARD}"))
        .then(behind)
        .otherwise(text)
    )
