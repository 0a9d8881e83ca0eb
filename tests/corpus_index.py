"""Read the index of the corpus of real bank files: what each file must give when it is read.

The corpus lies beside the repository (`<repository root>/../shared/corpus`) and is no part of it; tests skip where
it is missing. Facts are kept as the index writes them, as text, so that each test converts what it compares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Facts that the index states wrongly. It counts fields at the start of a line. In the first file one of four `:20:`
# stands behind a control character, and the file's own count of balances says four; in the second `@@` ends a line.
_CORRECTED = {
    "mt940/zilverline__mt940/two_accounts.txt": {"stmts": "4"},
    "mt940-fragments/my-flow__mt940/pending.sta": {"tx": "1"},
}

_FACT = re.compile(r"([A-Za-z][A-Za-z-]*(?: rows)?)[=~](\S*)")


@dataclass(frozen=True, slots=True)
class Case:
    """One file of the corpus with its expected facts."""

    path: Path
    name: str  # the path inside the corpus, with forward slashes: a stable test id
    format: str
    bank: str
    country: str
    special: str
    facts: dict[str, str]
    from_source: bool  # the source's own tests state the facts; else an independent counter does

    def number(self, fact: str) -> int | None:
        """Give a whole-number fact (`tx`, `stmts`, `accts`), None if the index does not state it."""
        return int(self.facts[fact]) if fact in self.facts else None


def corpus_root() -> Path | None:
    """Give the corpus folder, None where it is not present."""
    folder = ROOT.parent / "shared" / "corpus"
    return folder if (folder / "INDEX.md").is_file() else None


def cases(prefix: str) -> list[Case]:
    """List the files whose path starts with `prefix` (`mt940/`, `ofx`, `csv/`), in the index's order."""
    root = corpus_root()
    if root is None:
        return []
    found = []
    for row in (root / "INDEX.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in row.strip().removeprefix("|").split(" |")]
        is_file = row.startswith("| ") and len(cells) >= 8 and "/" in cells[0]
        if is_file and cells[0].startswith(prefix):
            found.append(_case(root, cells))
    return found


def parse_facts(text: str) -> dict[str, str]:
    """Split `tx=3 (source); credits=0 debits=5.00; balances: 1 ok/0 bad` into a dict.

    >>> parse_facts("tx=3 (source); credits=0 debits=5.00; rows~4; balances: 1 ok/0 bad")
    {'tx': '3', 'credits': '0', 'debits': '5.00', 'rows': '4', 'balances': '1 ok/0 bad'}
    """
    facts: dict[str, str] = {}
    for part in text.replace("(source)", "").split(";"):
        if part.strip().startswith("balances:"):
            facts["balances"] = part.split(":", 1)[1].strip()
        else:
            facts.update((found[1], found[2]) for found in _FACT.finditer(part))
    return facts


def _case(root: Path, cells: list[str]) -> Case:
    name, kind, bank, country, special, facts = cells[:6]
    return Case(
        path=root / name,
        name=name,
        format=kind,
        bank=bank,
        country=country,
        special=special,
        facts=parse_facts(facts) | _CORRECTED.get(name, {}),
        from_source="(source)" in facts,
    )
