"""What an editor says of `recon.api` to the author of a plugin: `make types` holds each `assert_type` against the code."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_type

import dataframely as dy
import polars as pl

from recon.api import (
    Books,
    Entries,
    Evidence,
    EvidenceSource,
    Format,
    Items,
    ItemSource,
    Ledger,
    LedgerCapabilities,
    LedgerType,
    Lines,
    Outcomes,
    ParsedStatements,
    Parties,
    Pass,
    ProposedSets,
    ReadLines,
    Report,
    RunView,
    SourceFile,
    completed,
    exponent,
    format_minor,
    format_minor_expr,
    parse_minor,
    parse_minor_expr,
)
from recon.api.file_ledger import Posting, judge, ledger_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Plugin:
    """One object of each protocol: assigning it below is the test."""

    name = "typed"
    capabilities = LedgerCapabilities(is_file=True, finds_by_key=True, verifies=True, reverses=True)
    file_name: str | None = "typed.txt"

    def sniff(self, head: bytes, file_name: str) -> bool:
        """Claim nothing."""
        return False

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        """Look at what a format gets and gives."""
        assert_type(source.data, bytes)
        assert_type(completed([], ReadLines), dy.DataFrame[ReadLines])
        raise AssertionError

    def fetch(self, as_of: dt.date | None, options: Mapping[str, Any]) -> Books:
        """Look at what a source gives."""
        raise AssertionError

    def connect(self, options: Mapping[str, Any]) -> Ledger:
        """Look at what a ledger gets."""
        assert_type(ledger_path(options), Path)
        return Connection()

    def render(self, view: RunView, out: Path) -> None:
        """Look at what a report gets."""
        assert_type(view.lines, dy.DataFrame[Lines])
        assert_type(view.entries, dy.DataFrame[Entries])
        assert_type(view.as_of, dt.date)


class Connection:
    """An open ledger."""

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Find nothing."""
        return {}

    def post(self, entries: dy.DataFrame[Entries]) -> dy.DataFrame[Outcomes]:
        """Look at what the shared half of file ledgers gives."""
        new, outcomes = judge(entries, set(), {})
        assert_type(new, list[list[Posting]])
        assert_type(new[0][0].amount, int)
        assert_type(outcomes, dy.DataFrame[Outcomes])
        return outcomes

    def verify(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Say the same."""
        return receipts

    def reverse(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Say the same."""
        return receipts


class Judge:
    """A judge and a pass have frames in and a frame out."""

    name = "typed"

    def find(
        self,
        lines: dy.DataFrame[Lines],
        items: dy.DataFrame[Items],
        parties: dy.DataFrame[Parties],
    ) -> dy.DataFrame[Evidence]:
        """Find nothing."""
        return Evidence.create_empty()

    def propose(
        self,
        lines: dy.DataFrame[Lines],
        items: dy.DataFrame[Items],
        parties: dy.DataFrame[Parties],
    ) -> dy.DataFrame[ProposedSets]:
        """Propose nothing."""
        return ProposedSets.create_empty()


# A class with the members of a protocol is one of it: no base class, no registration of types.
format_: Format = Plugin()
source: ItemSource = Plugin()
ledger: LedgerType = Plugin()
report: Report = Plugin()
judge_: EvidenceSource = Judge()
maker: Pass = Judge()

assert_type(parse_minor("1.00", exponent("EUR")), int)
assert_type(format_minor(100, "EUR"), str)
assert_type(format_minor_expr(pl.col("amount"), pl.col("currency")), pl.Expr)
assert_type(parse_minor_expr(pl.col("amount"), pl.col("currency")), pl.Expr)
