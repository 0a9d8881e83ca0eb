"""Run GnuCash's own Python, and piecash in an environment of its own. In: a book. Out: what they say of it."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PIECASH = HERE.parents[3] / ".venv-piecash"
# The bindings come with the system's Python alone.
SYSTEM = "/usr/bin/python3"


@cache
def has_gnucash():
    """Say whether GnuCash is installed with its bindings and its driver of SQLite."""
    try:
        done = subprocess.run([SYSTEM, "-c", "import gnucash"], check=False, capture_output=True)
    except OSError:
        return False
    # Without this driver every book in SQLite is refused, and nothing says why.
    has_driver = any(Path("/usr/lib").glob("*/dbd/libdbdsqlite3.so"))
    return done.returncode == 0 and has_driver


def with_gnucash(*arguments):
    """Ask GnuCash; it is a skip where it is not installed."""
    if not has_gnucash():
        pytest.skip(
            "gnucash is NOT TESTED: it is not installed"
            " (Debian: apt-get install gnucash python3-gnucash libdbd-sqlite3)"
        )
    return asked(SYSTEM, HERE / "with_gnucash.py", *arguments)


def with_piecash(*arguments):
    """Ask piecash; its environment is made once, in ten seconds."""
    if not (PIECASH / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", PIECASH], check=True)
        install = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r"]
        lock = HERE / "piecash.lock"
        subprocess.run([PIECASH / "bin" / "python", *install, lock], check=True)
        (PIECASH / "done").touch()
    return asked(PIECASH / "bin" / "python", HERE / "with_piecash.py", *arguments)


def asked(*command):
    # The program is another Python: nothing of ours may stand in its way.
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, check=False, env={"LANG": "C.UTF-8"}
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout else None
