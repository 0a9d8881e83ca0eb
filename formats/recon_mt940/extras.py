"""Write what has no column of its own as JSON. In: columns of text by name. Out: one column of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What JSON wants escaped; the gate lets no other control character through.
Escapes: TypeAlias = "Sequence[tuple[str, str]]"
_ESCAPES: Final = (("\\", "\\\\"), ('"', '\\"'), ("\t", "\\t"))


def escapes_of(data: bytes) -> Escapes:
    """Give the signs of a chunk that JSON wants escaped, each with its escape."""
    return [pair for pair in _ESCAPES if pair[0].encode("ascii") in data]


def json_objects(
    named: Mapping[str, pl.Series], escapes: Escapes, *, has_lines: bool = False
) -> pl.Expr:
    """Write columns of text as one JSON object a row, sorted by name; null where all are null.

    Args:
        named: the columns by name.
        escapes: what needs one in the texts from which they come.
        has_lines: whether a text can have several lines.
    """
    escapes = [*escapes, ("\n", "\\n")] if has_lines else escapes
    pieces: list[pl.Expr] = []
    has_any = pl.lit(value=False)
    for name in sorted(named):
        value = pl.lit(named[name])
        for plain, escaped in escapes:
            value = value.str.replace_all(plain, escaped, literal=True)
        is_given = pl.lit(named[name]).is_not_null()
        # What stands before a value closes the one before it; null pieces write nothing.
        opened = pl.when(is_given & has_any).then(pl.lit(f'", "{name}": "'))
        pieces += [opened.when(is_given).then(pl.lit(f'{{"{name}": "')), value]
        has_any = has_any | is_given
    if not named:
        return pl.lit(None, dtype=pl.String)
    return pl.when(has_any).then(pl.concat_str(*pieces, pl.lit('"}'), ignore_nulls=True))
