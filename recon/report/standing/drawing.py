"""A roll-forward as inline SVG: from opening to closing, what came and what went.

In: steps per currency. Out: markup without scripts, styles or outside resources; each drawing says in words what it shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from recon.report import shown

if TYPE_CHECKING:
    import polars as pl

_WIDTH: Final = 640
_ROW: Final = 26
_LEFT: Final = 110
_RIGHT: Final = 130


def steps_drawing(steps: pl.DataFrame) -> list[Markup]:
    """Draw the steps of each currency: sums from zero, and every step from where the one before ended."""
    codes = steps["currency"].unique(maintain_order=True).to_list()
    return [
        _drawing(
            code, list(steps.filter(steps["currency"] == code).select("step", "amount").iter_rows())
        )
        for code in codes
    ]


def _drawing(code: str, steps: list[tuple[str, int]]) -> Markup:
    spans, level = [], 0
    for name, amount in steps:
        start = 0 if name in {"opening", "closing"} else level
        level = start + amount
        spans.append((name, amount, start, level))
    low = min(0, *(min(start, end) for _, _, start, end in spans))
    high = max(1, *(max(start, end) for _, _, start, end in spans))
    room = _WIDTH - _LEFT - _RIGHT

    def place(value: int) -> int:
        return _LEFT + (value - low) * room // (high - low)

    parts = []
    for row, (name, amount, start, end) in enumerate(spans):
        left, right = sorted((place(start), place(end)))
        kind = "sum" if name in {"opening", "closing"} else "more" if amount >= 0 else "less"
        parts.append(
            _row(
                row * _ROW,
                name,
                shown.amount(amount, code),
                (kind, left, max(2, right - left) if amount else 0),
            )
        )
    said = ", ".join(
        f"{shown.words(name).lower()} {shown.amount(amount, code)}" for name, amount in steps
    )
    return Markup(
        '<svg class="steps" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<text x="4" y="17" class="title">{}</text><g transform="translate(0 {})">{}</g></svg>'
    ).format(_WIDTH, (len(spans) + 1) * _ROW, f"{code}: {said}", code, _ROW, Markup("").join(parts))


def _row(top: int, name: str, amount: str, bar: tuple[str, int, int]) -> Markup:
    kind, left, width = bar
    return Markup(
        '<text x="4" y="{}">{}</text><rect class="{}" x="{}" y="{}" width="{}" height="16"/>'
        '<text class="figure" x="{}" y="{}">{}</text>'
    ).format(top + 16, shown.words(name), kind, left, top + 4, width, _WIDTH - 4, top + 16, amount)
