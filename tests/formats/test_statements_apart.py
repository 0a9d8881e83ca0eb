"""A file of several statements says what its statements say in any order, and what they say in files of their own."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from recon.errors import ReconError
from recon.ingest.detect import HEAD_BYTES, choose_format
from recon.protocols import SourceFile
from tests.corpus_index import cases, corpus_root
from tests.hostile.as_a_run import PLUGINS

if TYPE_CHECKING:
    from recon.api import ParsedStatements

FIXTURES = Path(__file__).parents[2] / "fixtures" / "statements"
# What one statement of each format is, where several stand behind each other.
STATEMENTS = {
    "mt940": re.compile(
        rb"^(?:\{1:[^\n]*\{4:\r?\n)?:20:.*?(?=^(?:\{1:[^\n]*\r?\n)?:20:|\Z)",
        re.MULTILINE | re.DOTALL,
    ),
    "camt": re.compile(rb"<((?:\w+:)?)(Stmt|Rpt|Ntfctn)>.*?</\1\2>", re.DOTALL),
    "ofx": re.compile(rb"<STMTTRNRS>.*?</STMTTRNRS>", re.IGNORECASE | re.DOTALL),
    "bai2": re.compile(rb"^02,.*?^98,.*?$\n", re.MULTILINE | re.DOTALL),
    "norma43": re.compile(rb"^11.*?^33.*?$\n", re.MULTILINE | re.DOTALL),
    "cfonb": re.compile(rb"^01.*?^07.*?$\n", re.MULTILINE | re.DOTALL),
    "coda": re.compile(rb"^0000.*?^9.*?$\n", re.MULTILINE | re.DOTALL),
}
FIELDS = ("booking_date", "value_date", "amount", "currency", "status", "remittance", "payer_name")
# Whether a statement without a closing balance was cut off depends on where it stands.
OPTIONS = {"mt940": {"closing_balance": "optional"}}


def pieces(path: Path) -> tuple[str, bytes, list[bytes], bytes] | None:
    """Give format, head, statements and tail of a file; None if it has not several statements side by side."""
    data = path.read_bytes()
    head = data[:HEAD_BYTES]
    try:
        claims = PLUGINS.sniff_all(head, path.name).formats
        name = choose_format(claims, PLUGINS.names("format"), path.name, head)
    except ReconError:
        return None
    found = list(STATEMENTS[name].finditer(data)) if name in STATEMENTS else []
    if len(found) < 2:
        return None
    statements = [one[0] if one[0].endswith((b"\n", b">")) else one[0] + b"\n" for one in found]
    return name, data[: found[0].start()], statements, data[found[-1].end() :]


def read(name: str, data: bytes) -> ParsedStatements:
    return PLUGINS.read(name, SourceFile("x", data), OPTIONS.get(name, {}))


def said(parsed: ParsedStatements) -> Counter[tuple[object, ...]]:
    """Count the statements with their balances, and the lines with theirs."""
    statements = parsed.statements.select(
        "account", "currency", "opening_balance", "closing_balance"
    ).rows()
    lines = zip(parsed.lines["statement_index"], parsed.lines.select(FIELDS).rows(), strict=True)
    return Counter([*statements, *((*statements[at], *line) for at, line in lines)])


def disagreement(path: Path) -> str | None:
    """Say how the statements of a file differ by their order or apart from each other; "" if they do not, None if nothing tells."""
    found = pieces(path)
    if found is None:
        return None
    name, head, statements, tail = found
    try:
        parsed = read(name, head + b"".join(statements) + tail)
    except ReconError:
        return None
    if any("CdtDbtInd" in finding for finding in parsed.findings):
        # Balances without a sign, which statements prove for each other.
        return None
    whole = said(parsed)
    turned = said(read(name, head + b"".join(statements[::-1]) + tail))
    # Beside statements a bank answers with errors, which hold none.
    alone = [one for one in statements if name != "ofx" or b"<STMTRS>" in one.upper()]
    apart = sum((said(read(name, head + one + tail)) for one in alone), Counter())
    differ = {"turned around": whole != turned, "apart": whole != apart}
    return ", ".join(how for how, is_so in differ.items() if is_so)


OURS = sorted(path for name in STATEMENTS for path in (FIXTURES / name).iterdir())


def test_statements_of_our_fixtures_say_in_any_order_and_apart_what_they_say_together() -> None:
    found = {path: how for path in OURS if (how := disagreement(path)) is not None}

    assert {path.parent.name for path in found} >= {"mt940", "camt", "ofx"}
    assert not {path.name: how for path, how in found.items() if how}


@pytest.mark.slow
@pytest.mark.skipif(corpus_root() is None, reason="the corpus of real files is not present")
def test_statements_of_real_files_say_in_any_order_and_apart_what_they_say_together() -> None:
    found = {case.name: disagreement(case.path) for case in cases("")}

    assert sum(how is not None for how in found.values()) > 60
    assert not {name: how for name, how in found.items() if how}
