"""Make foreign text safe to show: in a spreadsheet, on a terminal, on a page.

In: text columns as banks and books wrote them. Out: the same text, with control characters spelled out and
formulas disarmed. Amounts and dates never pass through here.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

# C0 and C1 controls drive terminals; bidirectional overrides make a name read as another one.
# Tab, line feed and carriage return are text.
_CONTROLS: Final = tuple(
    chr(code)
    for code in (
        *(c for c in range(0x20) if c not in {0x09, 0x0A, 0x0D}),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    )
)
_CONTROL_CLASS: Final = "".join(f"\\x{{{ord(ch):x}}}" for ch in _CONTROLS)
_ESCAPES: Final = {ch: ch.encode("unicode_escape").decode() for ch in _CONTROLS}
_CONTROL_PATTERN: Final = re.compile("[" + "".join(map(re.escape, _CONTROLS)) + "]")

# What a spreadsheet may run: = + - @ first, in any width, also behind blanks, quotes or invisible characters.
# Source: OWASP ASVS 1.2.10, CWE-1236.
# The characters of other widths are meant, so no warning about look-alikes.
FORMULA_START: Final = r"^[\t\r\n]|^[\s\p{Cf}\"'`“”‘’«»]*[=+\-@＝＋－＠﹦﹢﹣﹫−]"  # noqa: RUF001


def spelled_out(text: pl.Expr) -> pl.Expr:
    r"""Show control and bidirectional characters as escapes (`\x1b`), so that no text drives a terminal."""
    risky = text.str.contains(f"[{_CONTROL_CLASS}]")
    return pl.when(risky).then(text.str.replace_many(_ESCAPES)).otherwise(text)


def spell_out(text: str) -> str:
    r"""Do `spelled_out` for one string.

    >>> spell_out("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return _CONTROL_PATTERN.sub(lambda found: _ESCAPES[found[0]], text)


def disarmed(text: pl.Expr) -> pl.Expr:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    `rearmed` takes exactly these apostrophes away again.
    """
    is_plain = ~text.str.contains(FORMULA_START)
    return pl.when(is_plain).then(text).otherwise(pl.concat_str(pl.lit("'"), text))


def rearmed(text: pl.Expr) -> pl.Expr:
    """Take away the apostrophe that `disarmed` put there; all other text stays as it is."""
    rest = text.str.slice(1)
    was_disarmed = text.str.starts_with("'") & rest.str.contains(FORMULA_START)
    return pl.when(was_disarmed).then(rest).otherwise(text)


def clipped(text: pl.Expr, limit: int, where: str) -> pl.Expr:
    """Cut text to `limit` characters and say that it was cut and where the whole text stands."""
    note = f"… (cut; whole text in {where})"
    cut = pl.concat_str(text.str.slice(0, limit), pl.lit(note))
    return pl.when(text.str.len_chars() <= limit).then(text).otherwise(cut)
