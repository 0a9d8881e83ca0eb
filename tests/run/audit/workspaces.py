"""A workspace of the shipped demo data, with a clock that stands on its own, for tests of packs."""

from __future__ import annotations

import datetime as dt
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from recon.plugins import Plugins
from recon.run.daily.desk import open_desk
from recon.run.daily.flow import run
from tests.run.quiet import Quiet

if TYPE_CHECKING:
    from recon.run.daily.flow import DailyResult

DEMO = Path(__file__).parents[3] / "fixtures" / "demo"
DAY = dt.date(2026, 10, 31)


class Ticking:
    """Every look at this clock is a minute after the one before, so that two stores can be the same."""

    def __init__(self) -> None:
        self._now = dt.datetime(2026, 11, 1, 8, 0, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        """Give the next minute."""
        self._now += dt.timedelta(minutes=1)
        return self._now


def demo_workspace(folder: Path, store: str | None = None) -> Path:
    """Lay a workspace out: the demo's statements wait in its inbox."""
    shutil.copytree(DEMO, folder)
    (folder / "statements").rename(folder / "inbox")
    rows = ['customers = "customers.csv"', 'accounts = "accounts.csv"', 'policy = "policy.toml"']
    rows += [f'store = "{store}"'] if store else []
    (folder / "recon.toml").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@cache
def plugins_of_now() -> Plugins:
    """Load what is installed, once: a run names it in its record, and it may be installed anew between two tests."""
    return Plugins.discover()


def run_day(folder: Path, day: dt.date = DAY) -> DailyResult:
    """Do the daily job once."""
    with open_desk(folder, "ann", Ticking()) as desk:
        return run(desk, plugins_of_now(), Quiet(), day)
