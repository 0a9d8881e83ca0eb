"""Measure the store: a million lines stored, read back and stored again, verified; a day's run over them.

python benchmarks/store.py                 prints the table; --write puts it into README.md
python benchmarks/store.py --lines 100000  a smaller store
python benchmarks/store.py --postgresql       the same on a server of its own, of the machine's cores
python benchmarks/store.py --postgresql URL   the same on your server (an empty database)
Every step is a process of its own.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bench.machine import describe_machine
from benchmarks.bench.measure import compile_as_installed, measure
from benchmarks.bench.table import markdown, measured_on, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench.measure import Measured

README = Path(__file__).resolve().with_name("README.md")
STEPS = (
    ("fill", "stored, as 100 files"),
    ("read", "read back in full"),
    ("again", "stored again as other files: no line is new"),
    ("decide", "decided: decision, allocation and entry each"),
    ("whole", "the record as it stands, whole"),
    ("verify", "verified: chain, rows, projections, money"),
)
DAYS = (10_000, 100_000)
# The server that the tests start too.
OWN = "own"


def main() -> None:
    """Measure all steps and show or write the table."""
    parser = argparse.ArgumentParser(description="Measure the store and a day's run over it.")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument(
        "--days",
        type=int,
        nargs="*",
        help=f"lines of a day: {DAYS}; on a server one alone: {DAYS[:1]}",
    )
    parser.add_argument(
        "--postgresql", metavar="URL", nargs="?", const=OWN, help="a server in place of a file"
    )
    parser.add_argument("--seed", type=int, default=1, help="the world of the days")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    compile_as_installed()
    where = measured_on(describe_machine())
    if chosen.days is None:
        chosen.days = DAYS[:1] if chosen.postgresql else DAYS
    with tempfile.TemporaryDirectory() as name, _database(chosen.postgresql) as url:
        chosen.postgresql = url
        rows = _measure(Path(name), chosen)
    head = ("what", "lines", "seconds", "wall", "CPU", "peak", "store", "result")
    table = f"{where}\n\n{markdown(head, rows)}"
    print(table)
    if chosen.write:
        write_table(README, table, "store on a server" if chosen.postgresql else "store")


@contextmanager
def _database(wanted: str | None) -> Iterator[str | None]:
    """Give the URL of the database that is wanted: a file's (none), yours, or one of a server that ends with this program."""
    if wanted != OWN:
        yield wanted
        return
    from tests.stores import fresh_url, server

    try:
        with fresh_url("postgresql", Path()) as url:
            yield url
    finally:
        server().end()


def _measure(folder: Path, chosen: argparse.Namespace) -> list[tuple[str, ...]]:
    workspace = folder / "workspace"
    (workspace / "inbox").mkdir(parents=True)
    store = f'store = "{chosen.postgresql}"\n' if chosen.postgresql else ""
    files = 'customers = "customers.csv"\naccounts = "accounts.csv"\n'
    (workspace / "recon.toml").write_text(f"{store}{files}", encoding="utf-8")
    rows = []
    for step, what in STEPS:
        print(f"measuring {step} ...", file=sys.stderr)
        module = [sys.executable, "-m", "benchmarks.bench.store_steps"]
        took = measure([*module, step, str(workspace), str(chosen.lines)], folder)
        rows.append(_row(what, chosen.lines, took))
        print(*rows[-1], sep=" | ", file=sys.stderr)
    for lines in chosen.days:
        print(f"measuring a day of {lines:,} ...", file=sys.stderr)
        # Each world has books of its own, and no store takes the books of two.
        own = folder / f"workspace-{lines}"
        shutil.copytree(workspace, own)
        rows += _days(folder, own, lines, chosen.seed)
        shutil.rmtree(own)
    return rows


def _days(folder: Path, workspace: Path, lines: int, seed: int) -> list[tuple[str, ...]]:
    """Lay a new world's month into the inbox and run; then the same files once more, and run."""
    world = folder / f"world-{lines}"
    make = Path(__file__).with_name("generate.py")
    size = ["--lines", str(lines), "--items", str(lines), "--seed", str(seed + lines)]
    measure([sys.executable, str(make), "--out", str(world), *size], folder)
    for name in ("open_items.csv", "customers.csv", "accounts.csv"):
        shutil.copy(world / name, workspace / name)
    rows = [
        _day(folder, workspace, world / "statements", lines, what)
        for what in ("recon run", "the same files again: recon run")
    ]
    shutil.rmtree(world)
    return rows


def _day(folder: Path, workspace: Path, statements: Path, lines: int, what: str) -> tuple[str, ...]:
    inbox = workspace / "inbox"
    shutil.copytree(statements, inbox / f"{len(list(inbox.iterdir()))}-{lines}")
    program = "from recon.cli import main; main()"
    run = ["run", "--workspace", str(workspace), "--user", "benchmark", "--quiet"]
    took = measure([sys.executable, "-c", program, *run, "--format", "json"], folder)
    decided = took.data.get("decided")
    result = f"{decided:,} decided" if decided else "nothing new"
    return _cells(f"{what} over {_shown(workspace)}", lines, took, "", "", result)


def _row(what: str, lines: int, took: Measured) -> tuple[str, ...]:
    told = took.data
    size = f"{told.pop('bytes') / 1e6:,.0f} MB"
    seconds = f"{told.pop('seconds'):.1f} s"
    result = ", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in told.items())
    return _cells(what, lines, took, seconds, size, result)


def _cells(
    what: str, lines: int, took: Measured, seconds: str, size: str, result: str
) -> tuple[str, ...]:
    wall, cpu = f"{took.wall_seconds:.1f} s", f"{took.cpu_seconds:.1f} s"
    peak = f"{took.peak_megabytes:,.0f} MB"
    return (what, f"{lines:,}", seconds, wall, cpu, peak, size, result)


def _shown(workspace: Path) -> str:
    database = workspace / "recon.db"
    return f"{database.stat().st_size / 1e6:,.0f} MB" if database.is_file() else "the server"


if __name__ == "__main__":
    main()
