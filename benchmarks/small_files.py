"""Read hundreds of small files of a format, as a treasury's day brings them, one by one and together.

python benchmarks/small_files.py                     200 files of about 20 entries a format; prints only
python benchmarks/small_files.py --write             and writes the table of the README
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bench.machine import describe_machine
from benchmarks.bench.measure import compile_as_installed, measure
from benchmarks.bench.statement_files import FORMATS, write_statement_file
from benchmarks.bench.table import markdown, measured_on, write_table

README: Final = Path(__file__).resolve().with_name("README.md")
_ENTRIES: Final = range(15, 26)


def main() -> None:
    """Measure and show, or write, the table."""
    parser = argparse.ArgumentParser(description="Measure reading of many small files.")
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--write", action="store_true", help="write the table of README.md")
    chosen = parser.parse_args()
    compile_as_installed()
    with tempfile.TemporaryDirectory() as folder:
        rows = [small_row(format_, chosen.files, Path(folder)) for format_ in FORMATS]
    head = ("format", "files", "entries", "bytes a file", "one by one", "together", "times as fast")
    how = "Processor time a file, with recognising it and checking what was read; the best of 3 rounds in one process."
    table = f"{measured_on(describe_machine())}\n{how}\n\n{markdown(head, rows)}"
    print(table)
    if chosen.write:
        write_table(README, table, "small")


def small_row(format_: str, files: int, folder: Path) -> tuple[str, ...]:
    """Write the files of a format, read them, and give a row of the table."""
    place = folder / f"{format_}_files"
    place.mkdir()
    for number in range(files):
        count = _ENTRIES[number % len(_ENTRIES)]
        path = write_statement_file(format_, count, folder)
        path.rename(place / f"{number:04d}{path.suffix}")
    command = [sys.executable, "-m", "benchmarks.bench.read_small", str(place)]
    found = measure(command, folder).data
    alone, together = found["alone_seconds"], found["together_seconds"]
    return (
        format_,
        f"{found['files']:,}",
        f"{found['lines']:,}",
        f"{found['bytes'] / files:,.0f}",
        f"{1e3 * alone / files:.1f} ms",
        f"{1e3 * together / files:.1f} ms",
        f"{alone / together:.1f}",
    )


if __name__ == "__main__":
    main()
