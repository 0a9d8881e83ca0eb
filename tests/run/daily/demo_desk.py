"""The demo as a workspace that one run has gone over, copied for each test; and a desk at it, with a clock of its own."""

from __future__ import annotations

import atexit
import datetime as dt
import shutil
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from recon.plugins import Plugins
from recon.run.daily.desk import open_desk
from recon.run.daily.flow import run
from tests.run.quiet import Quiet

DEMO = Path(__file__).parents[3] / "fixtures" / "demo"
SETTINGS = 'customers = "customers.csv"\naccounts = "accounts.csv"\npolicy = "policy.toml"\n'
DAY = dt.date(2026, 10, 20)
NOON = dt.datetime(2026, 10, 20, 12, tzinfo=dt.UTC)


class Clock:
    """A clock that goes on by a second with each look."""

    def __init__(self, at=NOON):
        self.at = at

    def now(self):
        self.at += dt.timedelta(seconds=1)
        return self.at


def new_workspace(folder, settings=SETTINGS):
    """Lay the demo down with its statements in the inbox."""
    shutil.copytree(DEMO, folder)
    (folder / "statements").rename(folder / "inbox")
    (folder / "recon.toml").write_text(settings, "utf-8")
    return folder


def daily(desk, day=DAY, **how):
    """Do the daily job."""
    return run(desk, Plugins.discover(), Quiet(), day, **how)


@contextmanager
def at_work(folder, actor="anna", clock=None):
    """Sit down at a workspace."""
    with open_desk(folder, actor, clock or Clock()) as desk:
        yield desk


@cache
def _template():
    home = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    folder = new_workspace(home / "demo")
    with at_work(folder) as desk:
        daily(desk)
    return folder


def worked_workspace(folder, settings=""):
    """Copy a workspace after its first run; `settings` are added to its recon.toml."""
    shutil.copytree(_template(), folder)
    path = folder / "recon.toml"
    path.write_text(path.read_text("utf-8") + settings, "utf-8")
    return folder
