"""One chunk of whole messages to frames. In: bytes of the file and what came before. Out: `Chunk`.

The order of the work: lines and fields (scan), entries and their texts (record), entries as columns (entry), narratives as
parts (narrative, words), parts in columns (columns, line); and what stands around the entries (heading, totals).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon.api import MalformedFile, ReadLines, ReadStatements
from recon_mt940.columns import place
from recon_mt940.entry import read_entries
from recon_mt940.heading import Where, read_headings, statement_extras
from recon_mt940.line import build_lines
from recon_mt940.names import PLAIN, SLASH, WORDED
from recon_mt940.narrative import read_narratives
from recon_mt940.record import find_records, raw_ends
from recon_mt940.remarks import rejects_of, remarks_of, text_remarks
from recon_mt940.scan import CLOSING, END_OF_MESSAGE, TAG, scan
from recon_mt940.tokens import RETURN, closed_ranges, positions, range_texts, squeeze, texts
from recon_mt940.tolerant import LIBRARY, read_again
from recon_mt940.totals import check_totals
from recon_mt940.words import read_words

if TYPE_CHECKING:
    from recon_mt940.gate import Gated
    from recon_mt940.heading import Defaults
    from recon_mt940.narrative import Parts
    from recon_mt940.record import Records
    from recon_mt940.remarks import Before, Remark
    from recon_mt940.scan import Fields
    from recon_mt940.tokens import Numbers

DIALECTS: Final = {PLAIN: "plain", SLASH: "slash-codes", WORDED: "named-words"}


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


@dataclass(frozen=True, slots=True)
class Scanned:
    """What was found in whole messages before it is laid out: entries, what stands around them, and their narratives."""

    fields: Fields
    records: Records
    headings: pl.DataFrame
    around: pl.DataFrame
    parts: Parts
    entries: pl.DataFrame
    encoding: str


def understand(fields: Fields, encoding: str, where: Where, defaults: Defaults) -> Scanned:
    """Read headings, narratives and entries from the fields of whole messages, one at least.

    Raises:
        MalformedFile: a statement as a whole cannot be trusted (see heading.py).
    """
    records = find_records(fields)
    headings, around = read_headings(fields, encoding, where, defaults)
    parts = read_words(read_narratives(fields, records, encoding))
    entries = _entries(fields, records, headings, encoding)
    return Scanned(fields, records, headings, around, parts, entries, encoding)


def read_chunk(gated: Gated, span: tuple[int, int], before: Before, defaults: Defaults) -> Chunk:
    """Read the messages between two places of a file.

    Raises:
        MalformedFile: a field is too long, or a statement as a whole cannot be trusted (see heading.py).
    """
    where = Where(gated.name, before.lines)
    fields = scan(gated, span, before.lines)
    remarks = list(text_remarks(fields, before.lines))
    if fields.messages == 0:
        none = pl.DataFrame()
        return Chunk(len(fields.lines.start), 0, none, none, none, remarks=remarks)
    found = understand(fields, gated.encoding, where, defaults)
    records, headings, entries = found.records, found.headings, found.entries
    if _is_cut_off(fields, headings, before, defaults, where):
        entries = entries.with_columns(
            fault=pl.when(pl.Series(records.is_last & (records.message == fields.messages - 1)))
            .then(pl.col("fault").fill_null("cut-off"))
            .otherwise("fault")
        )
    entries, spoken = read_again(_with_text(entries, fields, records, gated.encoding), headings)
    offset = None if gated.offset is None else gated.offset + span[0]
    lines = lay_out(found, entries, offset)
    lines = lines.with_columns(
        statement_index=pl.col("message") + before.statements,
        record=pl.col("index") + before.records + 1,
        line_number=pl.col("line") + before.lines + 1,
    )
    is_sound = lines["fault"].null_count() == lines.height
    good = lines if is_sound else lines.filter(pl.col("fault").is_null())
    notes = notes_of(found)
    reader = pl.when(pl.int_range(pl.len()).is_in(spoken)).then(pl.lit(LIBRARY))
    statements = statements_of(found, notes, reader).with_columns(
        pl.col("statement_index") + before.statements
    )
    totals = check_totals(located(found, notes), good, headings, where)
    return Chunk(
        len(fields.lines.start),
        len(records),
        of_schema(statements, ReadStatements),
        of_schema(good, ReadLines),
        rejects_of(lines, gated.name),
        [finding.text for finding in totals],
        [*remarks, *remarks_of(good, headings, fields, spoken, before)],
    )


def statements_of(found: Scanned, notes: pl.DataFrame, reader: pl.Expr) -> pl.DataFrame:
    """Lay out the statements, a row a message, numbered from 0."""
    records, messages = found.records, found.fields.messages
    return found.headings.with_columns(
        statement_index=pl.int_range(pl.len(), dtype=pl.Int64),
        kind=pl.when("is_interim").then(pl.lit("interim")).otherwise(pl.lit("final")),
        line_count=pl.Series(np.bincount(records.message, minlength=messages)),
        reader=reader,
        dialect=_statement_dialects(records, found.parts.dialect, messages),
        extras=statement_extras(found.around, notes, found.fields),
    )


def of_schema(frame: pl.DataFrame, schema: type[ReadLines | ReadStatements]) -> pl.DataFrame:
    """Leave out what is no column of a schema."""
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


def lay_out(found: Scanned, entries: pl.DataFrame, offset: int | None) -> pl.DataFrame:
    """Give the columns of lines; `offset` is the place of the text in the file, None where it cannot be known."""
    fields, records, parts = found.fields, found.records, found.parts
    placed = place(parts.record, parts.name, parts.text, len(records))
    # The raw record begins with its tag, four bytes before the text.
    raw = fields.start[records.field] - len(":61:")
    unknown = pl.lit(None, dtype=pl.Int64)
    entries = entries.with_columns(
        has_narrative=pl.Series(parts.dialect >= 0),
        line=pl.Series(fields.line[records.field]),
        byte_offset=unknown if offset is None else pl.Series(raw + offset),
        byte_length=unknown if offset is None else pl.Series(raw_ends(fields, records) - raw),
    )
    bank_texts = _bank_texts(fields, records, found.encoding)
    return build_lines(entries, placed, bank_texts, fields.escapes)


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


def notes_of(found: Scanned) -> pl.DataFrame:
    """Give the narratives that belong to no entry, as read_headings gives the fields around the entries."""
    fields = found.fields
    is_text = (fields.tag == TAG["86"]) | (fields.tag == TAG["NS"])
    own = positions(is_text & (found.records.owner < 0))
    return pl.DataFrame(
        {
            "field": own,
            "tag": fields.tag[own],
            "message": fields.message[own],
            "text": _squeezed(fields, own, found.encoding),
        }
    )


def _squeezed(fields: Fields, own: Numbers, encoding: str) -> pl.Series:
    closed = closed_ranges(fields.text, fields.start[own], fields.end[own])
    return texts([squeeze(closed, len(own))], encoding)


def located(found: Scanned, notes: pl.DataFrame) -> pl.DataFrame:
    """Give all fields that belong to no entry, each with its line."""
    both = pl.concat([found.around, notes])
    return both.with_columns(line=pl.Series(found.fields.line[both["field"].to_numpy()]))


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
