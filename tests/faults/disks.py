"""A disk of our own of a few megabytes, which can be filled and made read-only. In: a folder. Out: a mounted disk, or a skip."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager

import pytest

MEGABYTES = 24


@contextmanager
def small_disk(folder, of=None):
    """Mount a small disk of memory on a folder for as long as it is needed; where nobody may, the test is skipped and says so."""
    folder.mkdir(parents=True, exist_ok=True)
    if _call("mount", "-t", "tmpfs", "-o", f"size={of or MEGABYTES}m", "tmpfs", str(folder)):
        pytest.skip("a real full disk is NOT TESTED here: this user may not mount one")
    try:
        yield folder
    finally:
        _call("umount", "--lazy", str(folder))


@contextmanager
def read_only(folder):
    """Let nobody write to a mounted disk."""
    assert not _call("mount", "-o", "remount,ro", str(folder))
    try:
        yield
    finally:
        assert not _call("mount", "-o", "remount,rw", str(folder))


@contextmanager
def room_of(folder, kibibytes):
    """Leave so much room on a disk, and no more; all of it comes back."""
    ballast = folder / "ballast"
    block = bytes(1024)
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(1024 * block)
        except OSError:
            pass
        try:
            while True:
                file.write(block)
        except OSError:
            pass
        file.truncate(max(file.tell() - 1024 * kibibytes, 0))
    try:
        yield
    finally:
        ballast.unlink()


def _call(*words):
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode
    except FileNotFoundError:
        return 1
