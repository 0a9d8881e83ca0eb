"""Say how many real files of the corpus each installed format reads rightly.

python benchmarks/corpus.py              one row a format
python benchmarks/corpus.py --list       and every file that is refused or wrong, with the reason

The corpus lies beside the repository and is no part of it. A file is *right* when all facts that its index states hold
(counts, sums, balances, currency); *with rejects* when they hold and some records were refused by name; *refused* when
the whole file was, with its reason; *unknown* when it was read but the index states no count to hold it to.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from recon.api import ReconError, SourceFile
from tests.corpus_facts import differences
from tests.corpus_index import Case, cases, corpus_root

if TYPE_CHECKING:
    from recon.api import Format

HEAD = 64 * 1024
FOLDERS = {"mt940": ("mt940/", "mt942/"), "ofx": ("ofx/", "ofx-investment/"), "csv": ("csv/",)}
STATES = ("right", "with rejects", "unknown", "refused", "wrong", "unclaimed")


def main() -> None:
    """Print the table, and the list where it is asked for."""
    parser = argparse.ArgumentParser(description="Read the corpus of real files.")
    parser.add_argument("--list", action="store_true", help="name each file that is not right")
    chosen = parser.parse_args()
    if corpus_root() is None:
        sys.exit("the corpus of real files is not present")
    formats = installed_formats()
    print("| format | files |", " | ".join(STATES), "|")
    print("|---" * (len(STATES) + 2) + "|")
    for name, folders in FOLDERS.items():
        counts: Counter[str] = Counter()
        for case in (case for folder in folders for case in cases(folder)):
            state, reason = judge(formats[name], case)
            counts[state] += 1
            if chosen.list and state != "right":
                print(f"{state}: {case.name}: {reason}", file=sys.stderr)
        cells = " | ".join(str(counts[state]) for state in STATES)
        print(f"| {name} | {counts.total()} | {cells} |")


def installed_formats() -> dict[str, Format]:
    """Find the formats as the engine does: through the entry points of the group `recon`."""
    found: dict[str, Format] = {}
    for entry in entry_points(group="recon"):
        register = getattr(entry.load(), "recon_register_formats", None)
        found |= {each.name: each for each in (register() if register else ())}
    return found


def judge(format_: Format, case: Case) -> tuple[str, str]:
    """Read one file and hold it to its facts."""
    data = case.path.read_bytes()
    if not format_.sniff(data[:HEAD], case.path.name):
        return "unclaimed", "its content is not claimed"
    try:
        parsed = format_.read(SourceFile(case.path.name, data), {})
    except ReconError as error:
        return "refused", error.message
    found = differences(case, parsed)
    if found:
        return "wrong", "; ".join(found)
    if parsed.rejects["record"].count():
        return "with rejects", ", ".join(sorted(set(parsed.rejects["code"])))
    return ("right", "") if "tx" in case.facts else ("unknown", "the index states no count")


if __name__ == "__main__":
    main()
