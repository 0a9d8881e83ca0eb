"""Run all faults of a tier, two at a time, and write one JSON with what each tried and found.

    python tests/faults/night.py --tier nightly --out out/nightly.json
    python tests/faults/night.py --only kill     a part of it anew: what else the JSON says stays

In: `tiers.toml`, the jobs. Out: a row a job as it ends; the JSON has commit, command, seconds, exit code and totals of each,
and is written after each job. Exit code 1 if any failed; its output then lies beside the JSON.
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
from concurrent.futures import ThreadPoolExecutor, as_completed
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
            "commit": describe_commit(),
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


class Night:
    """What was tried, written after each job."""

    def __init__(self, tier, out):
        self.tier, self.out = tier, out
        self.order = [job.what for job in jobs_of(tier)]
        before = json.loads(out.read_text("utf-8")) if out.is_file() else {"tier": tier, "jobs": []}
        kept = before["jobs"] if before["tier"] == tier else []
        self.told = {one["what"]: one for one in kept}

    def play(self, jobs, workers):
        """Run jobs: those that are alone first, then the others so many at a time; gives the names of those that failed."""
        alone = [job for job in jobs if job.is_alone]
        failed = [self._write(job.run()) for job in alone]
        with ThreadPoolExecutor(workers) as pool:
            ended = [pool.submit(job.run) for job in jobs if not job.is_alone]
            failed += [self._write(one.result()) for one in as_completed(ended)]
        return [name for name in failed if name]

    def _write(self, ended):
        told, output = ended
        click.echo(f"{told['seconds']:>6} s  exit {told['exit']}  {told['what']}")
        self.told[told["what"]] = told
        jobs = [self.told[name] for name in self.order if name in self.told]
        text = json.dumps({"tier": self.tier, "jobs": jobs}, indent=2)
        self.out.write_text(f"{text}\n", "utf-8")
        if told["exit"]:
            name = re.sub(r"\W+", "-", told["what"])
            self.out.with_name(f"{self.out.stem}-{name}.log").write_text(output, "utf-8")
        return told["what"] if told["exit"] else None


def main():
    parser = argparse.ArgumentParser(description="Run all faults of a tier.")
    parser.add_argument("--tier", choices=TIERS, default="nightly")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "nightly.json")
    parser.add_argument("--only", default="", help="jobs whose name has these words in it")
    parser.add_argument("--workers", type=int, default=2, help="how many jobs at a time")
    chosen = parser.parse_args()
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    jobs = [job for job in jobs_of(chosen.tier) if chosen.only in job.what]
    failed = Night(chosen.tier, chosen.out).play(jobs, chosen.workers)
    click.echo(f"{len(jobs)} jobs, failed: {', '.join(failed) or 'none'}")
    sys.exit(1 if failed or not jobs else 0)


if __name__ == "__main__":
    main()
