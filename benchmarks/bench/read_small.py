"""Read many small files, one by one and together, in this process, and print what it took as JSON.

python -m benchmarks.bench.read_small FOLDER
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from recon.config import Policy
from recon.plugins import Plugins
from recon.protocols import SourceFile
from recon.run.grouped import Read, grouped, read_inputs

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROUNDS = 3


def main() -> None:
    """Read all files of a folder; the best of some rounds counts, the first of which loads what is needed."""
    plugins = Plugins.discover()
    paths = sorted(Path(sys.argv[1]).iterdir())
    sources = [SourceFile(path.name, path.read_bytes()) for path in paths]
    took: dict[str, list[float]] = {"alone": [], "together": []}
    for _ in range(_ROUNDS):
        for name, groups in (
            ("alone", [[source] for source in sources]),
            ("together", list(grouped(sources, lambda source: len(source.data)))),
        ):
            begun = time.process_time()
            read = [one for group in groups for one in read_inputs(group, Policy(), plugins)]
            took[name].append(time.process_time() - begun)
    found = {
        "files": len(sources),
        "bytes": sum(len(source.data) for source in sources),
        "lines": _lines(read),
        **{f"{name}_seconds": min(seconds) for name, seconds in took.items()},
    }
    print(json.dumps(found))


def _lines(read: Iterable[Read]) -> int:
    return sum(one.said().lines.height for one in read)


if __name__ == "__main__":
    main()
