"""One run works on a store at a time: the second is told who has it (code locked, exit 5), and a killed one lets go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from recon.errors import Locked
from recon.store.connect import open_store
from recon.store.lock import run_lock

HOLD = """
import sys
from recon.store.connect import open_store
from recon.store.lock import run_lock
with run_lock(open_store(sys.argv[1]), "recon run by berta since noon"):
    print("held", flush=True)
    sys.stdin.read()
"""


class Holder:
    """Another process that holds the lock of a store until it is told to end, or killed."""

    def __init__(self, url):
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "held\n"

    def end(self, how=None):
        if how is not None:
            os.kill(self.process.pid, how)
        self.process.communicate(timeout=60)


def is_free(store, waited=10):
    """Say whether the lock can be had; a server takes a moment to see that a client is gone."""
    for _ in range(waited * 10):
        try:
            with run_lock(store, "me"):
                return True
        except Locked:
            time.sleep(0.1)
    return False


def take(store):
    with run_lock(store, "recon run by anna"):
        pass


def test_the_second_is_refused_and_told_who_has_it(store):
    holder = Holder(store.engine.url.render_as_string(hide_password=False))
    with pytest.raises(Locked) as caught:
        take(store)
    holder.end()

    assert caught.value.exit_code == 5
    assert caught.value.code == "locked"
    assert f"recon run by berta since noon (process {holder.process.pid})" in caught.value.message
    assert is_free(store)


def test_a_holder_that_is_killed_lets_go(store):
    holder = Holder(store.engine.url.render_as_string(hide_password=False))
    holder.end(signal.SIGKILL)

    assert is_free(store)


def test_a_holder_that_fails_lets_go(store):
    def fail():
        with run_lock(store, "me"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert is_free(store, waited=1)


def test_stores_beside_each_other_have_locks_of_their_own(tmp_path):
    one, other = (open_store(f"sqlite:///{tmp_path / name}") for name in ("one.db", "other.db"))
    with run_lock(one, "me"):
        take(other)

        with pytest.raises(Locked, match="me"):
            take(one)


def test_people_decide_while_a_run_holds_its_lock(store):
    with run_lock(store, "me"), store.writing() as connection:
        assert connection is not None
