"""One chunk of whole messages to frames. In: bytes of the file and what came before. Out: `Chunk`.

The order of the work: lines and fields (scan), entries and their texts (record), entries as columns (entry), narratives as
parts (narrative, words), parts in columns (columns, line); and what stands around the entries (heading, totals).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import polars as pl

from recon.api import MalformedFile, ReadLines, ReadStatements, Rejects, completed
from recon_mt940.columns import place
from recon_mt940.entry import FAULTS, read_entries
from recon_mt940.heading import Where, read_headings, statement_extras
from recon_mt940.line import build_lines
from recon_mt940.names import PLAIN, SLASH, WORDED
from recon_mt940.narrative import read_narratives
from recon_mt940.record import find_records, raw_ends
from recon_mt940.scan import CLOSING, END_OF_MESSAGE, TAG, scan
from recon_mt940.tokens import RETURN, closed_ranges, positions, range_texts, squeeze, texts
from recon_mt940.tolerant import LIBRARY, read_again
from recon_mt940.totals import check_totals
from recon_mt940.words import read_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon_mt940.gate import Gated
    from recon_mt940.heading import Defaults
    from recon_mt940.narrative import Parts
    from recon_mt940.record import Records
    from recon_mt940.scan import Fields
    from recon_mt940.tokens import Numbers

# What was found, how often, and where first: counted over the whole file.
Remark: TypeAlias = tuple[str, int, str]

DIALECTS: Final = {PLAIN: "plain", SLASH: "slash-codes", WORDED: "named-words"}


@dataclass(frozen=True, slots=True)
class Before:
    """What stands in the file before a chunk, and whether anything stands behind it."""

    lines: int
    records: int
    statements: int
    is_last: bool


@dataclass(slots=True)
class Chunk:
    """Frames of a chunk, numbered as in the file; `remarks` are findings that are counted over the file."""

    text_lines: int
    records: int
    statements: pl.DataFrame
    lines: pl.DataFrame
    rejects: pl.DataFrame
    findings: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def read_chunk(gated: Gated, span: tuple[int, int], before: Before, defaults: Defaults) -> Chunk:
    """Read the messages between two places of a file.

    Raises:
        MalformedFile: a field is too long, or a statement as a whole cannot be trusted (see heading.py).
    """
    where = Where(gated.name, before.lines)
    fields = scan(gated, span, before.lines)
    remarks = list(_text_remarks(fields, before))
    if fields.messages == 0:
        none = pl.DataFrame()
        return Chunk(len(fields.lines.start), 0, none, none, none, remarks=remarks)
    records = find_records(fields)
    headings, around = read_headings(fields, gated.encoding, where, defaults)
    parts = read_words(read_narratives(fields, records, gated.encoding))
    entries = _entries(fields, records, headings, gated.encoding)
    is_cut = _is_cut_off(fields, headings, before, defaults, where)
    if is_cut:
        entries = entries.with_columns(
            fault=pl.when(pl.Series(records.is_last & (records.message == fields.messages - 1)))
            .then(pl.col("fault").fill_null("cut-off"))
            .otherwise("fault")
        )
    entries, spoken = read_again(_with_text(entries, fields, records, gated.encoding), headings)
    lines = _lines(fields, records, parts, entries, gated, span[0])
    lines = lines.with_columns(
        statement_index=pl.col("message") + before.statements,
        record=pl.col("index") + before.records + 1,
        line_number=pl.col("line") + before.lines + 1,
    )
    is_sound = lines["fault"].null_count() == lines.height
    good = lines if is_sound else lines.filter(pl.col("fault").is_null())
    notes = _notes(fields, records, gated.encoding)
    statements = headings.with_columns(
        statement_index=pl.int_range(pl.len(), dtype=pl.Int64) + before.statements,
        kind=pl.when("is_interim").then(pl.lit("interim")).otherwise(pl.lit("final")),
        line_count=pl.Series(np.bincount(records.message, minlength=fields.messages)),
        reader=pl.when(pl.int_range(pl.len()).is_in(spoken)).then(pl.lit(LIBRARY)),
        dialect=_statement_dialects(records, parts.dialect, fields.messages),
        extras=statement_extras(around, notes, fields),
    )
    return Chunk(
        len(fields.lines.start),
        len(records),
        _of_schema(statements, ReadStatements),
        _of_schema(good, ReadLines),
        _rejects(lines, gated.name),
        check_totals(_located(fields, around, notes), good, headings, where),
        [*remarks, *_remarks(good, headings, fields, spoken, before)],
    )


def _of_schema(frame: pl.DataFrame, schema: type[ReadLines | ReadStatements]) -> pl.DataFrame:
    known = set(frame.columns)
    return frame[[name for name in schema.column_names() if name in known]]


def _entries(
    fields: Fields, records: Records, headings: pl.DataFrame, encoding: str
) -> pl.DataFrame:
    text = closed_ranges(fields.text, fields.start[records.field], fields.end[records.field])
    currency = headings["currency"][records.message]
    decimals = headings["decimals"][records.message]
    is_return = text == RETURN
    text = text[~is_return] if is_return.any() else text
    entries = read_entries(text, encoding, currency, decimals)
    entries = entries.with_columns(
        message=pl.Series(records.message), index=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    if records.is_outside.any():
        outside = pl.when(pl.Series(records.is_outside)).then(pl.lit("outside-statement"))
        entries = entries.with_columns(fault=pl.coalesce(outside, "fault"))
    return entries


def _with_text(
    entries: pl.DataFrame, fields: Fields, records: Records, encoding: str
) -> pl.DataFrame:
    """Add the text of the entries, which only rejects and the tolerant reader need."""
    if entries["fault"].null_count() == entries.height:
        return entries.with_columns(text=pl.lit(None, dtype=pl.String))
    field = records.field
    text = range_texts(fields.text, fields.start[field], fields.end[field], encoding)
    return entries.with_columns(text=text.str.replace_all("\r", "", literal=True))


def _lines(
    fields: Fields,
    records: Records,
    parts: Parts,
    entries: pl.DataFrame,
    gated: Gated,
    start: int,
) -> pl.DataFrame:
    placed = place(parts.record, parts.name, parts.text, len(records))
    # The raw record begins with its tag, four bytes before the text.
    raw = fields.start[records.field] - len(":61:")
    offset = pl.Series(raw) + start + gated.offset if gated.offset is not None else None
    length = pl.Series(raw_ends(fields, records) - raw)
    entries = entries.with_columns(
        has_narrative=pl.Series(parts.dialect >= 0),
        line=pl.Series(fields.line[records.field]),
        byte_offset=offset if offset is not None else pl.lit(None, dtype=pl.Int64),
        byte_length=length if offset is not None else pl.lit(None, dtype=pl.Int64),
    )
    return build_lines(
        entries, placed, _bank_texts(fields, records, gated.encoding), fields.escapes
    )


def _is_cut_off(
    fields: Fields, headings: pl.DataFrame, before: Before, defaults: Defaults, where: Where
) -> bool:
    """Say whether the text ends inside the last statement.

    Without a closing balance only an end of message (`-`), control totals or a following message prove that nothing is
    missing.

    Raises:
        MalformedFile: it ends before the first entry of the statement.
    """
    last = fields.messages - 1
    tags = set(fields.tag[fields.message == last].tolist())
    proofs = {*CLOSING, TAG["90C"], TAG["90D"], END_OF_MESSAGE}
    is_open = before.is_last and defaults.is_closing_needed and tags.isdisjoint(proofs)
    if is_open and TAG["61"] not in tags and not headings["is_interim"][last]:
        raise MalformedFile(
            "the statement has no closing balance (:62F:); the file may be cut off",
            place=where.line(fields, int((fields.message == last).argmax())),
            hint='if the bank never sends one: `closing_balance = "optional"` under [formats.mt940]',
        )
    return is_open


def _bank_texts(fields: Fields, records: Records, encoding: str) -> pl.Series | None:
    """Give the text of the `:NS:` fields of each entry, None if the chunk has none."""
    own = positions((fields.tag == TAG["NS"]) & (records.owner >= 0))
    if len(own) == 0:
        return None
    read = pl.DataFrame({"index": records.owner[own], "text": _squeezed(fields, own, encoding)})
    joined = read.group_by("index", maintain_order=True).agg(pl.col("text").str.join(" "))
    every = pl.DataFrame({"index": np.arange(len(records))})
    return every.join(joined, on="index", how="left", maintain_order="left")["text"]


def _notes(fields: Fields, records: Records, encoding: str) -> pl.DataFrame:
    """Give the narratives that belong to no entry, as read_headings gives the fields around the entries."""
    is_text = (fields.tag == TAG["86"]) | (fields.tag == TAG["NS"])
    own = positions(is_text & (records.owner < 0))
    return pl.DataFrame(
        {
            "field": own,
            "tag": fields.tag[own],
            "message": fields.message[own],
            "text": _squeezed(fields, own, encoding),
        }
    )


def _squeezed(fields: Fields, own: Numbers, encoding: str) -> pl.Series:
    closed = closed_ranges(fields.text, fields.start[own], fields.end[own])
    return texts([squeeze(closed, len(own))], encoding)


def _located(fields: Fields, around: pl.DataFrame, notes: pl.DataFrame) -> pl.DataFrame:
    both = pl.concat([around, notes])
    return both.with_columns(line=pl.Series(fields.line[both["field"].to_numpy()]))


def _statement_dialects(records: Records, dialect: Numbers, messages: int) -> pl.Series:
    """Name the dialect of most narratives of each statement, plain only where all are; null where it has none."""
    has_text = dialect >= 0
    codes = positions(np.bincount(dialect[has_text]) > 0)
    if len(codes) == 0:
        return pl.Series([None] * messages, dtype=pl.String)
    slot = np.searchsorted(codes, dialect[has_text])
    key = records.message[has_text] * len(codes) + slot
    counts = np.bincount(key, minlength=messages * len(codes)).reshape(messages, -1)
    if codes[0] == PLAIN:
        counts[:, 0] = (counts[:, 0] > 0) & (counts[:, 1:].sum(axis=1) == 0)
    names = [DIALECTS.get(code) or f"structured-{chr(code)}" for code in codes.tolist()]
    best = pl.Series(names).gather(counts.argmax(axis=1))
    return (
        best.to_frame("name")
        .select(pl.when(pl.Series(counts.any(axis=1))).then("name"))
        .to_series()
    )


def _rejects(lines: pl.DataFrame, name: str) -> pl.DataFrame:
    rows: list[dict[str, object]] = []
    if lines["fault"].null_count() == lines.height:
        return completed(rows, Rejects)
    for row in lines.filter(pl.col("fault").is_not_null()).iter_rows(named=True):
        part, reason, hint = FAULTS[row["fault"]]
        rows.append(
            {
                "file": name,
                "record": row["record"],
                "line_number": row["line_number"],
                "field": part,
                "code": row["fault"],
                "reason": reason.format_map(row),
                "excerpt": f":61:{row['text']}".split("\n")[0][:120],
                "hint": hint,
            }
        )
    return completed(rows, Rejects)


def _text_remarks(fields: Fields, before: Before) -> Iterator[Remark]:
    for what, count, first in fields.findings:
        text = fields.lines.text(fields.text, first)[:60]
        yield f"lines {what}", count, f"on line {before.lines + first + 1}: {text!r}"


def _remarks(
    good: pl.DataFrame, headings: pl.DataFrame, fields: Fields, spoken: list[int], before: Before
) -> Iterator[Remark]:
    if good["value_date"].null_count():
        clamped = good.filter(pl.col("value_date").is_null())
        row = clamped.row(0, named=True)
        what = "entries have a value date that is no day of the calendar; their entry date stands"
        yield what, clamped.height, f"on line {row['line_number']}: {row['value']!r}"
    is_known = headings["is_known"]
    final = is_known & ~headings["is_interim"]
    for what, found in (
        ("statements have no opening balance", final & headings["opening_balance"].is_null()),
        (
            "statements have no closing balance: nothing proves them whole",
            final & headings["closing_balance"].is_null(),
        ),
        ("statements are in no currency of ISO 4217", ~is_known),
    ):
        if found.any():
            first = _line_of(fields, int(found.arg_true()[0]), before)
            yield what, int(found.sum()), first
    if spoken:
        what = f"statements were read by the library {LIBRARY}, which their balances prove right"
        yield what, len(spoken), _line_of(fields, spoken[0], before)


def _line_of(fields: Fields, message: int, before: Before) -> str:
    first = int((fields.message == message).argmax())
    return f"on line {before.lines + int(fields.line[first]) + 1}"
