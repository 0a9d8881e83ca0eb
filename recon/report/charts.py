"""Bars as inline SVG: where the money received stands, and how old the rest is.

In: control totals, ageing rows. Out: markup without scripts, styles or outside resources; colours are classes of
the page's style sheet, and every bar says in words what it shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from recon.report import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.report.totals import ControlTotals

_WIDTH = 1000


def fate_bar(totals: ControlTotals) -> Markup:
    """Draw one stacked bar: each part's share of what was received.

    Widths are cut to thousandths of the bar from running sums, so the last segment ends at its full width.
    """
    sizes = [(part.name, max(0, part.amount)) for part in totals.parts]
    whole = sum(size for _, size in sizes)
    said = ", ".join(
        f"{shown.words(name).lower()} {shown.share(size, whole)}" for name, size in sizes if size
    )
    rects, start = [], 0
    for name, size in sizes:
        end = start + size
        left, right = _scaled(start, whole), _scaled(end, whole)
        if right > left:
            rects.append(_rect(f"fate-{name}", left, right - left))
        start = end
    return _svg(Markup("").join(rects), f"Received in {totals.currency}: {said or 'nothing'}")


def age_bar(size: int, largest: int, label: str) -> Markup:
    """Draw one bar of an ageing table, as long as its share of the largest one."""
    width = _scaled(max(0, size), largest)
    # A bucket that holds money shows at least a hairline.
    width = max(width, 4) if size > 0 else 0
    return _svg(_rect("age", 0, width), label)


def _scaled(size: int, whole: int) -> int:
    return size * _WIDTH // whole if whole > 0 else 0


def _rect(name: str, left: int, width: int) -> Markup:
    return Markup('<rect class="{}" x="{}" y="0" width="{}" height="20"/>').format(
        name, left, width
    )


def _svg(content: Markup, label: str) -> Markup:
    return Markup(
        '<svg class="bar" viewBox="0 0 {} 20" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(_WIDTH, label, content)


def largest(sizes: Sequence[int]) -> int:
    """Give the largest of some sums, at least 1."""
    return max([1, *sizes])
