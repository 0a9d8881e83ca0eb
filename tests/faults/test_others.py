"""What others do to a run: a server that restarts, a writer in the way, a second run, a clock that goes back, a torn file.

The run says what happened, with its exit code, and the next one completes it.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from recon.store import connect
from recon.store.connect import open_store
from recon.store.lock import run_lock
from tests.faults.bank import put
from tests.faults.here import laid_out, next_day, run
from tests.faults.looking import faults, state
from tests.faults.worlds import check_completed, check_sound, check_told
from tests.stores import ENGINES, NO_POSTGRESQL, fresh_url, server

REAL = "from recon.cli import main; main()"
# In and between transactions, and while entries are on their way.
RESTARTED_AT = (
    "import.file_hashed",
    "import.lines_inserted",
    "import.committed",
    "books.inserted",
    "match.snapshot_read",
    "match.inserted",
    "report.tmp_written",
    "post.key_stored",
    "post.reply_received",
)


@pytest.mark.nightly
@NO_POSTGRESQL
@pytest.mark.parametrize("step", RESTARTED_AT)
def test_a_run_whose_server_is_restarted_says_so_and_the_next_one_completes(on_postgresql, step):
    with on_postgresql.laid_out() as attempt:
        first = attempt.run_meanwhile(server().restart, RECON_FAILPOINT=f"{step}:1:stop")
        check_sound(on_postgresql, attempt)
        again = attempt.run()
        assert again.code == 0, again.err
        check_completed(on_postgresql, attempt)

    assert first.code == 1, first.err
    check_told(first, "server", "terminating connection")


def test_a_run_that_cannot_write_for_too_long_says_who_is_in_the_way(tmp_path, monkeypatch):
    workspace, bank = laid_out(tmp_path / "w")
    impatient = tuple(p.replace("30000", "20") for p in connect._PRAGMAS)
    monkeypatch.setattr(connect, "_PRAGMAS", impatient)
    assert run(workspace).exit_code == 0
    next_day(workspace, bank)
    other = open_store(f"sqlite:///{workspace / 'recon.db'}")
    with other.writing():
        first = run(workspace)
    other.close()
    again = run(workspace)
    found = faults(workspace, bank.references, True)

    assert first.exit_code == 1
    assert "database is locked" in first.stderr
    assert "another program works on the store; try again" in first.stderr
    assert again.exit_code == 0, again.output
    assert found["findings"] == found["lost"] == []


@pytest.mark.parametrize(
    "engine", [ENGINES[0], pytest.param("postgresql", marks=[NO_POSTGRESQL, pytest.mark.nightly])]
)
def test_a_second_run_leaves_by_exit_code_5_and_names_the_first(engine, tmp_path):
    with fresh_url(engine, tmp_path, migrated=True) as url:
        workspace, _ = laid_out(tmp_path / "w", url)
        first = open_store(url)
        with run_lock(first, "recon run by berta since noon"):
            command = [sys.executable, "-c", REAL, "run", "--workspace", str(workspace)]
            second = subprocess.run(command, capture_output=True, text=True, check=False)
        first.close()

    assert second.returncode == 5, second.stderr
    assert second.stderr.startswith("error[locked]")
    assert "recon run by berta since noon (process " in second.stderr
    assert second.stdout == ""


def test_a_clock_that_went_back_between_two_runs_loses_and_doubles_nothing(tmp_path):
    workspace, bank = laid_out(tmp_path / "w")
    later = run(workspace, "2031-01-01")
    next_day(workspace, bank)
    earlier = run(workspace, "2026-02-01")
    again = run(workspace, "2026-02-01")
    found = faults(workspace, bank.references, True)

    assert (later.exit_code, earlier.exit_code, again.exit_code) == (0, 0, 0)
    assert again.stdout == "Nothing new since the last run.\n"
    assert found["findings"] == found["lost"] == []
    assert (found["doubled_lines"], found["doubled_entries"]) == (0, 0)
    assert found["decided"] == found["lines"] == len(bank.references)


# ---------------------------------------------------------------- a torn file


@pytest.fixture(scope="module")
def untorn(tmp_path_factory):
    workspace, _ = laid_out(tmp_path_factory.mktemp("untorn") / "w")
    assert run(workspace).exit_code == 0
    return state(workspace)["rows"]["items"]


def torn_then_whole(folder, untorn, percent):
    """Let a run find a part of a statement, and the next one all of it."""
    workspace, bank = laid_out(folder)
    path = next((workspace / "inbox").iterdir())
    whole = path.read_bytes()
    put(path.parent, path.name, whole[: len(whole) * percent // 100])
    first = run(workspace)
    put(path.parent, path.name, whole)
    second = run(workspace)
    found = faults(workspace, bank.references, True)

    assert first.exit_code in (0, 3), first.output
    assert second.exit_code == 0, second.output
    assert found["findings"] == found["lost"] == []
    assert (found["doubled_lines"], found["doubled_entries"]) == (0, 0)
    # Every line settles what it settles where nothing was torn.
    assert state(workspace)["rows"]["items"] == untorn


@pytest.mark.parametrize("percent", [60])
def test_a_torn_statement_is_applied_only_once_it_came_whole(tmp_path, untorn, percent):
    torn_then_whole(tmp_path / "w", untorn, percent)


@pytest.mark.nightly
@pytest.mark.parametrize("percent", range(0, 100, 4))
def test_a_statement_torn_anywhere_is_applied_only_once_it_came_whole(tmp_path, untorn, percent):
    torn_then_whole(tmp_path / "w", untorn, percent)
