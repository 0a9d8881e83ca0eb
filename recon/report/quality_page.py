"""The page of `recon eval --out`: figures, reliability plot, conservation, scenarios and every wrong line.

In: the Quality of a run. Out: bytes of one page that opens offline and names no outside resource; its own policy
allows nothing but its one style sheet, by its hash. All text of banks and books is escaped by the template.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
from markupsafe import Markup

from recon.report import assets, shown
from recon.report.reliability import reliability_plot
from recon.report.text import spelled_out

if TYPE_CHECKING:
    from recon.report.quality import Quality

# So many rows of a table are shown; all of them stand in `--format json`.
MOST_ROWS: Final = 500
_TEXTS: Final = ("because", "expected")
# What stands flush right: counts, amounts and shares, or nothing.
_NUMBER: Final = r"^(-?[0-9]+(\.[0-9]+)?( %)?)?$"


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the page: columns with their class, rows of text, and how many rows there are in all."""

    title: str
    columns: list[tuple[str, str]]
    rows: list[tuple[str, ...]]
    height: int


def render_quality_page(quality: Quality, source: str) -> bytes:
    """Render the page.

    Args:
        quality: what `evaluate` found.
        source: the run and the truth by name, for the head of the page.
    """
    environment = assets.environment()
    style = assets.asset(environment, "page.css", "quality.css")
    html = environment.get_template("quality.html.j2").render(
        source=source,
        quality=quality,
        headline=_headline(quality),
        plot=reliability_plot(quality.calibration),
        shown=shown,
        tables=_tables(quality),
        style=Markup(style),  # noqa: S704 - our own files
        style_hash=assets.source_hash(style),
    )
    return html.encode()


def _headline(quality: Quality) -> str:
    share = quality.precision
    if not share.of:
        return "Nothing was applied, so there is nothing to be right about"
    said = (
        f"{shown.number(share.hits)} of {shown.number(share.of)} applied lines are right: {share.percent}, "
        f"and with 95 % certainty at least {share.low_percent}"
    )
    return said.replace(" %", "\N{NO-BREAK SPACE}%")


def _tables(quality: Quality) -> dict[str, _Table]:
    conservation = quality.conservation
    bins = quality.calibration.select(
        **{"stated from": _percent("from_ppm"), "to": _percent("to_ppm")},
        sets="sets",
        right="right",
        **{
            "mean stated": _percent("stated", 1_000_000),
            "right share": _percent("right_share", 1_000_000),
            "low 95": _percent("low_95", 1_000_000),
            "high 95": _percent("high_95", 1_000_000),
        },
        verdict="verdict",
    )
    frames = {
        "figures": ("Figures", quality.figures()),
        "calibration": ("Confidence by bin", bins),
        "totals": ("Amount = allocated + unallocated", conservation.totals),
        "broken_lines": ("Lines without a place for every cent", conservation.broken_lines),
        "broken_suggestions": ("Suggestions off their amount", conservation.broken_suggestions),
        "broken_items": ("Items settled beyond what was open", conservation.broken_items),
        "scenarios": ("Scenarios", quality.scenarios),
        "wrong_lines": ("Wrongly applied lines", quality.wrong_lines),
    }
    return {
        name: _table(title, frame) for name, (title, frame) in frames.items() if frame is not None
    }


def _percent(name: str, scale: int = 1) -> pl.Expr:
    """Write a share, given in parts per million when scaled, as percent with four decimals, cut."""
    ppm = (pl.col(name) * scale).floor().cast(pl.Int64)
    rest = (ppm % 10_000).cast(pl.String).str.pad_start(4, "0")
    return pl.concat_str((ppm // 10_000).cast(pl.String), pl.lit("."), rest, pl.lit(" %"))


def _table(title: str, frame: pl.DataFrame) -> _Table:
    written = frame.head(MOST_ROWS).with_columns(
        spelled_out(pl.col(name).cast(pl.String).fill_null("")) for name in frame.columns
    )
    columns = []
    for name in frame.columns:
        is_number = written[name].str.contains(_NUMBER).all() and (written[name] != "").any()
        kind = "text" if name in _TEXTS else "n" if is_number else ""
        columns.append((name.replace("_", " "), kind))
    return _Table(title, columns, written.rows(), frame.height)
