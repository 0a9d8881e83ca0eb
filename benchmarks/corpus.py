"""Say how many real files of the corpus each installed format reads rightly, beside the best peer library.

python benchmarks/corpus.py              two tables: our formats, and the best peer a format
python benchmarks/corpus.py --list       and every file that is not right, with the reason

The corpus lies beside the repository and is no part of it. A file is *right by source* when it was read with the facts that its
source's own tests state, *right by estimate* when the index only has a count of its own; it *differs with proof* when the index is
contradicted by arithmetic inside the file (CSV only, `tests/corpus_csv_facts.py`). *With rejects*: the facts hold, and some records
were refused by name. *Refused*: the whole file was, with its reason. *Unknown*: it was read, and the index states no count.
CSV is read with a currency where the file names none, and by no profile. A peer is held to the count of lines, and to the sum where
the file itself balances; its text, dates and CSV amounts are not compared, so its *right* is generous.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from recon.api import MalformedFile, ReconError, SourceFile
from tests import corpus_csv
from tests.corpus_facts import differences
from tests.corpus_index import Case, cases, corpus_root

if TYPE_CHECKING:
    from recon.api import Format, ParsedStatements

HEAD = 64 * 1024
FOLDERS = {"mt940": ("mt940/", "mt942/"), "ofx": ("ofx/", "ofx-investment/"), "csv": ("csv/",)}
RIGHT = ("right by source", "right by estimate")
STATES = (*RIGHT, "differs with proof", "with rejects", "unknown", "refused", "wrong", "unclaimed")
PEER_STATES = ("right", "silently wrong", "failed", "not tried")


@dataclass
class Peer:
    """What one peer library made of the files of one format."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Print the tables, and the list where it is asked for."""
    parser = argparse.ArgumentParser(description="Read the corpus of real files.")
    parser.add_argument("--list", action="store_true", help="name each file that is not right")
    chosen = parser.parse_args()
    if corpus_root() is None:
        sys.exit("the corpus of real files is not present")
    formats = installed_formats()
    rows = []
    for name, folders in FOLDERS.items():
        counts: Counter[str] = Counter()
        for case in (case for folder in folders for case in cases(folder)):
            state, reason = judge(formats[name], case)
            counts[state] += 1
            if chosen.list and state not in RIGHT:
                print(f"{state}: {case.name}: {reason}", file=sys.stderr)
        rows.append([name, counts.total(), *(counts[state] for state in STATES)])
    print_table(["format", "files", *STATES], rows)
    peers = {name: best_peer(folders) for name, folders in FOLDERS.items()}
    print_table(
        ["format", "best peer", *PEER_STATES],
        [
            [name, peer.name, *(peer.counts[state] for state in PEER_STATES)]
            for name, peer in peers.items()
        ],
    )


def print_table(header: list[str], rows: list[list[object]]) -> None:
    """Print a Markdown table and an empty line."""
    for row in (header, ["---"] * len(header), *rows):
        print("|", " | ".join(map(str, row)), "|")
    print()


def installed_formats() -> dict[str, Format]:
    """Find the formats as the engine does: through the entry points of the group `recon`."""
    found: dict[str, Format] = {}
    for entry in entry_points(group="recon"):
        register = getattr(entry.load(), "recon_register_formats", None)
        found |= {each.name: each for each in (register() if register else ())}
    return found


def judge(format_: Format, case: Case) -> tuple[str, str]:
    """Read one file and hold it to its facts; a file that is not claimed would never be read."""
    data = case.path.read_bytes()
    if not format_.sniff(data[:HEAD], case.path.name):
        return "unclaimed", "its content is not claimed"
    if format_.name == "csv":
        return judge_csv(case)
    try:
        parsed = format_.read(SourceFile(case.path.name, data), {})
    except ReconError as error:
        return "refused", error.message
    found = differences(case, parsed)
    if found:
        return "wrong", "; ".join(found)
    if parsed.rejects["record"].count():
        return "with rejects", reject_codes(parsed)
    state = "right by source" if case.from_source else "right by estimate"
    return (state, "") if "tx" in case.facts else ("unknown", "the index states no count")


def judge_csv(case: Case) -> tuple[str, str]:
    """Judge a CSV file as the tests do."""
    found = corpus_csv.outcome(case.path)
    if isinstance(found, MalformedFile):
        return "refused", found.message
    proven = corpus_csv.PROVEN.get(case.name)
    return corpus_csv.judge(case, found), proven.why if proven else reject_codes(found)


def reject_codes(parsed: ParsedStatements) -> str:
    """List the causes of the records that were refused by name."""
    return ", ".join(sorted(set(parsed.rejects["code"])))


def best_peer(folders: tuple[str, ...]) -> Peer:
    """Give the peer that reads most files of these folders rightly; of equals the one that is wrong least often."""
    root = corpus_root()
    assert root is not None
    with (root / "PEERS.tsv").open(encoding="utf-8", newline="") as file:
        rows = [
            row for row in csv.DictReader(file, delimiter="\t") if row["file"].startswith(folders)
        ]
    names = [name for name in rows[0] if name not in {"file", "reference_tx", "reference_balance"}]
    peers = [Peer(name, Counter(peer_state(row, name) for row in rows)) for name in names]
    return max(peers, key=lambda peer: (peer.counts["right"], -peer.counts["silently wrong"]))


def peer_state(row: dict[str, str], name: str) -> str:
    """Hold one cell (`ok tx=4 sum=BAD`) to the reference; a sum is wrong only where the file itself balances."""
    cell = row[name]
    if not cell:
        return "not tried"
    if not cell.startswith("ok"):
        return "failed"
    counted = cell.split("tx=")[1].split()[0]
    is_wrong_sum = "sum=BAD" in cell and row["reference_balance"] == "balances"
    is_right = counted == row["reference_tx"] and not is_wrong_sum
    return "right" if is_right else "silently wrong"


if __name__ == "__main__":
    main()
