"""From the tree to frames: statements, lines, rejects; every `<STMTTRN>` ends up in one of the two latter.

In: one file. Out: ParsedStatements. The count of `<STMTTRN>` in the text is asserted against lines plus rejects, and
ofxparse's reading of every transaction is compared with ours (see witness.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.api import (
    ConfigurationError,
    MalformedFile,
    ParsedStatements,
    Place,
    ReadLines,
    ReadStatements,
    Rejects,
    completed,
    exponents,
)
from recon_ofx.tags import read_document
from recon_ofx.text import read_text
from recon_ofx.transaction import read_transaction
from recon_ofx.values import Unreadable, proven_marks, read_amount, read_date
from recon_ofx.witness import LIBRARY, unconfirmed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from recon.api import SourceFile
    from recon_ofx.tags import Document, Node
    from recon_ofx.transaction import Transaction

_OPTIONS: Final = frozenset({"currency"})
_STATEMENTS: Final = ("STMTRS", "CCSTMTRS", "INVSTMTRS")
_RESPONSES: Final = ("STMTTRNRS", "CCSTMTTRNRS", "INVSTMTTRNRS", "SONRS")


@dataclass(slots=True)
class _Readings:
    """What was read so far, row by row."""

    document: Document
    marks: frozenset[str]
    default_currency: str | None
    statements: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    records: int = 0


def read(source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
    """Read one OFX file.

    Raises:
        MalformedFile: the file is no whole, legible OFX document, or holds no statement.
        ConfigurationError: an option is unknown or no currency.
    """
    default_currency = _check_options(options)
    text, findings = read_text(source)
    document = read_document(source.name, text)
    amounts = [node.text for node in document.root.find_all("TRNAMT", "BALAMT") if node.text]
    readings = _Readings(document, proven_marks(amounts), default_currency, findings=findings)
    if document.stray_text:
        readings.findings.append(
            f"{len(document.stray_text)} texts stand outside any value: {document.stray_text[0]!r}"
        )
    _check_responses(readings)
    statements = list(document.root.find_all(*_STATEMENTS))
    _check_statements(readings, statements)
    for index, node in enumerate(statements):
        _read_statement(readings, index, node)
    return _frames(readings)


def _frames(readings: _Readings) -> ParsedStatements:
    counted = sum(row["line_count"] for row in readings.statements)
    delivered = len(readings.lines) + sum(row["record"] is not None for row in readings.rejects)
    assert counted == delivered, f"{counted} transactions counted, {delivered} lines and rejects"
    doubts = unconfirmed(readings.transactions)
    for reason in sorted({reason for _, reason in doubts}):
        records = [readings.lines[index]["record"] for index, other in doubts if other == reason]
        named = ", ".join(str(number) for number in records[:5])
        readings.findings.append(
            f"{LIBRARY} {reason} in {len(records)} of {readings.records} records ({named}); "
            "our own reading stands"
        )
    # Only typed here: the engine validates every frame that crosses into it.
    return ParsedStatements(
        statements=completed(readings.statements, ReadStatements),
        lines=completed(readings.lines, ReadLines),
        rejects=Rejects.cast(pl.DataFrame(readings.rejects, schema=Rejects.create_empty().schema)),
        reader=f"{LIBRARY}+gate" if doubts else LIBRARY,
        findings=tuple(readings.findings),
    )


def _check_options(options: Mapping[str, Any]) -> str | None:
    unknown = sorted(set(options) - _OPTIONS)
    if unknown:
        raise ConfigurationError(
            f"[formats.ofx] has no option {unknown[0]!r}",
            hint=f"it has: {', '.join(sorted(_OPTIONS))}",
        )
    currency = options.get("currency")
    if currency is not None and currency not in exponents():
        message = f"`currency` of [formats.ofx] is no ISO 4217 currency: {currency!r}"
        raise ConfigurationError(message)
    return currency


def _check_responses(readings: _Readings) -> None:
    """Note what the bank answered with an error: a statement asked for and not delivered is no empty one."""
    document = readings.document
    for response in document.root.find_all(*_RESPONSES):
        status = response.first("STATUS")
        code = (status.value("CODE") or "0") if status else "0"
        if status and code.strip("0") and (status.value("SEVERITY") or "ERROR").upper() == "ERROR":
            said = status.value("MESSAGE") or "no message"
            reason = f"the bank answered with error {code}: {said}"
            if response.name == "SONRS":
                raise MalformedFile(reason, place=document.place(status))
            readings.rejects.append(
                _reject(readings, status, Unreadable("STATUS", "error-response", reason))
            )


def _check_statements(readings: _Readings, statements: list[Node]) -> None:
    document = readings.document
    if not statements:
        reasons = [row["reason"] for row in readings.rejects]
        raise MalformedFile(
            reasons[0] if reasons else "the file holds no bank, card or cash statement",
            place=Place(document.file),
            hint=None if reasons else "ask the bank for statements; this is another OFX response",
        )
    counted = sum(document.count_transactions(node) for node in statements)
    if counted != len(document.transaction_starts):
        missed = len(document.transaction_starts) - counted
        message = f"{missed} transactions stand outside any statement"
        raise MalformedFile(message, place=Place(document.file))


def _read_statement(readings: _Readings, index: int, node: Node) -> None:
    document = readings.document
    currency = _currency(readings, node)
    for transaction in node.find_all("STMTTRN"):
        readings.records += 1
        try:
            read_one = read_transaction(transaction, currency, readings.marks)
        except Unreadable as error:
            row = _reject(readings, transaction, error)
            readings.rejects.append(row | {"record": readings.records})
            continue
        readings.transactions.append(read_one)
        readings.lines.append(
            {
                "statement_index": index,
                "record": readings.records,
                "line_number": document.line_number(transaction.start),
                **read_one.row,
            }
        )
    closing, closing_date = _closing(readings, node, currency)
    account = node.first("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM")
    readings.statements.append(
        {
            "statement_index": index,
            "account": "".join(((account and account.value("ACCTID")) or "").split()),
            "currency": currency,
            "kind": "final",
            "closing_balance": closing,
            "closing_date": closing_date,
            "line_count": document.count_transactions(node),
        }
    )
    readings.findings += _skipped(index, node)


def _currency(readings: _Readings, node: Node) -> str:
    currency = (node.value("CURDEF") or "").upper() or readings.default_currency
    if currency is None or len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
        raise MalformedFile(
            f"the statement names no currency (CURDEF is {currency!r})",
            place=readings.document.place(node),
            hint='name the account\'s currency: `currency = "EUR"` under [formats.ofx]',
        )
    return currency


def _closing(readings: _Readings, node: Node, currency: str) -> tuple[int | None, dt.date | None]:
    """Read LEDGERBAL; one that is there but unreadable is a reject of the file, for it must not pass for none."""
    balance = node.first("LEDGERBAL")
    text = balance.value("BALAMT") if balance else None
    if balance is None or text is None:
        return None, None
    try:
        closing = read_amount("BALAMT", text, currency, readings.marks)
    except Unreadable as error:
        readings.rejects.append(_reject(readings, balance, error))
        return None, None
    try:
        return closing, read_date("DTASOF", balance.value("DTASOF") or "")
    except Unreadable:
        # Real files have 00000000 here; the day of the balance decides nothing by itself.
        readings.findings.append(f"{readings.document.place(balance)}: LEDGERBAL has no date")
        return closing, None


def _skipped(index: int, node: Node) -> list[str]:
    """Say what of a statement is no booked cash line: pending entries, trades in securities."""
    pending = sum(1 for _ in node.find_all("STMTTRNP"))
    trades = sum(
        child.name not in {"INVBANKTRAN", "DTSTART", "DTEND"}
        for listed in node.find_all("INVTRANLIST")
        for child in listed.children
    )
    return [
        f"statement {index + 1}: {count} {what} are not read"
        for count, what in ((pending, "pending entries"), (trades, "securities transactions"))
        if count
    ]


def _reject(readings: _Readings, node: Node, error: Unreadable) -> dict[str, Any]:
    document = readings.document
    shown = node.first(error.field) or node
    return {
        "file": document.file,
        "record": None,
        "line_number": document.line_number(shown.start),
        "field": error.field,
        "code": error.code,
        "reason": error.reason,
        "excerpt": document.excerpt(shown),
        "hint": error.hint,
    }
