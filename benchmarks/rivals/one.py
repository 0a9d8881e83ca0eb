"""Run one rival on one folder, in this process, and print what it found and what it took as JSON.

python -m benchmarks.rivals.one NAME FOLDER     by a Python that has the libraries of benchmarks/rivals.lock
"""

from __future__ import annotations

import json
import resource
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.rivals.business_central import match_business_central
from benchmarks.rivals.exact import match_exact
from benchmarks.rivals.fuzzy_loop import match_fuzzy
from benchmarks.rivals.given import Found, Given, read_given
from benchmarks.rivals.libraries import (
    match_bankstatementparser,
    match_reconcile_mcp,
    match_reconcile_py,
)
from benchmarks.rivals.linkage import match_splink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RIVALS: Final[dict[str, Callable[[Given], Iterable[Found]]]] = {
    "exact reference and amount": match_exact,
    "Business Central's rules": match_business_central,
    "greedy rapidfuzz loop": match_fuzzy,
    "Splink at 0.99": partial(match_splink, threshold=0.99),
    "Splink at 0.9999": partial(match_splink, threshold=0.9999),
    "bankstatementparser": match_bankstatementparser,
    "reconcile-mcp": match_reconcile_mcp,
    "reconcile-py": match_reconcile_py,
}
# Linux counts kibibytes, macOS bytes.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def main() -> None:
    """Read, run and print; reading is not timed."""
    name, folder = sys.argv[1:]
    given = read_given(Path(folder))
    wall, cpu = time.perf_counter(), time.process_time()
    found = list(RIVALS[name](given))
    taken = {"wall_seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
    rows = [(one.line_id, one.item_ids, one.confidence, one.is_applied) for one in found]
    print(json.dumps({**taken, "peak_bytes": peak, "found": rows}))


if __name__ == "__main__":
    main()
