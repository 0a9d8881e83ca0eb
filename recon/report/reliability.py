"""The reliability plot as inline SVG: what was stated against what was right, and the same close to certainty.

In: the bins of `recon.report.calibration`. Out: markup without scripts, styles or outside resources; colours are
classes of the page's style sheet. A dot on the diagonal is right as often as it says; above it the matcher is too
modest, below it too sure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from recon.report import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

_SIDE: Final = 340
_LEFT, _TOP, _BELOW, _RIGHT = 64, 34, 54, 30
_TENTHS: Final = ("0", "20", "40", "60", "80", "100")
# A confidence has six decimals, so no stated chance of an error is smaller than one in a million.
_NINES: Final = 6
_NINE_LABELS: Final = ("0", "90", "99", "99.9", "99.99", "99.999", "99.9999")


@dataclass(frozen=True, slots=True)
class _Panel:
    """One square plot: how a share from 0 to 1 becomes a place from 0 to 1, and the labels at even steps."""

    title: str
    place: Callable[[float], float]
    labels: tuple[str, ...]


def reliability_plot(bins: pl.DataFrame) -> Markup:
    """Draw both plots of the bins, side by side: shares in tenths, and by the number of nines."""
    panels = (
        _Panel("So many % were right", lambda share: share, _TENTHS),
        _Panel("The same, each step one nine more", _by_nines, _NINE_LABELS),
    )
    rows = list(bins.iter_rows(named=True))
    return Markup("\n").join(_drawn(panel, rows) for panel in panels)


def _by_nines(share: float) -> float:
    """Place a share by the logarithm of what is missing to 1: 0.9 is one nine, 0.99 two."""
    missing = max(1 - share, 10.0**-_NINES)
    return -math.log10(missing) / _NINES


def _drawn(panel: _Panel, rows: list[dict[str, Any]]) -> Markup:
    width, height = _LEFT + _SIDE + _RIGHT, _TOP + _SIDE + _BELOW
    most = max([1, *(row["sets"] for row in rows)])
    content = [_frame(panel), *(_bin(panel, row, most) for row in rows)]
    said = "; ".join(_said(row) for row in rows) or "no set has a confidence"
    return Markup(
        '<svg class="reliability" viewBox="0 0 {} {}" role="img" aria-label="{}: {}">{}</svg>'
    ).format(width, height, panel.title, said, Markup("").join(content))


def _said(row: dict[str, Any]) -> str:
    return (
        f"{shown.probability(row['from_ppm'])} to {shown.probability(row['to_ppm'])}: "
        f"{shown.number(row['right'])} of {shown.number(row['sets'])} right"
    )


def _frame(panel: _Panel) -> Markup:
    """Draw title, grid, labels and the diagonal."""
    steps = len(panel.labels) - 1
    parts = [_text(_LEFT, 20, "start", panel.title, "title")]
    for at, label in enumerate(panel.labels):
        x, y = _x(at / steps), _y(at / steps)
        parts += [
            _line("grid", x, _y(0), x, _y(1)),
            _line("grid", _x(0), y, _x(1), y),
            _text(x, _y(0) + 18, "middle", label),
            _text(_x(0) - 8, y + 4, "end", label),
        ]
    parts += [
        _line("diagonal", _x(0), _y(0), _x(1), _y(1)),
        _text(_x(0.5), _y(0) + 42, "middle", "stated confidence, %"),
        _text(_x(0.03), _y(0.95), "start", "too modest", "side"),
        _text(_x(0.97), _y(0.03), "end", "too sure", "side"),
    ]
    return Markup("").join(parts)


def _bin(panel: _Panel, row: dict[str, Any], most: int) -> Markup:
    """Draw a bin: a dot as large as its count, and the bounds of its share; hollow if all or none were right."""
    x, y = _x(panel.place(row["stated"])), _y(panel.place(row["right_share"]))
    low, high = _y(panel.place(row["low_95"])), _y(panel.place(row["high_95"]))
    size = 3 + 6 * math.sqrt(row["sets"] / most)
    name = row["verdict"].replace(" ", "-")
    hollow = " hollow" if row["right"] in {0, row["sets"]} else ""
    dot = Markup('<circle class="dot {}{}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>')
    return _line(f"bounds {name}", x, low, x, high) + dot.format(
        name, hollow, _n(x), _n(y), _n(size), _said(row)
    )


def _x(place: float) -> float:
    return _LEFT + place * _SIDE


def _y(place: float) -> float:
    return _TOP + (1 - place) * _SIDE


def _line(name: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
        name, _n(x1), _n(y1), _n(x2), _n(y2)
    )


def _text(x: float, y: float, anchor: str, text: str, name: str = "label") -> Markup:
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        name, _n(x), _n(y), anchor, text
    )


def _n(number: float) -> str:
    """Write a coordinate the same on every machine."""
    return f"{number:.1f}"
