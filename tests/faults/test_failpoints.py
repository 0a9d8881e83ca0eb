"""Killed after any durable step, however often it was passed, the same command again ends where an undisturbed run does.

The default tries the first passing of some steps; nightly all steps until a run passes untouched; release on PostgreSQL too.
"""

from __future__ import annotations

import pytest

from recon.failpoints import STEPS
from tests.faults.bank import SETTINGS, Bank, make_workspace, put
from tests.faults.forked import KILLED, Forked
from tests.stores import NO_POSTGRESQL, fresh_url

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly

# Steps of people are not passed by a run; those of delivering are, since the settings name a ledger.
OF_A_RUN = [step for step in STEPS if not step.startswith("review.")]
FEW = ("import.committed", "match.committed")
LEDGERS = f'ledgers = ["journal-csv"]\n{SETTINGS}'


@pytest.fixture(scope="module")
def forked():
    server = Forked()
    yield server
    server.close()


class World:
    """Two days of a bank, laid out anew for each attempt, and the state in which an undisturbed run ends."""

    def __init__(self, forked, engine, folder):
        self.forked, self.engine, self.folder = forked, engine, folder
        self.made = 0
        with self.laid_out() as (workspace, run):
            assert run().code == 0
            self.ends_in = self.state(workspace)

    def laid_out(self):
        self.made += 1
        return Attempt(self, self.folder / f"w{self.made}")

    def state(self, workspace):
        return self.forked.call("tests.faults.looking:state", str(workspace))


class Attempt:
    """A workspace with its own store, and how to run there."""

    def __init__(self, world, folder):
        self.world, self.folder = world, folder
        self.url = fresh_url(world.engine, folder / "db")

    def __enter__(self):
        (self.folder / "db" / "store").mkdir(parents=True)
        url = self.url.__enter__()
        self.workspace = make_workspace(self.folder / "w", url, LEDGERS)
        bank = Bank(11)
        for _ in range(2):
            put(self.workspace / "inbox", *bank.next_day())
        put(self.workspace, "open_items.csv", bank.items)
        self.references = bank.references
        return self.workspace, self.run

    def run(self, **variables):
        words = ("run", "--quiet", "--user", "anna", "--workspace", str(self.workspace))
        return self.world.forked.recon(*words, **variables)

    def __exit__(self, *error):
        self.url.__exit__(*error)


@pytest.fixture(scope="module")
def on_sqlite(forked, tmp_path_factory):
    return World(forked, "sqlite", tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="module")
def on_postgresql(forked, tmp_path_factory):
    return World(forked, "postgresql", tmp_path_factory.mktemp("postgresql"))


def killed_and_completed(world, step, number):
    """Kill a run when it passes a step so often; gives whether it was, and checks what the next run makes of it."""
    attempt = world.laid_out()
    with attempt as (workspace, run):
        first = run(RECON_FAILPOINT=f"{step}:{number}:kill9")
        if first.code != KILLED:
            assert first.code == 0, first.err
            return False
        again = run()
        assert again.code == 0, again.err
        now = world.state(workspace)
        found = world.forked.call(
            "tests.faults.looking:faults", str(workspace), attempt.references, True
        )
    assert now["rows"] == world.ends_in["rows"]
    assert found["findings"] == found["lost"] == found["missing_files"] == []
    assert (found["doubled_lines"], found["doubled_entries"], found["waiting"]) == (0, 0, 0)
    return True


def until_untouched(world, step):
    number = 1
    while killed_and_completed(world, step, number):
        number += 1
    return number - 1


@pytest.mark.parametrize("step", FEW)
def test_killed_after_a_step_the_next_run_ends_where_an_undisturbed_one_does(on_sqlite, step):
    assert killed_and_completed(on_sqlite, step, 1)


@pytest.mark.nightly
@pytest.mark.parametrize("step", OF_A_RUN)
def test_killed_after_any_step_at_any_passing_nothing_is_lost_or_doubled(on_sqlite, step):
    assert until_untouched(on_sqlite, step) >= 1, f"{step} is never passed: is its name right?"


@pytest.mark.release
@NO_POSTGRESQL
@pytest.mark.parametrize("step", OF_A_RUN)
def test_the_same_on_postgresql(on_postgresql, step):
    assert until_untouched(on_postgresql, step) >= 1


@pytest.mark.parametrize("code", ["ENOSPC", "EIO"])
def test_a_disk_that_fails_is_told_and_the_next_run_completes(on_sqlite, code):
    attempt = on_sqlite.laid_out()
    with attempt as (workspace, run):
        first = run(RECON_FAILPOINT=f"report.tmp_written:1:{code}")
        again = run()
        now = on_sqlite.state(workspace)

    assert first.code in (1, 2)
    assert "Traceback" not in first.err
    assert again.code == 0, again.err
    assert now["rows"] == on_sqlite.ends_in["rows"]
