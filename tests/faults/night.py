"""Run all faults of a tier, two at a time, and write one JSON with what each tried and found.

    python tests/faults/night.py --tier nightly --out out/nightly.json

In: `tiers.toml`, the jobs. Out: a row a job as it ends; the JSON has command, seconds, exit code and totals of each. Exit
code 1 if any failed; its output then lies beside the JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.bench.machine import describe_commit

ROOT = Path(__file__).resolve().parents[2]
JOBS = Path(__file__).with_name("tiers.toml")
TIERS = ("nightly", "release")
_COUNTS = re.compile(r"(\d+) (passed|failed|skipped|error)")


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to try: what it is called, the words behind `python`, and whether it keeps all cores busy."""

    what: str
    words: tuple[str, ...]
    is_alone: bool
    environment: dict[str, str]

    def run(self):
        """Run it; gives what is written of it, and its output."""
        paths = [ROOT, ROOT / "formats", ROOT / "plugins"]
        path = os.pathsep.join([*map(str, paths), os.environ.get("PYTHONPATH", "")])
        # Two jobs share two cores, as two workers of one job do.
        shared = {"PYTHONPATH": path, "POLARS_MAX_THREADS": "1"}
        began = time.monotonic()
        ended = subprocess.run(
            [sys.executable, *self.words],
            cwd=ROOT,
            env={**os.environ, **shared, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        told = {
            "what": self.what,
            "command": shlex.join(["python", *self.words]),
            "seconds": round(time.monotonic() - began),
            "exit": ended.returncode,
            "totals": totals_of(ended.stdout),
        }
        return told, ended.stdout + ended.stderr


def jobs_of(tier):
    """Give the jobs of a tier, in the order of the file."""
    return [
        Job(
            one["what"],
            tuple(shlex.split(f"{one['script']} {one[tier]}")),
            one.get("alone", False),
            one.get("environment", {}),
        )
        for one in tomllib.loads(JOBS.read_text("utf-8"))["job"]
    ]


def totals_of(out):
    """Give the JSON object that ends an output, or what pytest counted."""
    at = out.rfind("\n{\n") + 1 if not out.startswith("{\n") else 0
    if out[at:].startswith("{"):
        try:
            return json.loads(out[at:])
        except json.JSONDecodeError:
            return {}
    last = out.strip().rpartition("\n")[2]
    return {word: int(count) for count, word in _COUNTS.findall(last)}


def play(tier, out, workers):
    """Run all jobs of a tier; gives what is written of each."""
    jobs = jobs_of(tier)
    told = [_told(job.run(), out) for job in jobs if job.is_alone]
    with ThreadPoolExecutor(workers) as pool:
        together = pool.map(Job.run, [job for job in jobs if not job.is_alone])
        return told + [_told(one, out) for one in together]


def _told(ended, out):
    told, output = ended
    click.echo(f"{told['seconds']:>6} s  exit {told['exit']}  {told['what']}")
    if told["exit"]:
        name = re.sub(r"\W+", "-", told["what"])
        out.with_name(f"{out.stem}-{name}.log").write_text(output, "utf-8")
    return told


def main():
    parser = argparse.ArgumentParser(description="Run all faults of a tier.")
    parser.add_argument("--tier", choices=TIERS, default="nightly")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "nightly.json")
    parser.add_argument("--workers", type=int, default=2, help="how many jobs at a time")
    chosen = parser.parse_args()
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    told = play(chosen.tier, chosen.out, chosen.workers)
    whole = {
        "tier": chosen.tier,
        "commit": describe_commit(),
        "seconds": round(time.monotonic() - began),
        "jobs": told,
    }
    chosen.out.write_text(json.dumps(whole, indent=2) + "\n", "utf-8")
    failed = [one["what"] for one in told if one["exit"]]
    click.echo(f"{whole['seconds']:>6} s  {len(told)} jobs, failed: {', '.join(failed) or 'none'}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
