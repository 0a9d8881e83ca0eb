"""Read a table by its layout into the frames of the contract.

In: a table and its layout. Out: statements, lines, rejects and findings; records = lines + rejects + those that are
counted as no entry. Money goes from text to minor units by `recon.api.parse_minor_expr` and by no other way.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recon.api import MalformedFile, ParsedStatements, Place
from recon_csv.bookings import lay_out
from recon_csv.entries import Refusal, sort_records
from recon_csv.frames import build_lines, build_rejects, build_statements
from recon_csv.preamble import Surroundings, read_surroundings
from recon_csv.total import find_total
from recon_csv.unproven import refuse_unproven
from recon_csv.values import read_values

if TYPE_CHECKING:
    import polars as pl

    from recon_csv.entries import Piles, Row
    from recon_csv.layout import Layout
    from recon_csv.table import Table

# A guessed layout under which more than one row in ten cannot be read is a wrong guess.
_REJECTED_SHARE = 10


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known before the values are read."""

    file: str
    is_guessed: bool
    findings: tuple[str, ...]
    hint: str = ""


def read_table(table: Table, layout: Layout, reading: Reading) -> ParsedStatements:
    """Read every record below the header.

    Raises:
        MalformedFile: nothing can be read, or so little that the layout must be wrong.
    """
    piles = sort_records(table, layout)
    above = [table.row(at) for at in range(layout.first_row - (1 if layout.header else 0))]
    around = read_surroundings([*above, *piles.around])
    rows, batches = _open_batches(table, piles, layout, around)
    values, refusals = read_values(lay_out(table, layout, rows, piles), layout, around)
    values, unproven = refuse_unproven(values, table, layout)
    refusals = sorted([*piles.refusals, *refusals, *unproven], key=lambda refusal: refusal.record)
    total = find_total(refusals, values, table, layout)
    if total:
        refusals.remove(total)
        piles.leave_out("total", total.line, table.row(layout.first_row + total.record - 1))
    below = table.height - layout.first_row
    placed = values.height + len(refusals) + piles.counted.total() + batches.total()
    assert below == placed, f"{below} records below the header, {placed} accounted for"
    _check_share(values.height, refusals, reading)
    findings = (*reading.findings, *_tell(piles, batches))
    return _frames(values, refusals, (layout, around), (reading, findings))


def _frames(
    values: pl.DataFrame,
    refusals: list[Refusal],
    known: tuple[Layout, Surroundings],
    told: tuple[Reading, tuple[str, ...]],
) -> ParsedStatements:
    (layout, around), (reading, findings) = known, told
    built = build_statements(values, [refusal.record for refusal in refusals], layout, around)
    if built is None:
        raise MalformedFile(
            "the file has no entries, and its currency is not known",
            place=Place(reading.file),
            hint='set `currency = "EUR"` under [formats.csv]',
        )
    if reading.is_guessed and built.broken is not None:
        # A filtered export breaks in the same way as a wrong guess; only the user can tell them apart.
        raise MalformedFile(
            f"the CSV layout is not certain: {built.broken.text}",
            place=Place(reading.file, built.broken.line),
            hint=reading.hint,
        )
    return ParsedStatements(
        statements=built.statements,
        lines=build_lines(values, layout),
        rejects=build_rejects(refusals, reading.file),
        reader="csv-guess" if reading.is_guessed else "csv-profile",
        findings=(*findings, *built.notes),
    )


def _open_batches(
    table: Table, piles: Piles, layout: Layout, around: Surroundings
) -> tuple[list[Row], Counter[str]]:
    """Put the parts of a batch in the place of their parent where they add up to it, else keep the parent."""
    told: Counter[str] = Counter()
    rows: list[Row] = []
    parents = [row for row in piles.entries if row.parts]
    adding_up = _adding_up(table, parents, layout, around)
    for row in piles.entries:
        if not row.parts:
            rows.append(row)
        elif row.record in adding_up:
            row.batch = told["batch rows replaced by their parts"] + 1
            rows += row.parts
            told["batch rows replaced by their parts"] += 1
        else:
            rows.append(row)
            told["parts left out: they do not add up to their batch"] += len(row.parts)
    return rows, told


def _adding_up(table: Table, parents: list[Row], layout: Layout, around: Surroundings) -> set[int]:
    """Give the records of the batches whose parts add up to them to the last minor unit."""
    if not parents:
        return set()
    whole, _ = read_values(lay_out(table, layout, parents), layout, around)
    below = [part for row in parents for part in row.parts]
    parts, _ = read_values(lay_out(table, layout, below), layout, around)
    owner = {part.record: row.record for row in parents for part in row.parts}
    counts = {row.record: len(row.parts) for row in parents}
    sums: Counter[int] = Counter()
    seen: Counter[int] = Counter()
    for record, amount in parts.select("record", "amount_read").iter_rows():
        sums[owner[record]] += amount
        seen[owner[record]] += 1
    return {
        record
        for record, amount in whole.select("record", "amount_read").iter_rows()
        if sums[record] == amount and seen[record] == counts[record]
    }


def _check_share(read: int, refusals: list[Refusal], reading: Reading) -> None:
    if not refusals:
        return
    first = refusals[0]
    is_nothing = read == 0
    is_too_much = reading.is_guessed and len(refusals) * _REJECTED_SHARE > read + len(refusals) + 9
    if is_nothing or is_too_much:
        what = "no row" if is_nothing else f"{len(refusals)} of {read + len(refusals)} rows not"
        raise MalformedFile(
            f"{what} readable; the first: {first.reason} (column {first.column})",
            place=Place(reading.file, first.line),
            excerpt=first.excerpt,
            hint="declare the layout as a profile under [formats.csv.profiles.NAME]",
        )


def _tell(piles: Piles, batches: Counter[str]) -> list[str]:
    told = [
        f"{count} {why} row(s) counted as no entry, the first on line {piles.places[why]}"
        for why, count in sorted(piles.counted.items())
        if why != "blank"
    ]
    if piles.wider:
        told.append(
            f"{len(piles.wider)} row(s) with filled cells beyond the last column, the first on line {piles.wider[0]}"
        )
    return told + [f"{count} {why}" for why, count in sorted(batches.items())]
