"""Gather the parts of a document, block by block, numbering its statements through. In: parts. Out: a Reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon.api import NO_CURRENCY
from recon_camt.leaves import Leaves, Owners, Part, Texts, by_path, freed
from recon_camt.lines import read_lines
from recon_camt.paths import Level
from recon_camt.places import chained
from recon_camt.statements import StatementTexts, accounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_camt.paths import Paths
    from recon_camt.spans import Span
    from recon_camt.tolerant import Broken

_STATEMENT_LEVELS: Final = (Level.MESSAGE, Level.STATEMENT, Level.BALANCE)
_LINE_COLUMNS: Final = (
    *("statement", "start", "sequence", "part", "raw_start", "raw_stop", "status"),
    *("bank_reference", "booking_date", "value_date", "amount", "currency", "payer_name"),
    *("payer_account", "payer_bank", "remittance", "ultimate_debtor", "ultimate_creditor"),
    *("end_to_end_id", "instruction_id", "mandate_id", "creditor_id", "structured_reference"),
    *("customer_reference", "cheque_number", "transaction_code", "bank_transaction_code"),
    *("transaction_text", "purpose_code", "return_reason", "charges", "original_amount"),
    *("original_currency", "exchange_rate", "is_reversal", "date_source", "settled_text"),
    "extras",
)
FAULT_SCHEMA: Final = pl.Schema(
    {
        "statement": pl.Int64,
        "start": pl.Int64,
        "currency": pl.String,
        "field": pl.String,
        "code": pl.String,
        "reason": pl.String,
        "excerpt": pl.String,
    }
)


@dataclass(slots=True)
class Reading:
    """What was read of a document so far."""

    paths: Paths
    currency: str | None
    lines: list[pl.DataFrame] = field(default_factory=list)
    faults: list[pl.DataFrame] = field(default_factory=list)
    owners: dict[Level, list[Owners]] = field(
        default_factory=lambda: {level: [] for level in _STATEMENT_LEVELS}
    )
    texts: list[Texts] = field(default_factory=list)
    counts: dict[Level, int] = field(default_factory=lambda: dict.fromkeys(_STATEMENT_LEVELS, 0))
    account: str = ""
    accounts: list[pl.Series] = field(default_factory=list)
    tolerant: set[int] = field(default_factory=set)
    entries: int = 0

    def add(self, part: Part, offset: int) -> None:
        """Add the next block of the fast reader; elements open at its beginning are those already known."""
        part = self._with_currency(part)
        carried = {
            level: int((part.owners[level].start < offset).sum()) for level in _STATEMENT_LEVELS
        }
        base = {level: self.counts[level] - carried[level] for level in _STATEMENT_LEVELS}
        self._add_statement_texts(part, base)
        for level in _STATEMENT_LEVELS:
            above = {Level.STATEMENT: Level.MESSAGE, Level.BALANCE: Level.STATEMENT}.get(level)
            own = part.owners[level].behind(carried[level], base[above] if above else 0)
            self.owners[level].append(own)
            self.counts[level] += len(own)
        leaves = Leaves(self.paths, Level.STATEMENT, part.texts, len(part.owners[Level.STATEMENT]))
        named = accounts(leaves)
        if carried[Level.STATEMENT]:
            named = pl.concat([pl.Series([self.account]), named.slice(1)])
        if len(named):
            self.account = named[-1]
        self.accounts.append(named.slice(carried[Level.STATEMENT]))
        self._add_lines(part, named, base[Level.STATEMENT])

    def add_skeleton(self, part: Part) -> None:
        """Add all that a document says of its statements, without entries."""
        part = self._with_currency(part)
        self._add_statement_texts(part, dict.fromkeys(_STATEMENT_LEVELS, 0))
        for level in _STATEMENT_LEVELS:
            self.owners[level].append(part.owners[level])
            self.counts[level] = len(part.owners[level])
        count = self.counts[Level.STATEMENT]
        self.accounts.append(accounts(Leaves(self.paths, Level.STATEMENT, part.texts, count)))
        self.tolerant.update(range(count))

    def add_tolerant(
        self, part: Part, broken: Sequence[Broken], statements: Sequence[int], spans: Sequence[Span]
    ) -> None:
        """Add entries of the tolerant reader; their owners are numbers of statements of the document."""
        self.tolerant.update(statements)
        part = self._with_currency(part)
        self._add_lines(part, pl.concat(self.accounts), 0)
        statement_of = dict(zip(spans, statements, strict=True))
        self.entries += len(broken)
        self.faults.append(
            pl.DataFrame(
                [
                    {
                        "statement": statement_of[one.span],
                        "start": one.span.start,
                        "currency": None,
                        "field": "Ntry",
                        "code": "malformed-entry",
                        "reason": one.reason,
                        "excerpt": None,
                    }
                    for one in broken
                ],
                schema=FAULT_SCHEMA,
            )
        )

    def _with_currency(self, part: Part) -> Part:
        """Let the policy's currency stand in for the code of no currency."""
        is_code = [
            self.paths.text(path).endswith(("@Ccy", "Acct/Ccy")) for path in range(len(self.paths))
        ]
        at = np.array(is_code, bool)[part.texts.path]
        if self.currency is None or not at.any():
            return part
        named = part.texts.text.zip_with(
            ~pl.Series(at), part.texts.text.replace(NO_CURRENCY, self.currency)
        )
        return Part(part.owners, Texts(part.texts.path, part.texts.owner, named))

    def taken(self) -> pl.DataFrame:
        """Give the lines added since they were taken last, in order, and let them go."""
        lines = pl.concat(self.lines)
        self.lines.clear()
        # Blocks come in order; only entries of the tolerant reader stand behind those of their block.
        if lines["start"].is_sorted():
            return lines
        return lines.sort("start", "sequence", maintain_order=True)

    def rejected(self) -> pl.DataFrame:
        """Give all entries that are no lines, in order."""
        faults = pl.concat(self.faults)
        return faults.sort("start", maintain_order=True) if len(faults) else faults

    def statements_at(self, offsets: Sequence[int]) -> list[int]:
        """Give the statement that each place stands in."""
        starts = np.concatenate([owners.start for owners in self.owners[Level.STATEMENT]])
        found: list[int] = (np.searchsorted(starts, np.array(offsets), side="right") - 1).tolist()
        return found

    def statement_path(self, statement: int) -> int:
        """Give the path of a statement's element."""
        paths = np.concatenate([owners.path for owners in self.owners[Level.STATEMENT]])
        return int(paths[statement])

    def told(self) -> StatementTexts:
        """Give all that the document says of its statements."""
        messages, statements, balances = (
            chained(self.owners[level]) for level in _STATEMENT_LEVELS
        )
        return StatementTexts(messages, statements, balances, self._texts())

    def _texts(self) -> Texts:
        path = np.concatenate([one.path for one in self.texts])
        owner = np.concatenate([one.owner for one in self.texts])
        order = by_path(path, owner)
        text = pl.concat([one.text for one in self.texts])
        return Texts(path[order], owner[order], text[order])

    def _add_statement_texts(self, part: Part, base: dict[Level, int]) -> None:
        level = self.paths.levels()[part.texts.path]
        rows = np.flatnonzero(level <= Level.BALANCE)
        shift = np.array([0, *(base[one] for one in _STATEMENT_LEVELS)])
        self.texts.append(
            Texts(
                part.texts.path[rows],
                part.texts.owner[rows] + shift[level[rows]],
                freed(part.texts.text[rows]),
            )
        )

    def _add_lines(self, part: Part, own: pl.Series, base: int) -> None:
        read = read_lines(part, self.paths, own)
        self.entries += len(part.owners[Level.ENTRY])
        statement = pl.col("statement") + base
        self.lines.append(read.lines.select(_LINE_COLUMNS).with_columns(statement))
        self.faults.append(read.faults.with_columns(statement).cast(FAULT_SCHEMA))
