"""Brazilian payment slips: the typed line and the bar code of one slip, and whether their check digits hold.

In: a Series of digits. Out: a Boolean Series, or the bar code behind a typed line. Of a bank's slip the bar code has
44 digits and the line 47; of a utility's or an authority's slip, which starts with 8, the line has 48.

Source: FEBRABAN, bar code and typed line of bank slips, and the layout of collection slips.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.normalise.structured.check_digits import luhn, modulo_11_to_9

if TYPE_CHECKING:
    from collections.abc import Callable

# Where the fields of a bank's line lie, the check digit last in each.
_BANK_FIELDS: Final = ((0, 10), (10, 11), (21, 11))
_COLLECTION_BLOCK: Final = 12
_COLLECTION_BLOCKS: Final = 4


def boleto(references: pl.Series) -> pl.Series:
    """Say whether all check digits of a slip hold: those of the bar code, and of each field of a typed line."""
    lengths = references.str.len_bytes()
    is_collection = references.str.starts_with("8")
    held = pl.Series(references.name, [False], dtype=pl.Boolean).new_from_index(0, len(references))
    for kind, rule in (
        ((lengths == 47) & ~is_collection, _bank_line),
        ((lengths == 44) & ~is_collection, _bank_bar_code),
        ((lengths == 48) & is_collection, _collection_line),
        ((lengths == 44) & is_collection, _collection_bar_code),
    ):
        if kind.any():
            held = held.scatter(kind.arg_true(), rule(references.filter(kind)))
    return held


def bar_code(lines: pl.Series) -> pl.Series:
    """Give the bar code of 44 digits behind typed lines of 47 or 48; null for any other text."""
    lengths = lines.str.len_bytes()
    codes = pl.Series(lines.name, [None], dtype=pl.String).new_from_index(0, len(lines))
    for length, moved in ((47, _bank_code_of), (48, _collection_code_of)):
        of_length = lengths == length
        if of_length.any():
            codes = codes.scatter(of_length.arg_true(), moved(lines.filter(of_length)))
    return codes


def _bank_line(lines: pl.Series) -> pl.Series:
    held = _bank_bar_code(_bank_code_of(lines))
    for start, length in _BANK_FIELDS:
        held &= luhn(lines.str.slice(start, length))
    return held


def _bank_bar_code(codes: pl.Series) -> pl.Series:
    """The fifth digit checks all others; 0, 10 and 11 are written 1."""
    moved = codes.str.slice(0, 4) + codes.str.slice(5) + codes.str.slice(4, 1)
    return modulo_11_to_9(moved, instead="1")


def _bank_code_of(lines: pl.Series) -> pl.Series:
    head = lines.str.slice(0, 4) + lines.str.slice(32)
    return head + lines.str.slice(4, 5) + lines.str.slice(10, 10) + lines.str.slice(21, 10)


def _collection_line(lines: pl.Series) -> pl.Series:
    held = _collection_bar_code(_collection_code_of(lines))
    is_modulo_10 = lines.str.contains(r"^..[67]")
    for block in range(_COLLECTION_BLOCKS):
        text = lines.str.slice(block * _COLLECTION_BLOCK, _COLLECTION_BLOCK)
        held &= _by_modulus(text, is_modulo_10)
    return held


def _collection_bar_code(codes: pl.Series) -> pl.Series:
    """The fourth digit checks all others, modulo 10 if the third is 6 or 7, modulo 11 if it is 8 or 9."""
    moved = codes.str.slice(0, 3) + codes.str.slice(4) + codes.str.slice(3, 1)
    return _by_modulus(moved, codes.str.contains(r"^..[67]")) & codes.str.contains(r"^..[6-9]")


def _collection_code_of(lines: pl.Series) -> pl.Series:
    first, *others = (
        lines.str.slice(block * _COLLECTION_BLOCK, _COLLECTION_BLOCK - 1)
        for block in range(_COLLECTION_BLOCKS)
    )
    for other in others:
        first += other
    return first


def _by_modulus(texts: pl.Series, is_modulo_10: pl.Series) -> pl.Series:
    rules: tuple[tuple[pl.Series, Callable[[pl.Series], pl.Series]], ...] = (
        (is_modulo_10, luhn),
        (~is_modulo_10, lambda rest: modulo_11_to_9(rest, instead="0")),
    )
    held = pl.Series(texts.name, [False], dtype=pl.Boolean).new_from_index(0, len(texts))
    for chosen, rule in rules:
        held = held.scatter(chosen.arg_true(), rule(texts.filter(chosen)))
    return held
