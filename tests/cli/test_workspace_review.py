"""`recon review` at a real terminal: keys decide, refusals are shown, and nothing is lost when one quits."""

from __future__ import annotations

import os
import re
import select
import sys
import time

import pytest

from tests.cli.working import AMBIGUOUS, EXTRA, SHORT, STRANGER, WEAK, office

__all__ = ["office"]
# Windows has no pseudo-terminal.
pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
PATIENCE_SECONDS = 120


class Terminal:
    """`recon review` in a process of its own at a pseudo-terminal."""

    def __init__(self, folder):
        self.process, self.handle = pty.fork()
        if self.process == 0:
            call = "from recon.cli import main; main()"
            words = ["review", "--workspace", str(folder), "--user", "anna"]
            os.execv(sys.executable, [sys.executable, "-c", call, *words])
        self.seen = ""

    def until(self, text):
        """Read on until a text is shown; gives what was shown up to it, and forgets it."""
        last = time.monotonic() + PATIENCE_SECONDS
        while text not in self.seen:
            ready, _, _ = select.select([self.handle], [], [], max(0, last - time.monotonic()))
            assert ready, f"no {text!r} in {self.seen!r}"
            self.seen += os.read(self.handle, 65_536).decode()
        shown, _, self.seen = self.seen.partition(text)
        return shown

    def key(self, key):
        """Press one key, once the terminal waits for one: what is typed earlier is thrown away."""
        last = time.monotonic() + PATIENCE_SECONDS
        while termios.tcgetattr(self.handle)[3] & termios.ICANON:
            assert time.monotonic() < last, f"nobody waits for {key!r}"
            time.sleep(0.01)
        os.write(self.handle, key.encode())

    def type(self, text):
        """Type a row at a prompt."""
        os.write(self.handle, f"{text}\n".encode())

    def line(self):
        """Wait for the keys to be offered; gives the line that is shown."""
        shown = self.until("q quit")
        return re.findall(r": (L\w{16}) ", shown)[-1][:4]

    def go_to(self, wanted):
        while self.line() != wanted:
            self.key(" ")

    def end(self):
        """Wait for the process; gives its exit code."""
        try:
            while os.read(self.handle, 65_536):
                pass
        except OSError:
            pass  # the other side of the terminal is closed
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


def test_a_sitting_accepts_splits_comments_takes_back_and_quits(office):
    terminal = Terminal(office.folder)
    terminal.go_to(SHORT)
    terminal.key("9")
    assert "none of rank 9" in terminal.until("q quit")
    terminal.key("c")
    terminal.until("comment: ")
    terminal.type("asked them")
    terminal.until("q quit")
    terminal.key("1")
    assert "applied: decision 30" in terminal.until("--")
    terminal.go_to(WEAK)

    # Somebody else decides the line that is being looked at.
    office.does(f"accept {WEAK}", "bertha")
    terminal.key("1")
    assert "changed since" in terminal.until("q quit")
    terminal.key("u")
    terminal.until("why: ")
    terminal.type("mistake")
    assert "taken back" in terminal.until("q quit")
    terminal.key(" ")

    terminal.go_to(EXTRA)
    terminal.key("s")
    terminal.until("part: ")
    terminal.type("pay 1010=250.00")
    terminal.until("part: ")
    terminal.type("rest C102")
    terminal.until("part: ")
    terminal.type("")
    assert "applied: decision 33" in terminal.until("--")
    terminal.line()
    terminal.key("q")
    assert terminal.end() == 0

    decided = {row[:4] for row in (EXTRA, WEAK) if office.line(row) is None}
    assert decided == {EXTRA, WEAK}
    assert office.line(SHORT)["reason"] == "undone"
    assert office.line(SHORT)["comment"] == "asked them"
    assert office.line(AMBIGUOUS)["decision_no"] == 21
    assert office.line(STRANGER) is not None


def test_without_a_terminal_one_is_told_of_the_other_verbs(office):
    code, told = office.call("review")

    assert code == 2
    assert "recon queue" in told
