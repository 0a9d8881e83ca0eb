"""Call the command line in this process, in a folder, as a person would in a pipe; and compare what it says."""

from __future__ import annotations

import doctest
import os
from contextlib import chdir
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from recon.cli import main

ROOT: Final = Path(__file__).parents[2]
UPDATE: Final = os.environ.get("RECON_UPDATE_GOLDEN") == "1"


def call(words: list[str], folder: Path) -> tuple[str, int]:
    """Run `recon WORDS` in a folder; give all that it shows, in order, and its exit code."""
    with chdir(folder):
        result = CliRunner(env={"COLUMNS": "80"}).invoke(main, words)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return tidy(result.output), result.exit_code


def tidy(text: str) -> str:
    """Drop blanks at the ends of rows: a table has them, an editor takes them away."""
    return "".join(f"{row.rstrip()}\n" for row in text.rstrip().splitlines())


def agrees(expected: str, shown: str) -> bool:
    """Say whether the output is the one expected; `...` stands for anything."""
    return doctest.OutputChecker().check_output(expected, shown, doctest.ELLIPSIS)
