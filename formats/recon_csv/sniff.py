"""Say whether a file is a bank statement as delimited text. In: its first bytes. Out: yes or no, never an error."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from recon.api import MalformedFile, SourceFile
from recon_csv.amounts import looks_like_amount
from recon_csv.catalogue import find_claim
from recon_csv.columns import find_header, is_foreign_table
from recon_csv.dates import looks_like_date
from recon_csv.dialect import split_heads
from recon_csv.utf8 import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Marks of formats that are never delimited text, at the beginning of some line.
_OTHER_FORMATS: Final = re.compile(
    r"^\s*(?:\{1:|:20:|:25:|OFXHEADER|<\?xml|<OFX|<Document|!Type:|!Account|01,[^,\n]*,[^,\n]*,[0-9]{6},)",
    re.MULTILINE,
)
# Files that begin so are of another format whatever follows; to see that costs nothing.
_OTHER_STARTS: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?[\s\x01]*(\{1:|:20:|OFXHEADER:|<\?xml|<OFX>|!Type:)"
)
_HEADERLESS_ROWS: Final = 0.8
_LEAST_CELLS: Final = 3


def looks_like_statement(head: bytes) -> bool:
    """Say whether the bytes are a table with the header of a bank statement, or rows that each have a date and an amount."""
    return _judge(head)[0]


def explain_statement(head: bytes) -> str:
    """Say in one sentence why the bytes are such a table or not."""
    return _judge(head)[1]


def _judge(head: bytes) -> tuple[bool, str]:
    """Give the verdict and its reason."""
    if started := _OTHER_STARTS.match(head):
        return False, f"it holds the mark of another format: {started[1].decode()!r}"
    try:
        text = read_text(SourceFile("", _whole_lines(head))).head
    except MalformedFile as error:
        return False, f"it is no readable text: {error.message}"
    try:
        heads = split_heads(text)
        claim = find_claim(heads, "")
    except MalformedFile as error:
        # It is one of the two; reading says so again, with what to do.
        return True, f"it is a bank statement, but {error.message}"
    if claim is not None:
        layout = claim.layout
        return True, f"it has the layout {claim.name} of {layout.bank} ({layout.country})"
    if found := _OTHER_FORMATS.search(text[:4096]):
        return False, f"it holds the mark of another format: {found[0].strip()!r}"
    return _judge_rows(heads)


def _judge_rows(heads: Mapping[str, Sequence[Sequence[str]]]) -> tuple[bool, str]:
    for mark, rows in heads.items():
        place = find_header(rows)
        if place is not None:
            names = ", ".join(filter(None, rows[place]))
            if is_foreign_table(rows[place]):
                return False, f"its header is one of open items or of another ledger: {names}"
            return True, f"split at {mark!r}, a row is the header of a bank statement: {names}"
    if any(map(_is_bare_statement, heads.values())):
        return True, "it has no header, but nearly every row has a date and an amount"
    return (
        False,
        "no row is the header of a bank statement, and rows without one have no date and amount",
    )


def _whole_lines(head: bytes) -> bytes:
    """Cut the last line, which may end inside a character, unless it is the only one."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(0) * 3 >= len(head):
        return head[: len(head) // 2 * 2]
    end = max(head.rfind(b"\n"), head.rfind(b"\r"))
    return head[: end + 1] if end > 0 else head


def _is_bare_statement(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether nearly all rows hold, in the same columns, a date and an amount with decimals."""
    filled = [row for row in rows if any(row)]
    if not filled or any(is_foreign_table(row) for row in filled[:5]):
        return False
    dates: Counter[int] = Counter()
    amounts: Counter[int] = Counter()
    for row in filled:
        if len(row) < _LEAST_CELLS:
            continue
        dates.update(at for at, cell in enumerate(row) if looks_like_date(cell))
        amounts.update(at for at, cell in enumerate(row) if _has_decimals(cell))
    least = max(len(filled) * _HEADERLESS_ROWS, 1)
    return max(dates.values(), default=0) >= least and sum(amounts.values()) >= least


def _has_decimals(cell: str) -> bool:
    return (
        looks_like_amount(cell)
        and not looks_like_date(cell)
        and bool(re.search("[.,][0-9]{2}\\b", cell))
    )
