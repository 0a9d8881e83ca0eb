"""Read one file through the installed formats, in this process, and print what it took as JSON.

As with the libraries of others (peer_one.py), what is imported is imported before; the rest of a first read counts.

python -m benchmarks.bench.read_one FILE
"""

from __future__ import annotations

import json
import pkgutil
import resource
import sys
import time
from importlib import import_module
from pathlib import Path

from benchmarks.bench.measure import RSS_UNIT
from recon.plugins import Plugins
from recon.protocols import SourceFile

SNIFFED = 65_536


def main() -> None:
    """Find the format by content, read, and print counts, CPU seconds and the growth of memory."""
    path = Path(sys.argv[1])
    plugins = Plugins.discover()
    source = SourceFile(path.name, path.read_bytes())
    (claimed,) = plugins.sniff_all(source.data[:SNIFFED], source.name).formats
    _import_formats()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    parsed = plugins.read(claimed, source, {})
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = {
        "format": claimed,
        "reader": parsed.reader,
        "lines": parsed.lines.height,
        "rejects": parsed.rejects.height,
        "file_bytes": len(source.data),
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "grown_bytes": (after - before) * RSS_UNIT,
    }
    print(json.dumps(found))


def _import_formats() -> None:
    """Import every module of the formats, which their plugins do when they are first called, and what Polars adds."""
    packages = [name.partition(".")[0] for name in sys.modules if name.endswith(".plugin")]
    for package in packages:
        for module in pkgutil.iter_modules(sys.modules[package].__path__, f"{package}."):
            import_module(module.name)
    import_module("numpy.ma")


if __name__ == "__main__":
    main()
