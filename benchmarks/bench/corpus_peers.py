"""Say what other libraries make of the real files. In: PEERS.tsv of the corpus and the index. Out: a state a peer and file.

A peer is held to less than we are: to the count of lines (of bookings or of their details), and to the sum where the file itself
balances. Its texts, dates and single amounts are not compared.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.corpus_index import Case

PEER_STATES: Final = ("right", "wrong or fewer", "failed")
_NOT_PEERS: Final = frozenset({"file", "reference_tx", "reference_balance"})

# What each peer made of each file: file -> peer -> state; a peer that was not tried on a file is left out.
PeerStates: TypeAlias = dict[str, dict[str, str]]


def read_peers(root: Path, cases: Iterable[Case]) -> PeerStates:
    """Read the table of the peers and hold each cell to the facts.

    Args:
        root: the folder of the corpus.
        cases: the files, with the facts that the index states.
    """
    by_name = {case.name: case for case in cases}
    with (root / "PEERS.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {
        row["file"]: {
            name: peer_state(cell, row, by_name[row["file"]])
            for name, cell in row.items()
            if name not in _NOT_PEERS and cell
        }
        for row in rows
        if row["file"] in by_name
    }


def peer_state(cell: str, row: dict[str, str], case: Case) -> str:
    """Hold one cell (`ok tx=4 sum=BAD`, `FAIL ValueError: ...`) to the facts of its file."""
    if not cell.startswith("ok"):
        return "failed"
    counted = cell.split("tx=")[1].split(maxsplit=1)[0]
    expected = {row["reference_tx"], case.facts.get("tx"), case.facts.get("TxDtls")}
    is_wrong_sum = "sum=BAD" in cell and row["reference_balance"] == "balances"
    return "right" if counted in expected and not is_wrong_sum else "wrong or fewer"


def right_peers(peers: PeerStates, name: str) -> list[str]:
    """Name the peers that read a file rightly."""
    return [peer for peer, state in peers.get(name, {}).items() if state == "right"]
