"""Say what became of every real file of the corpus, by format, beside the libraries of others.

python benchmarks/corpus.py                    the table by folder of the corpus
python benchmarks/corpus.py --peers            and a row a peer
python benchmarks/corpus.py --files camt.053   each file of a folder with its state, the reason, and the peers that are right on it
python benchmarks/corpus.py --worse            only files on which some peer is right and we are not
python benchmarks/corpus.py --write            put table, peers and files worse off into benchmarks/README.md

The corpus lies beside the repository and is no part of it. Every fact that its index states is compared: counts of lines, statements
and accounts, opening and closing balances, totals, currencies, and how many statements balance. A file is *right by source* when the
facts are those of its source's own tests, *right by index* when they are counted for the index; it *differs with proof* when the index
is contradicted by the file itself, and a test says how. *Facts unknown*: it was read, and the index states none. *With rejects*: the
facts hold, and some records were refused by name. *Nothing in it*: the index counts no entry, and the file is refused (the bank's answer
is an error message, or there is no statement). *Refused*: the whole file was, with its reason. *Not recognised*: no format claims it.
The last column counts, among all of these, the files that were read a second time with the options that the first answer asked for: the
account, the currency, that the bank sends no closing balance, or that amounts finer than their currency may be rounded (`bench/corpus_reading.py`).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bench.corpus_judge import NOTHING_IN_IT, RIGHT, STATES, Judged, judge
from benchmarks.bench.corpus_peers import PEER_STATES, PeerStates, read_peers, right_peers
from benchmarks.bench.table import markdown, write_table
from recon.plugins import Plugins
from tests.corpus_index import cases, corpus_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

README = Path(__file__).resolve().parent / "README.md"
# A peer that gives no entry for a file without any, be it an error message of the bank, has done nothing better.
NOT_WORSE = frozenset({*RIGHT, "facts unknown", NOTHING_IN_IT})


def main() -> None:
    """Print what is asked for."""
    parser = argparse.ArgumentParser(description="Read the corpus of real files.")
    parser.add_argument("--peers", action="store_true", help="add the table of the peers")
    parser.add_argument("--files", metavar="FOLDER", help="list each file of one folder")
    parser.add_argument("--worse", action="store_true", help="list files that a peer reads better")
    parser.add_argument("--write", action="store_true", help="write the tables of README.md")
    chosen = parser.parse_args()
    root = corpus_root()
    if root is None:
        sys.exit("the corpus of real files is not present")
    wanted = cases(f"{chosen.files}/" if chosen.files else "")
    if not wanted:
        sys.exit(f"the corpus has no folder {chosen.files}")
    peers = read_peers(root, wanted)
    plugins = Plugins.discover()
    judged = [judge(case, plugins) for case in wanted]
    if chosen.files:
        print(files_table(judged, peers))
        return
    print(states_table(judged))
    if chosen.peers or chosen.write:
        print(f"\n{peers_table(peers)}")
    worse = [one for one in judged if is_worse(one, peers)]
    if chosen.worse or chosen.write:
        print(f"\n{files_table(worse, peers)}")
    if chosen.write:
        write_table(README, page(judged, worse, peers), "corpus")


def page(judged: Sequence[Judged], worse: Sequence[Judged], peers: PeerStates) -> str:
    """Lay out the part of README.md."""
    return "\n\n".join(
        (
            f"{len(judged)} files, by folder of the corpus:",
            states_table(judged),
            "The libraries of others on the same files, held to count and sum alone:",
            peers_table(peers),
            "Files on which some library is right by that measure and we are not:",
            files_table(worse, peers),
        )
    )


def states_table(judged: Iterable[Judged]) -> str:
    """Count the files of each folder by state, and those for which an option had to be told."""
    counts: dict[str, Counter[str]] = {}
    for one in judged:
        of_folder = counts.setdefault(folder(one.case.name), Counter())
        of_folder[one.state] += 1
        of_folder["told"] += one.read is not None and bool(one.read.told)
    counts["all"] = sum(counts.values(), Counter())
    rows = [
        [
            name,
            str(sum(of_folder[state] for state in STATES)),
            *(str(of_folder[state]) for state in STATES),
            str(of_folder["told"]),
        ]
        for name, of_folder in counts.items()
    ]
    return markdown(["folder", "files", *STATES, "read with what a hint asked for"], rows)


def peers_table(peers: PeerStates) -> str:
    """Count the files of each folder that each peer was tried on, by state."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for name, states in peers.items():
        for peer, state in states.items():
            counts.setdefault((folder(name), peer), Counter())[state] += 1
    rows = [
        [name, peer, str(of_peer.total()), *(str(of_peer[state]) for state in PEER_STATES)]
        for (name, peer), of_peer in sorted(counts.items())
    ]
    return markdown(["folder", "library", "files", *PEER_STATES], rows)


def files_table(judged: Iterable[Judged], peers: PeerStates) -> str:
    """List files with what became of each."""
    rows = [
        [
            one.case.name,
            one.case.facts.get("tx") or one.case.facts.get("rows", ""),
            one.state,
            _reason(one).replace("|", "\\|"),
            ", ".join(right_peers(peers, one.case.name)),
        ]
        for one in judged
    ]
    return markdown(["file", "entries", "state", "reason", "libraries that are right"], rows)


def _reason(one: Judged) -> str:
    told = one.read.told if one.read else ()
    return "; ".join(filter(None, (one.reason, f"told: {', '.join(told)}" if told else "")))


def is_worse(one: Judged, peers: PeerStates) -> bool:
    """Say whether some peer is right where we are not."""
    return one.state not in NOT_WORSE and bool(right_peers(peers, one.case.name))


def folder(name: str) -> str:
    """Give the folder of the corpus that a file lies in."""
    return name.split("/", 1)[0]


if __name__ == "__main__":
    main()
