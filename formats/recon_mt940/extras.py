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
    # Whether a value stands before: a column where that is so of some rows only, else known of all.
    has_any: pl.Expr | bool = False
    for name in sorted(named):
        value = pl.lit(named[name])
        for plain, escaped in escapes:
            value = value.str.replace_all(plain, escaped, literal=True)
        pieces += [_opening(name, has_any, named[name]), value]
        is_given = pl.lit(named[name]).is_not_null() if named[name].null_count() else True
        if has_any is False or is_given is True:
            has_any = is_given
        elif has_any is not True:
            has_any = has_any | is_given
    if has_any is False:
        return pl.lit(None, dtype=pl.String)
    written = pl.concat_str(*pieces, pl.lit('"}'), ignore_nulls=True)
    return written if has_any is True else pl.when(has_any).then(written)


def _opening(name: str, has_any: pl.Expr | bool, values: pl.Series) -> pl.Expr:
    """Write what stands before a value, which closes the one before it; null, which writes nothing, where there is none."""
    first, further = pl.lit(f'{{"{name}": "'), pl.lit(f'", "{name}": "')
    if has_any is False:
        opened = first
    elif has_any is True:
        opened = further
    else:
        opened = pl.when(has_any).then(further).otherwise(first)
    return pl.when(pl.lit(values).is_not_null()).then(opened) if values.null_count() else opened
