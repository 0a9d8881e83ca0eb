"""From messages to frames: statements, lines, rejects; every `:61:` of the file ends up in one of the two latter.

In: one file. Out: ParsedStatements. The count of `:61:` fields that the gate found is asserted against lines plus
rejects, and mt-940's reading of every entry is compared with ours (see witness.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.api import (
    ConfigurationError,
    ParsedStatements,
    ReadLines,
    ReadStatements,
    Rejects,
    completed,
    exponents,
)
from recon_mt940.entry import Unreadable, read_entry
from recon_mt940.line import build_line
from recon_mt940.scan import CLOSING, scan
from recon_mt940.statement import SUM_NOTE, Heading, check_totals, read_heading
from recon_mt940.text import read_lines
from recon_mt940.witness import LIBRARY, unconfirmed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon.api import SourceFile
    from recon_mt940.entry import Entry
    from recon_mt940.scan import Field, Message

_OPTIONS: Final = frozenset({"encoding", "closing_balance"})


@dataclass(slots=True)
class _Record:
    """One `:61:` with the fields that belong to it."""

    number: int
    entry: Field
    details: list[Field] = field(default_factory=list)
    free_text: list[Field] = field(default_factory=list)  # :NS:
    is_outside: bool = False  # behind the closing balance


@dataclass(slots=True)
class _Readings:
    """What was read so far, row by row."""

    file: str
    statements: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    doubts: dict[str, list[int]] = field(default_factory=dict)
    records: int = 0


def read(source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
    """Read one MT940 or MT942 file.

    Raises:
        MalformedFile: the file is no whole, legible MT940: see text.py, scan.py and statement.py.
        ConfigurationError: an option is unknown or has a value it cannot have.
    """
    encoding, needs_closing = _check_options(options)
    text_lines, findings = read_lines(source, encoding)
    messages, scan_findings = scan(source, text_lines)
    readings = _Readings(source.name, findings=[*findings, *scan_findings])
    for index, message in enumerate(messages):
        _read_message(readings, index, message, needs_closing)
    for reason, records in readings.doubts.items():
        named = ", ".join(str(number) for number in records[:5])
        readings.findings.append(
            f"{LIBRARY} {reason} in {len(records)} of {readings.records} records ({named}); "
            "our own reading stands"
        )
    return _frames(readings)


def _frames(readings: _Readings) -> ParsedStatements:
    counted = sum(row["line_count"] for row in readings.statements)
    delivered = len(readings.lines) + sum(row["record"] is not None for row in readings.rejects)
    assert counted == delivered, f"{counted} entries counted, {delivered} lines and rejects"
    # Only typed here: the engine validates every frame that crosses into it.
    return ParsedStatements(
        statements=completed(readings.statements, ReadStatements),
        lines=completed(readings.lines, ReadLines),
        rejects=Rejects.cast(pl.DataFrame(readings.rejects, schema=Rejects.create_empty().schema)),
        reader=f"{LIBRARY}+gate" if readings.doubts else LIBRARY,
        findings=tuple(readings.findings),
    )


def _check_options(options: Mapping[str, Any]) -> tuple[str | None, bool]:
    unknown = sorted(set(options) - _OPTIONS)
    if unknown:
        raise ConfigurationError(
            f"[formats.mt940] has no option {unknown[0]!r}",
            hint=f"it has: {', '.join(sorted(_OPTIONS))}",
        )
    closing = options.get("closing_balance", "required")
    if closing not in {"required", "optional"}:
        message = '`closing_balance` of [formats.mt940] is "required" or "optional"'
        raise ConfigurationError(message)
    encoding = options.get("encoding")
    return (None if encoding is None else str(encoding)), closing == "required"


def _read_message(readings: _Readings, index: int, message: Message, needs_closing: bool) -> None:
    heading = read_heading(readings.file, message, needs_closing=needs_closing)
    records, notes = _records(message, readings.records)
    readings.records += len(records)
    entries: list[tuple[_Record, Entry]] = []
    for record in records:
        try:
            entries.append((record, _read_record(record, heading)))
        except Unreadable as error:
            readings.rejects.append(_reject(readings.file, record, error))
    for record, entry in entries:
        details = [each.lines for each in record.details]
        free_text = [line for each in record.free_text for line in each.lines]
        row = build_line(entry, details, free_text)
        readings.lines.append(
            {
                "statement_index": index,
                "record": record.number,
                "line_number": record.entry.number,
                "currency": heading.currency,
                **row,
            }
        )
        if entry.value_date is None:
            readings.findings.append(
                f"record {record.number} (line {record.entry.number}): the value date "
                f"{record.entry.text[:6]!r} is no day of the calendar; the entry date stands"
            )
    readings.statements.append(heading.row(index, message.count("61")))
    readings.findings += [*heading.findings, *notes]
    readings.findings += check_totals(
        readings.file, message, [entry for _, entry in entries], heading
    )
    _ask_witness(readings, heading, entries)


def _read_record(record: _Record, heading: Heading) -> Entry:
    if record.is_outside:
        raise Unreadable(
            ":61:",
            "outside-statement",
            "the entry stands behind the closing balance, outside any statement",
        )
    return read_entry(record.entry.text, heading.currency)


def _records(message: Message, offset: int) -> tuple[list[_Record], list[str]]:
    """Give each `:61:` its `:86:` and `:NS:`; what belongs to no entry becomes a note."""
    records: list[_Record] = []
    early: list[Field] = []
    notes: list[str] = []
    is_closed = False
    for each in message.fields:
        if each.tag == "61":
            records.append(_Record(offset + len(records) + 1, each, is_outside=is_closed))
        elif each.tag in CLOSING:
            is_closed = True
        elif each.tag in {"86", "NS"}:
            is_of_entry = bool(records) and (not is_closed or records[-1].is_outside)
            if is_of_entry and each.tag == "86":
                records[-1].details.append(each)
            elif is_of_entry:
                records[-1].free_text.append(each)
            elif not records and not is_closed and each.tag == "86":
                early.append(each)
            elif not SUM_NOTE.search(each.text):  # the totals are checked by themselves
                notes.append(_note(each))
    if early and records and not records[0].details:
        # Some banks write the narrative before its entry; it is theirs only where the entry has none behind it.
        records[0].details = early
    else:
        notes += [_note(each) for each in early]
    return records, notes


def _note(each: Field) -> str:
    text = " ".join(each.text.split())
    return f"line {each.number}: the bank's note on the statement: {text[:200]}"


def _reject(file: str, record: _Record, error: Unreadable) -> dict[str, Any]:
    return {
        "file": file,
        "record": record.number,
        "line_number": record.entry.number,
        "field": error.part,
        "code": error.code,
        "reason": error.reason,
        "excerpt": f":61:{record.entry.lines[0]}"[:120],
        "hint": error.hint,
    }


def _ask_witness(
    readings: _Readings, heading: Heading, entries: list[tuple[_Record, Entry]]
) -> None:
    pairs = [(record.entry.text, entry) for record, entry in entries]
    decimals = exponents().get(heading.currency, 2)
    for index, reason in unconfirmed(pairs, heading.currency, decimals):
        readings.doubts.setdefault(reason, []).append(entries[index][0].number)
