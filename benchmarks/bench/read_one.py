"""Read one file through the installed formats, in this process, and print what it took as JSON.

As with the libraries of others (peer_one.py), what is imported is imported before; the rest of a first read counts.

python -m benchmarks.bench.read_one FILE
python -m benchmarks.bench.read_one FILE in-pieces       block by block, and the file never in memory as a whole
"""

from __future__ import annotations

import json
import pkgutil
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bench.measure import RSS_UNIT
from recon.plugins import Plugins
from recon.protocols import SourceFile, SourceStream

if TYPE_CHECKING:
    from collections.abc import Callable

SNIFFED = 65_536


def main() -> None:
    """Find the format by content, read, and print counts, CPU seconds and the growth of memory."""
    path = Path(sys.argv[1])
    plugins = Plugins.discover()
    with path.open("rb") as file:
        head = file.read(SNIFFED)
    (claimed,) = plugins.sniff_all(head, path.name).formats
    _import_formats()
    read = _in_pieces if sys.argv[2:] == ["in-pieces"] else _whole(path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    reader, lines, rejects = read(plugins, claimed, path)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = {
        "format": claimed,
        "reader": reader,
        "lines": lines,
        "rejects": rejects,
        "file_bytes": path.stat().st_size,
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "grown_bytes": (after - before) * RSS_UNIT,
    }
    print(json.dumps(found))


def _whole(path: Path) -> Callable[[Plugins, str, Path], tuple[str, int, int]]:
    """Take the bytes of the file, which are no part of the time; gives what reads them."""
    source = SourceFile(path.name, path.read_bytes())

    def read(plugins: Plugins, claimed: str, _: Path) -> tuple[str, int, int]:
        parsed = plugins.read(claimed, source, {})
        return parsed.reader, parsed.lines.height, parsed.rejects.height

    return read


def _in_pieces(plugins: Plugins, claimed: str, path: Path) -> tuple[str, int, int]:
    with path.open("rb") as file:
        source = SourceStream(path.name, file)
        with plugins.read_stream(claimed, source, {}) as read:
            return read.reader, sum(block.height for block in read.lines), read.rejects.height


def _import_formats() -> None:
    """Import every module of the formats, which their plugins do when they are first called, and what Polars adds."""
    packages = [name.partition(".")[0] for name in sys.modules if name.endswith(".plugin")]
    for package in packages:
        for module in pkgutil.iter_modules(sys.modules[package].__path__, f"{package}."):
            import_module(module.name)
    import_module("numpy.ma")


if __name__ == "__main__":
    main()
