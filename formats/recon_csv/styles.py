"""Find how a column writes numbers. In: all of its cells. Out: every style that they allow; one means certain.

Marks are decided per column and never per cell: `1.234` alone is open, and only its column or the running balance can tell what it
means. A sample may propose a style, but every cell of the column is read by it or asked what it says itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon_csv.amounts import Style, digits_in, hundredths

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BEGINNING: Final = 500


def find_styles(
    texts: Sequence[str] | pl.Series, read: Callable[[Style], pl.Series] | None = None
) -> list[Style]:
    """Give every style that the whole column allows: one means certain, none means contradiction.

    Args:
        texts: the cells.
        read: gives the cells as `hundredths` reads them in a style, where that is known or will be needed again.

    >>> find_styles(["1.234,50", "7"]), find_styles(["1.234"])
    ([Style(decimal=',', thousands='.')], [Style(decimal='.', thousands=''), Style(decimal=',', thousands='.')])
    """
    column = pl.Series("text", texts, dtype=pl.String)
    if len(column) > _BEGINNING:
        column = _telling(column, read or (lambda style: hundredths(column, style)))
    return _of_shapes(shapes(column))


def _of_shapes(texts: Sequence[str]) -> list[Style]:
    decimals: set[str] = set()
    thousands: set[str] = set()
    is_open: set[str] = set()
    for text in texts:
        number = digits_in(text)
        if number:
            _weigh(number, decimals, thousands, is_open)
    if len(decimals) > 1 or decimals & thousands:
        return []
    if not decimals and is_open - thousands:
        mark = min(is_open - thousands)
        other = "," if mark == "." else "."
        return [Style(mark, ""), Style(other, mark)]
    decimal = min(decimals) if decimals else ("," if "." in thousands else ".")
    thousands |= is_open - {decimal}
    if len(thousands) > 1:
        return []
    return [Style(decimal, min(thousands, default=""))]


def _telling(texts: pl.Series, read: Callable[[Style], pl.Series]) -> pl.Series:
    """Leave out of a long column what only says again what its beginning says.

    Where that has shown the decimal mark, a number written with the same marks in the same roles tells nothing new.
    """
    head = texts.head(_BEGINNING)
    styles = _of_shapes(shapes(head))
    if len(styles) != 1 or not head.str.contains(styles[0].decimal, literal=True).any():
        return texts
    units = read(styles[0])
    return pl.concat([head, texts.filter(units.is_null())]) if units.null_count() else head


def shapes(texts: pl.Series) -> list[str]:
    """Give one text for all that have the same marks in the same places: a few of a column of thousands.

    Only a zero alone before its mark says more than any other digit.
    """
    text = pl.col("text")
    is_small = text.str.contains("(?:^|[^0-9])0[.,]")
    shape = pl.when(is_small).then(text).otherwise(text.str.replace_all("[0-9]", "1"))
    return texts.alias("text").to_frame().select(shape.unique().sort()).to_series().to_list()


def _weigh(number: str, decimals: set[str], thousands: set[str], is_open: set[str]) -> None:
    """Add what one number says about its column's marks."""
    marks = [char for char in number if char in ".,"]
    for group in "' ":
        if group in number:
            thousands.add(group)
    if not marks:
        return
    last = marks[-1]
    before, _, after = number.rpartition(last)
    if len(set(marks)) == 2:
        decimals.add(last)
        thousands.update(set(marks) - {last})
    elif len(marks) > 1:
        thousands.add(last)
    elif len(after) != 3 or len(before) > 3 or before in {"", "0"} or set(before) & set("' "):
        decimals.add(last)
    else:
        is_open.add(last)
