"""Measure one process: wall and CPU time, and the most memory it ever held."""

from __future__ import annotations

import compileall
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.bench.machine import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measured:
    """What one process took, and what it printed."""

    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float
    printed: str

    @property
    def data(self) -> dict[str, Any]:
        """What it printed, as JSON."""
        found: dict[str, Any] = json.loads(self.printed)
        return found


class ProcessFailed(Exception):
    """A measured process ended with another code than 0: there is nothing to measure."""


def compile_as_installed() -> None:
    """Compile our modules, as an installer does: a measured start does not pay for what a user never pays."""
    for folder in ("recon", "formats", "plugins"):
        compileall.compile_dir(ROOT / folder, quiet=1)


def measure(command: Sequence[str], folder: Path) -> Measured:
    """Run a command to its end and measure it alone, with the children that it waited for.

    Args:
        command: the program and its arguments.
        folder: where the files go that keep what it prints.

    Raises:
        ProcessFailed: it ended with another code than 0.
    """
    out, err = folder / "stdout", folder / "stderr"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr)
        # wait4 gives the usage of this child alone; getrusage would give the largest child so far.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        tail = err.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise ProcessFailed(f"{' '.join(command)} ended with {process.returncode}\n{tail}")
    return Measured(
        wall_seconds=wall,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_megabytes=usage.ru_maxrss * RSS_UNIT / 1e6,
        printed=out.read_text(encoding="utf-8"),
    )


# Linux counts kibibytes, macOS bytes.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def repeat(command: Sequence[str], folder: Path, times: int) -> list[Measured]:
    """Measure a command several times."""
    return [measure(command, folder) for _ in range(times)]


def middle(values: Sequence[float]) -> float:
    """Give the median."""
    return float(median(values))
