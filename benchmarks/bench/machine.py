"""On what a figure was measured: processor, memory, versions and commit."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def describe_machine() -> dict[str, str]:
    """Say what a reader needs to compare the figures with others."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{_memory_bytes() / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "polars": version("polars"),
        "cashrecon": version("cashrecon"),
        "commit": describe_commit(),
        # On a busy machine wall time says little; CPU time still does.
        "load at start": f"{os.getloadavg()[0]:.1f}",
    }


def describe_commit() -> str:
    """Give the commit, and say so if the tree has changes that are not in it."""
    head = _git("rev-parse", "--short=12", "HEAD")
    if not head:
        return "not a checkout"
    # The table itself is written by the bench, so it never counts as a change.
    changed = _git("status", "--porcelain", "--", ".", ":!benchmarks/README.md")
    return f"{head} with changes" if changed else head


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for row in info.read_text(encoding="utf-8").splitlines():
            if row.startswith("model name"):
                return row.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
