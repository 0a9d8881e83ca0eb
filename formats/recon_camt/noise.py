"""Balances that a program added up in binary numbers: `100.0000000000005` is 100.00 where the entries prove it.

In: a document's statements, read strictly. Out: the same, with such balances rounded where they then agree with the entries;
elsewhere they stay refused. Entries are never rounded: nothing would prove them.

Source: IEEE 754-2008, binary64, of which 15 to 17 significant digits are printed.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import exponents
from recon_camt.signs import StatementFinding

if TYPE_CHECKING:
    from collections.abc import Callable

_SHOWN: Final = re.compile(r"[0-9]{1,16}\.[0-9]{1,16}", re.ASCII)
_DIGITS: Final = range(15, 18)
# A ten-thousandth of a minor unit: a sum of millions of entries stays below it, and no bank books one.
_NOISE_PLACES: Final = 4
_EXACT: Final = Context(prec=40, rounding=ROUND_HALF_EVEN)


def without_noise(text: str | None, currency: str | None) -> str | None:
    """Round an amount whose digits beyond the minor unit are noise; give all others as they are.

    >>> without_noise("100.0000000000005", "EUR"), without_noise("65.9999999999999", "EUR"), without_noise("100.005", "EUR")
    ('100.00', '66.00', '100.005')
    """
    if text is None or currency not in exponents() or not _SHOWN.fullmatch(text):
        return text
    if len(text.replace(".", "").lstrip("0")) not in _DIGITS:
        return text
    unit = Decimal(1).scaleb(-exponents()[currency])
    rounded = Decimal(text).quantize(unit, context=_EXACT)
    is_noise = abs(Decimal(text) - rounded) < unit.scaleb(-_NOISE_PLACES)
    return str(rounded) if is_noise else text


def with_proven_rounding(
    strict: tuple[pl.DataFrame, pl.DataFrame],
    read_rounded: Callable[[], tuple[pl.DataFrame, pl.DataFrame]],
    sums: pl.DataFrame,
    refused: pl.Series,
) -> tuple[pl.DataFrame, pl.DataFrame, list[StatementFinding]]:
    """Take the rounded balances of each statement whose entries prove them.

    Args:
        strict: statements and the faults of their balances, as read_statements gives them.
        read_rounded: gives the same with noise rounded; asked only where a balance has a fault.
        sums: what the lines of each statement move (recon_camt.sums).
        refused: the statement of each entry that is no line; what lacks one proves nothing.

    Returns:
        statements, faults that are left, and what was rounded.
    """
    statements, faults = strict
    if faults.is_empty():
        return statements, faults, []
    rounded, left = read_rounded()
    known = left["start"].implode()
    noisy = faults.filter(~pl.col("start").is_in(known))
    moved = sums.select("statement", "moved")
    holds = pl.col("opening_balance") + pl.col("moved").fill_null(0) == pl.col("closing_balance")
    proven = (
        rounded.filter(
            pl.col("statement_index").is_in(noisy["statement"].implode()),
            ~pl.col("statement_index").is_in(refused.implode()),
        )
        .join(moved, left_on="statement_index", right_on="statement", how="left")
        .filter(holds)["statement_index"]
        .sort()
    )
    of_proven = pl.col("statement_index").is_in(proven.implode())
    is_proven = pl.col("statement").is_in(proven.implode())
    findings = [
        StatementFinding(
            index,
            f"balances with the noise of binary numbers, {' '.join(texts)}, are read rounded to the minor unit: "
            "so they agree with the entries",
        )
        for index, texts in _texts(noisy.filter(is_proven)).items()
    ]
    return (
        pl.concat([statements.filter(~of_proven), rounded.filter(of_proven)]).sort(
            "statement_index"
        ),
        pl.concat([faults.filter(~is_proven), left.filter(is_proven)]).sort("start"),
        findings,
    )


def _texts(noisy: pl.DataFrame) -> dict[int, list[str]]:
    texts: dict[int, list[str]] = {}
    for index, excerpt in noisy.sort("start").select("statement", "excerpt").rows():
        texts.setdefault(index, []).append(excerpt)
    return texts
