"""A disk that is full, read-only or failing: the run says so and leaves by exit code 1, nothing is lost, and the next one completes.

A real disk is filled up where this user may mount one; everywhere a failpoint fails as the system would. The default tries
two steps in this process, nightly all of them and a full disk at fifty places.
"""

from __future__ import annotations

import pytest

from recon import failpoints
from tests.faults.disks import read_only, room_of, small_disk
from tests.faults.here import laid_out, run
from tests.faults.looking import faults, state
from tests.faults.worlds import WORDS, World, check_completed, check_sound, check_told

POSTING_OPEN = 4
FULL = ("No space left on device", "disk is full", "disk I/O error", "unable to open")


# ---------------------------------------------------------------- by failpoint, in this process


@pytest.fixture(scope="module")
def ends_in(tmp_path_factory):
    workspace, _ = laid_out(tmp_path_factory.mktemp("undisturbed") / "w")
    assert run(workspace).exit_code == 0
    return state(workspace)["rows"]


@pytest.mark.parametrize(
    ("step", "code"), [("match.inserted", "ENOSPC"), ("import.archived", "EIO")]
)
def test_a_disk_that_fails_is_told_and_the_next_run_completes(
    tmp_path, monkeypatch, ends_in, step, code
):
    workspace, bank = laid_out(tmp_path / "w")
    monkeypatch.setenv(failpoints.VARIABLE, f"{step}:{failpoints._passed[step] + 1}:{code}")
    first = run(workspace)
    monkeypatch.delenv(failpoints.VARIABLE)
    left = faults(workspace, bank.references, False)
    again = run(workspace)

    assert first.exit_code == 1
    assert WORDS[code] in first.stderr
    assert "hint:" in first.stderr
    assert left["findings"] == left["lost"] == []
    assert again.exit_code == 0, again.output
    assert state(workspace)["rows"] == ends_in


# ---------------------------------------------------------------- a real disk


@pytest.fixture(scope="module")
def on_a_small_disk(forked, tmp_path_factory):
    with small_disk(tmp_path_factory.mktemp("disk")) as folder:
        yield World(forked, "sqlite", folder)


@pytest.mark.nightly
@pytest.mark.parametrize("kibibytes", [20 * number for number in range(50)])
def test_a_full_disk_is_told_and_once_there_is_room_the_next_run_completes(
    on_a_small_disk, kibibytes
):
    world = on_a_small_disk
    with world.laid_out() as attempt:
        with room_of(world.folder, kibibytes):
            first = attempt.run()
        check_sound(world, attempt)
        again = attempt.run()
        assert again.code == 0, again.err
        check_completed(world, attempt, is_tried_again=first.code == POSTING_OPEN)

    if first.code == POSTING_OPEN:
        # The day was recorded whole; only what a ledger was to get waits.
        assert any(word in first.err for word in FULL), first.err
        assert "left open for the next call" in first.err
    elif first.code != 0:
        assert first.code == 1, first.err
        check_told(first, *FULL)


@pytest.mark.nightly
@pytest.mark.parametrize("begun", [False, True], ids=["before the first run", "after a run"])
def test_a_read_only_disk_is_told_and_once_it_can_be_written_the_next_run_completes(
    on_a_small_disk, begun
):
    world = on_a_small_disk
    with world.laid_out() as attempt:
        if begun:
            assert attempt.run(RECON_FAILPOINT="import.projected:1:raise").code == 1
        with read_only(world.folder):
            first = attempt.run()
        assert first.code == 1, first.err
        check_told(first, "Read-only file system", "readonly")
        again = attempt.run()
        assert again.code == 0, again.err
        check_completed(world, attempt)
