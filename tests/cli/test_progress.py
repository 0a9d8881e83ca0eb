"""Progress: on a terminal, never in a pipe, never on stdout."""

from __future__ import annotations

import io
import sys

import pytest

from recon.cli.progress import Silent, under_way


class Terminal(io.StringIO):
    def isatty(self):
        return True


def work(*, quiet=False):
    with under_way(quiet=quiet) as progress:
        sys.stdout.write("printed by a plugin\n")
        progress.advance()
        progress.step("reading", 3)
        progress.advance(2)
        progress.step("matching")
        return progress


def test_in_a_pipe_nothing_is_shown_and_stdout_stays_clean(capsys):
    progress = work()

    assert isinstance(progress, Silent)
    assert capsys.readouterr() == ("", "printed by a plugin\n")


def test_on_a_terminal_the_steps_are_shown_on_stderr(monkeypatch, capsys):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    work()

    assert "matching" in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_quiet_shows_nothing_on_a_terminal_either(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    work(quiet=True)

    assert terminal.getvalue() == "printed by a plugin\n"


def test_stdout_is_given_back_when_the_work_fails(capsys):
    with pytest.raises(ZeroDivisionError), under_way(quiet=True):
        raise ZeroDivisionError
    sys.stdout.write("data\n")

    assert capsys.readouterr().out == "data\n"
