"""Verbs over a workspace, called in this process with a clock of the test's own."""

from __future__ import annotations

import re
import shlex

import pytest
from click.testing import CliRunner

from recon.cli import main
from tests.run.daily.demo_desk import Clock, worked_workspace

# Lines of the demo after its first run.
SHORT, WEAK, AMBIGUOUS, EXTRA, STRANGER = "L4xz", "Lfbq", "Lqvs", "Laj2", "Lxl2"
ON_ACCOUNT = "L6rm"
PEOPLE = """
[users.anna]
roles = ["preparer"]
write_off_limit = 10
[users.bertha]
roles = ["approver"]
[users.carl]
roles = ["preparer", "approver"]
[users.dora]
roles = ["viewer"]
[users.eve]
roles = ["admin"]
"""
BANDS = "[controls]\nbands = [{ from_amount = 1000, approvals = 1 }]\n"


class Office:
    """A workspace, and people who call verbs on it; each call gives exit code and all that was said."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self.clock = Clock()
        monkeypatch.setattr("recon.run.daily.desk.SystemClock", lambda: self.clock)

    def call(self, words, user="anna"):
        words = [*shlex.split(words), "--workspace", str(self.folder), "--user", user]
        result = CliRunner(env={"COLUMNS": "200"}).invoke(main, words)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.out = result.stdout
        return result.exit_code, result.output

    def does(self, words, user="anna"):
        """Call a verb that must work; gives what it says."""
        code, told = self.call(words, user)
        assert code == 0, told
        return self.out

    def refused(self, words, user="anna"):
        """Call a verb that must be refused, and leave the record as it is; gives why."""
        before = self.events()
        code, told = self.call(words, user)
        assert code == 1, told
        assert told.startswith("error[refused]"), told
        assert self.events() == before, "what is refused is not recorded"
        return told

    def number(self, words, user="anna"):
        """Call a verb that decides; gives the number of the decision."""
        return int(re.search(r"decision (\d+)", self.does(words, user))[1])

    def events(self):
        """Give the number of the newest event and the hash of the chain."""
        return self.does("verify").split()[0]

    def line(self, beginning):
        """Give the row of the queue of one line, or None."""
        import json

        rows = json.loads(self.does("queue --format json"))
        return next((row for row in rows if row["line_id"].startswith(beginning)), None)


@pytest.fixture
def office(tmp_path, monkeypatch):
    """One person who may do everything."""
    return Office(worked_workspace(tmp_path / "demo"), monkeypatch)


@pytest.fixture
def team(tmp_path, monkeypatch):
    """Five people, and an approval from 1000 on."""
    return Office(worked_workspace(tmp_path / "demo", BANDS + PEOPLE), monkeypatch)
