"""Which tests are left to the slow ones, as `tests/lengthy.txt` lists them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILE = Path(__file__).with_suffix(".txt")


def rates() -> Mapping[str, int]:
    """Give of each listed test in how many cases one is tried with every change."""
    rows = [row.split() for row in FILE.read_text("utf-8").splitlines() if row[:1].isdigit()]
    return {name: int(rate) for rate, name in rows}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark the cases that are left to the slow tests, before the marks choose."""
    listed = rates()
    seen: Counter[str] = Counter()
    for item in items:
        name = item.nodeid.split("[")[0]
        if name not in listed:
            continue
        if not listed[name] or seen[name] % listed[name]:
            item.add_marker(pytest.mark.slow)
        seen[name] += 1
