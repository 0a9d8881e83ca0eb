"""Fuzz formats for some seconds each: `python tests/fuzz/fuzz.py --seconds 60 [FORMAT...]`, or `make fuzz`.

With the package atheris installed the changes are guided by coverage of the format's own code; without it they are
those of `mutate` with one seed after the other. Each distinct defect is written to `out/fuzz/` with the bytes that show
it, and makes the exit code 1: fix it, and keep the bytes in `fixtures/hostile/FORMAT/`. `--write` puts what was tried into docs/faults.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

try:
    import atheris
except ImportError:
    atheris = None

from benchmarks.bench.machine import describe_commit  # noqa: E402 -- the path above comes first
from benchmarks.bench.table import markdown, write_table  # noqa: E402
from tests.fuzz.harness import broken, seeds  # noqa: E402
from tests.fuzz.mutate import mutate  # noqa: E402

FOUND = ROOT / "out" / "fuzz"
PAGE = ROOT / "docs" / "faults.md"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Session:
    """Counts executions of one format, keeps the first example of each defect, and ends when its time is over."""

    def __init__(self, name: str, seconds: int) -> None:
        from recon.plugins import Plugins

        self.name = name
        self.plugins = Plugins.discover()
        self.start = time.monotonic()
        self.end = self.start + seconds
        self.executions = 0
        self.slowest = 0.0
        self.defects: dict[str, Path] = {}

    def execute(self, data: bytes) -> None:
        if time.monotonic() > self.end:
            self.finish()
        before = time.process_time()
        complaint = broken(self.plugins, self.name, data)
        self.slowest = max(self.slowest, time.process_time() - before)
        self.executions += 1
        if complaint is None:
            return
        kind = re.sub(r"\d+|'[^']*'", "#", complaint)
        if kind not in self.defects:
            path = FOUND / f"{self.name}-{hashlib.sha256(data).hexdigest()[:8]}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            self.defects[kind] = path
            say(f"{self.name}: {complaint}\n  {path}")

    def finish(self) -> None:
        spent = time.monotonic() - self.start
        guide = "by coverage" if atheris else "by seed"
        say(
            f"{self.name}: {self.executions:,} executions in {spent:.0f} s, guided {guide}; "
            f"{len(self.defects)} defects; slowest {self.slowest:.1f} s of CPU"
        )
        told = {
            "format": self.name,
            "executions": self.executions,
            "seconds": round(spent),
            "guided": guide,
            "defects": len(self.defects),
            "slowest": round(self.slowest, 2),
        }
        FOUND.mkdir(parents=True, exist_ok=True)
        _told(self.name).write_text(json.dumps(told), "utf-8")
        # libFuzzer has no other way out of its loop.
        os._exit(1 if self.defects else 0)


def _told(name: str) -> Path:
    return FOUND / f"{name}.json"


def run(name: str, seconds: int) -> None:
    samples = seeds(name) or [b""]
    if atheris is None:
        session = Session(name, seconds)
        seed = 0
        while True:
            session.execute(mutate(samples, seed))
            seed += 1
    with atheris.instrument_imports(include=[f"recon_{name.replace('-', '_')}"]):
        session = Session(name, seconds)
        # Formats import their reader on the first file.
        broken(session.plugins, name, samples[0])

    def change(data: bytes, limit: int, seed: int) -> bytes:
        if seed % 2:
            return atheris.Mutate(data, limit)[:limit]
        return mutate([data, *samples] if data else samples, seed)[:limit]

    corpus = FOUND / f"corpus-{name}"
    corpus.mkdir(parents=True, exist_ok=True)
    for sample in samples:
        (corpus / hashlib.sha256(sample).hexdigest()[:16]).write_bytes(sample)
    options = [
        f"-artifact_prefix={FOUND}/",
        "-timeout=60",
        "-rss_limit_mb=4096",
        "-max_len=20000",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], session.execute, custom_mutator=change)
    atheris.Fuzz()


def table_of(told: list[dict[str, object]]) -> str:
    """Give what was tried: a row a format, and all together."""
    rows = [
        (one["format"], one["executions"], one["seconds"], one["defects"], one["slowest"])
        for one in told
    ]
    sums = [sum(row[at] for row in rows) for at in (1, 2, 3)]
    rows.append(("all", *sums, max(row[4] for row in rows)))
    shown = [
        (name, f"{tried:,}", f"{spent:,} s", str(found), f"{slowest} s")
        for name, tried, spent, found, slowest in rows
    ]
    head = ("format", "files tried", "took", "crashes and broken promises", "slowest file, CPU")
    guides = " and ".join(sorted({str(one["guided"]) for one in told}))
    return f"On commit {describe_commit()}, changes guided {guides}.\n\n{markdown(head, shown)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=int(os.environ.get("FUZZ_SECONDS", "60")))
    parser.add_argument("--write", action="store_true", help="write the table of docs/faults.md")
    parser.add_argument("formats", nargs="*")
    given = parser.parse_args()
    if len(given.formats) == 1:
        run(given.formats[0], given.seconds)
    from recon.plugins import Plugins

    # A process a format: coverage is instrumented at import, and libFuzzer ends its process.
    words = [sys.executable, __file__, "--seconds", str(given.seconds)]
    names = given.formats or Plugins.discover().names("format")
    for name in names:
        _told(name).unlink(missing_ok=True)
    worst = max(subprocess.run([*words, name], check=False).returncode for name in names)
    # A format whose process was ended by a signal has told nothing, and its exit code says so.
    told = [json.loads(_told(name).read_text("utf-8")) for name in names if _told(name).is_file()]
    if given.write and len(told) == len(names):
        write_table(PAGE, table_of(told), "fuzz")
    return worst if len(told) == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())
