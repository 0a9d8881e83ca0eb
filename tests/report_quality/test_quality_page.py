from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import polars as pl
import pytest

from recon.report.calibration import calibrate
from recon.report.quality_page import render_quality_page
from recon.report.reliability import reliability_plot
from tests.report_quality.test_quality import ALLOCATIONS, LINES, TRUTH, run_on


def bins(*stated: tuple[int, int, int]) -> pl.DataFrame:
    """Sets by (confidence in parts per million, right, wrong)."""
    rows = [
        ("set", ppm, is_right)
        for ppm, right, wrong in stated
        for is_right in [True] * right + [False] * wrong
    ]
    schema = ["stated_set", "stated_ppm", "is_stated_right"]
    return calibrate(pl.DataFrame(rows, schema=schema, orient="row"))


def plots(frame: pl.DataFrame) -> list[ET.Element]:
    return list(ET.fromstring(f"<div>{reliability_plot(frame)}</div>"))


def dots(plot: ET.Element) -> list[tuple[float, float]]:
    return [(float(dot.get("cx", "")), float(dot.get("cy", ""))) for dot in plot.iter("circle")]


def diagonal(plot: ET.Element) -> dict[str, float]:
    (line,) = [one for one in plot.iter("line") if one.get("class") == "diagonal"]
    return {name: float(line.get(name, "")) for name in ("x1", "y1", "x2", "y2")}


def test_a_bin_that_is_right_as_often_as_it_says_stands_on_the_diagonal() -> None:
    for plot in plots(bins((500_000, 10, 10), (900_000, 90, 10))):
        ends = diagonal(plot)
        slope = (ends["y2"] - ends["y1"]) / (ends["x2"] - ends["x1"])
        for x, y in dots(plot):
            assert y == pytest.approx(ends["y1"] + slope * (x - ends["x1"]), abs=0.2)


def test_every_nine_is_a_step_of_the_same_length_in_the_second_plot() -> None:
    _, nines = plots(bins((900_000, 9, 1), (990_000, 99, 1), (999_000, 999, 1)))
    (first, _), (second, _), (third, _) = dots(nines)

    assert second - first == pytest.approx(third - second, abs=0.2)


def test_a_dot_is_called_what_the_bounds_allow_and_is_hollow_when_all_were_right() -> None:
    first, _ = plots(bins((300_000, 40, 0), (990_000, 20, 20)))
    classes = [dot.get("class") for dot in first.iter("circle")]

    assert classes == ["dot too-modest hollow", "dot too-sure"]
    assert "30.0000 % to 40.0000 %: 40 of 40 right" in str(first.get("aria-label"))


def test_nothing_stated_gives_empty_plots() -> None:
    assert [dots(plot) for plot in plots(bins())] == [[], []]


def test_the_page_names_no_outside_resource_and_shows_every_part() -> None:
    quality = run_on(LINES, ALLOCATIONS, TRUTH)
    page = render_quality_page(quality, "out against truth.csv").decode()

    assert not re.search(r"(?:src|href)=.?(?:https?:|//)|url[(]|<script", page)
    assert "5 of 8 applied lines are right: 62.5000\N{NO-BREAK SPACE}%" in page
    assert page.count("<svg") == 2
    assert "items unchecked" in page
    assert "A9 70.00" in page
    assert "amount 6.1 bits" in page


def test_text_of_banks_and_books_is_escaped() -> None:
    allocations = ALLOCATIONS.replace("amount 6.1 bits", "<b>bold</b>\u202e")
    page = render_quality_page(run_on(LINES, allocations, TRUTH), "<i>run</i>").decode()

    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>bold" not in page
    assert "\u202e" not in page
    assert "<i>run" not in page


def test_the_same_run_gives_the_same_page() -> None:
    one, other = (render_quality_page(run_on(LINES, ALLOCATIONS, TRUTH), "x") for _ in range(2))

    assert one == other
