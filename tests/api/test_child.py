"""A child gives the function's value, or one error that says which limit it passed; the parent always goes on."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.api import ChildFailed, ChildLimits, call_in_child
from recon.api.child import _complete
from tests.examples import examples

TIGHT = ChildLimits(cpu_seconds=1, wall_seconds=30, output_bytes=10**6)
has_limits = pytest.mark.skipif(sys.platform == "win32", reason="this system has no such limits")
is_linux = pytest.mark.skipif(sys.platform != "linux", reason="this system ignores the limit")


def call(name, payload=None, limits=TIGHT):
    return call_in_child(f"tests.api.child_functions:{name}", payload, limits)


def failure(name, payload=None, limits=TIGHT):
    with pytest.raises(ChildFailed) as caught:
        call(name, payload, limits)
    return caught.value


@pytest.mark.parametrize(
    "value", [None, {"a": [1, -2, "é", b"\x00\xff", None, True]}, "x" * 500_000]
)
def test_the_value_comes_back_as_it_was_given(value):
    assert call("echo", value) == value


def test_what_the_function_prints_is_no_part_of_its_value():
    assert call("chatter", "hi") == "hi"


def test_a_child_has_an_empty_folder_a_session_and_no_environment_of_ours():
    seen = call("surroundings")

    assert seen["folder"] == []
    assert seen["is_leader"]
    assert not {"PATH", "HOME", "PYTHONPATH"} & set(seen["environment"])
    assert not {"", str(Path(__file__).parent)} & set(seen["path"])


def test_a_thread_that_goes_on_does_not_keep_the_value_back():
    assert call("linger") == "done"


@has_limits
@pytest.mark.parametrize(
    ("name", "payload", "reason", "words"),
    [
        ("loop", None, "cpu", "1 s of CPU"),
        ("loop_deaf", None, "signal", "SIGKILL"),
        ("crash", None, "signal", "SIGSEGV"),
        ("leave", 0, "silent", "code 0"),
        ("leave", 3, "silent", "code 3"),
        ("leave_politely", 0, "silent", "code 0"),
        ("forge", None, "silent", "without its result"),
        ("give", 2_000_000, "output", "1,000,000 bytes"),
        ("flood", 1024**3, "printed", "1,048,576 bytes printed"),
        ("raise_silly", None, "silent", "code 1"),
    ],
)
def test_a_function_that_misbehaves_is_ended_and_the_error_says_why(name, payload, reason, words):
    error = failure(name, payload)

    assert error.reason == reason
    assert words in error.message
    assert error.raised is None


@is_linux
def test_two_gigabytes_are_refused():
    assert failure("allocate", 2 * 1024**3).reason == "memory"


def test_a_child_that_waits_is_ended_by_the_wall_clock_although_it_ignores_being_asked():
    error = failure("sleep_deaf", limits=ChildLimits(wall_seconds=1))

    assert error.reason == "wall"
    assert "1 s" in error.message


@pytest.mark.parametrize(
    ("name", "payload", "raised"),
    [
        ("raise_value", "wrong", "builtins.ValueError"),
        ("no_value", None, "builtins.TypeError"),
        ("recurse", 0, "builtins.RecursionError"),
        ("fork_bomb", None, "builtins.PermissionError"),
        ("start", None, "builtins.PermissionError"),
        ("open_path", "/etc/hosts", "builtins.PermissionError"),
        ("write_file", None, "builtins.PermissionError"),
        ("not_there", None, "builtins.AttributeError"),
    ],
)
def test_what_the_function_raises_is_named(name, payload, raised):
    error = failure(name, payload)

    assert (error.reason, error.raised) == ("raised", raised)


def test_a_function_of_ones_own_may_start_processes_and_open_files():
    free = ChildLimits(is_fenced=False, may_start_threads=True)

    assert call("start", limits=free) is None
    assert call("open_path", str(Path(__file__)), free).startswith('"""A child')


def test_a_message_is_short_and_cannot_drive_a_terminal():
    error = failure("raise_value", "\x1b[2J" + "bank data " * 100_000)

    assert "\x1b" not in error.message
    assert "\\x1b[2J" in error.message
    assert len(error.message) < 300


def test_a_request_that_nobody_reads_blocks_nobody():
    assert failure("leave", 0).reason == "silent"
    with pytest.raises(ChildFailed):
        call_in_child("no_such_module:name", b"x" * 5_000_000, TIGHT)


@has_limits
def test_no_process_is_left_behind():
    failure("sleep_deaf", limits=ChildLimits(wall_seconds=1))

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@has_limits
def test_an_interrupted_parent_ends_its_child():
    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    start = time.monotonic()
    try:
        signal.alarm(1)
        with pytest.raises(KeyboardInterrupt):
            call("sleep_deaf", limits=ChildLimits(wall_seconds=300))
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)

    assert time.monotonic() - start < 200


def test_a_machine_without_room_for_a_child_fails_that_call(monkeypatch):
    monkeypatch.setattr("recon.api.child.tempfile.tempdir", "/nowhere/at/all")

    assert failure("echo").reason == "start"


@settings(max_examples=examples(60))
@given(st.binary(max_size=80))
def test_no_bytes_but_a_whole_answer_with_its_end_record_are_believed(data):
    assert _complete(data) is None
