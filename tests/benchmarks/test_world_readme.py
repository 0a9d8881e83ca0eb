"""The page of the benchmark says what the world is made of: sellers, scenarios and their shares."""

from __future__ import annotations

import re
from pathlib import Path

import benchmarks
from benchmarks.world.mix import FILLER, FILLER_SHARES, SHARES
from benchmarks.world.sellers import SELLERS

PAGE = Path(next(iter(benchmarks.__path__))) / "README.md"


def rows_below(title: str) -> list[list[str]]:
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (.+) \|$", section, re.MULTILINE)
    return [[cell.strip() for cell in row.split(" | ")] for row in rows[1:]]


def test_every_scenario_stands_on_the_page_with_its_shares() -> None:
    said = {row[0]: tuple(map(int, row[1:4])) for row in rows_below("Scenarios")}

    assert said == {**SHARES, FILLER: FILLER_SHARES}


def test_every_seller_stands_on_the_page_with_its_share() -> None:
    said = {row[0]: row[3] for row in rows_below("The world")}

    assert said == {seller.key: f"{seller.share:.0%}".replace("%", " %") for seller in SELLERS}
