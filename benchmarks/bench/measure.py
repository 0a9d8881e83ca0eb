"""Measure one process: wall and CPU time, and the most memory it ever held."""

from __future__ import annotations

import compileall
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.bench.machine import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

LAUNCHER = Path(__file__).resolve().with_name("launch.py")


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
    out, err, report = folder / "stdout", folder / "stderr", folder / "report.json"
    # Started by a small process: see there.
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(report)]
    with out.open("wb") as stdout, err.open("wb") as stderr:
        done = subprocess.run([*launcher, *command], stdout=stdout, stderr=stderr, check=False)
    if done.returncode:
        tail = err.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise ProcessFailed(f"{' '.join(command)} ended with {done.returncode}\n{tail}")
    took = json.loads(report.read_text(encoding="utf-8"))
    return Measured(
        wall_seconds=took["wall_seconds"],
        cpu_seconds=took["cpu_seconds"],
        peak_megabytes=took["max_rss"] * RSS_UNIT / 1e6,
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
