"""From the texts of a part to its lines and rejects. In: a Part, whichever reader it comes from. Out: frames.

The frames have the columns of ReadLines and Rejects where a text decides them, and beside them what the whole document
decides later: place, statement, batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon_camt.charges import read_charges
from recon_camt.entries import faults_of, read_entries
from recon_camt.kept import kept_texts
from recon_camt.leaves import Leaves, Part
from recon_camt.originals import read_originals
from recon_camt.parties import read_parties
from recon_camt.paths import Level
from recon_camt.remittance import read_remittance
from recon_camt.shares import share
from recon_camt.sources import Sources
from recon_camt.words import (
    BATCH_REFERENCE,
    CODE_PATHS,
    DETAIL_COLUMNS,
    ENTRY_COLUMNS,
    NOT_PROVIDED,
    PROPRIETARY_CODE,
    RATES,
)

if TYPE_CHECKING:
    import numpy as np

    from recon_camt.paths import Paths

FAULTS: Final = ("statement", "start", "currency", "field", "code", "reason", "excerpt")


@dataclass(frozen=True, slots=True)
class PartLines:
    """Lines and rejected entries of a part, each with `statement` (its number in the part) and `start`."""

    lines: pl.DataFrame
    faults: pl.DataFrame


def read_lines(part: Part, paths: Paths, accounts: pl.Series) -> PartLines:
    """Read all entries of a part.

    Args:
        part: texts and owners.
        paths: the names of paths.
        accounts: the account of each statement of the part, blanks removed.
    """
    owners = part.owners
    leaves = {
        level: Leaves(paths, level, part.texts, len(owners[level]))
        for level in (Level.ENTRY, Level.DETAIL, Level.STRUCTURED)
    }
    entry, detail = leaves[Level.ENTRY], leaves[Level.DETAIL]
    entries = read_entries(entry, owners[Level.ENTRY])
    of_details = entries["currency"][owners[Level.DETAIL].parent]
    charges = read_charges(detail, of_details)
    entry_charges = read_charges(entry, entries["currency"])
    taken = _by_entry(charges, owners[Level.DETAIL].parent, len(entries))
    shared, illegible = share(
        entries,
        owners[Level.DETAIL],
        detail,
        pl.DataFrame({"of_details": taken, "of_entry": entry_charges}),
    )
    sources = Sources(
        entry=entry,
        detail=detail,
        structured=leaves[Level.STRUCTURED],
        structured_owner=owners[Level.STRUCTURED].parent,
        n=shared["n"],
        t=shared["t"],
    )
    lines = _columns(sources, entries, shared, charges, entry_charges, accounts)
    lines = _placed(lines, sources, owners[Level.DETAIL].start, owners[Level.DETAIL].stop)
    extras = kept_texts(sources, lines, owners[Level.DETAIL].parent)
    faults = faults_of(entries).select(FAULTS)
    if len(illegible):
        places = entries.select("n", "statement", "start", "currency")
        faults = pl.concat([faults, illegible.join(places, on="n").select(FAULTS)])
    return PartLines(lines.with_columns(extras.alias("extras")), faults)


def _by_entry(
    values: pl.Series, parent: np.ndarray[tuple[int], np.dtype[np.int64]], count: int
) -> pl.Series:
    """Sum what the details of each entry say; null where none says anything."""
    if values.null_count() == len(values):
        return pl.Series([None], dtype=values.dtype).new_from_index(0, count)
    said = pl.DataFrame({"n": parent, "value": values}).drop_nulls("value")
    sums = said.group_by("n").agg(pl.col("value").sum())
    every = pl.DataFrame({"n": pl.int_range(count, dtype=pl.Int64, eager=True)})
    return every.join(sums, on="n", how="left", maintain_order="left")["value"]


def _columns(
    sources: Sources,
    entries: pl.DataFrame,
    shared: pl.DataFrame,
    charges: pl.Series,
    entry_charges: pl.Series,
    accounts: pl.Series,
) -> pl.DataFrame:
    of_entry, of_detail = sources.of_entry, sources.of_detail
    entry, detail = sources.entry, sources.detail
    told: tuple[str, ...] = (
        "statement",
        "start",
        "stop",
        "currency",
        "indicator",
        "status",
        "booking_date",
    )
    told += ("value_date", "is_reversal", "amount_text", "date_source")
    lines = shared.with_columns(*(of_entry(entries[name]).alias(name) for name in told))
    lines = lines.with_columns(
        **{name: of_detail(detail.first(*words)) for name, words in DETAIL_COLUMNS.items()},
        **{name: of_entry(entry.first(*words)) for name, words in ENTRY_COLUMNS.items()},
        exchange_rate=of_detail(detail.first(*RATES)).fill_null(of_entry(entry.first(*RATES))),
        bank_transaction_code=_code(sources),
        transaction_code=of_detail(detail.first(PROPRIETARY_CODE)).fill_null(
            of_entry(entry.first(PROPRIETARY_CODE))
        ),
        settled_text=of_detail(detail.first("RltdDts/IntrBkSttlmDt", "RltdDts/AccptncDtTm")),
        batch_reference=of_entry(entry.first(*BATCH_REFERENCE)),
        detail_reference=of_detail(detail.first("Refs/AcctSvcrRef")),
        entry_reference=of_entry(entry.first("AcctSvcrRef")),
        detail_charges=of_detail(charges),
        entry_charges=of_entry(entry_charges),
    )
    is_share = pl.col("part") == "detail"
    own = pl.when(is_share).then("detail_reference").otherwise("entry_reference")
    other = pl.when(is_share).then("entry_reference").otherwise("detail_reference")
    is_whole = pl.col("part") == "whole"
    lines = lines.with_columns(
        bank_reference=pl.coalesce(own, other),
        customer_reference=pl.coalesce("customer_reference", "batch_reference"),
        end_to_end_id=_given("end_to_end_id"),
        charges=pl.when(is_whole)
        .then(pl.coalesce("detail_charges", "entry_charges"))
        .otherwise("detail_charges"),
        transaction_text=pl.when(pl.col("part").is_in(["charges", "difference"]))
        .then("part")
        .otherwise("transaction_text"),
    )
    lines = read_originals(lines, sources)
    lines = read_remittance(lines, sources)
    return read_parties(lines, sources, accounts)


def _given(name: str) -> pl.Expr:
    is_none = pl.col(name).str.to_uppercase().is_in(NOT_PROVIDED)
    return pl.when(~is_none).then(name)


def _code(sources: Sources) -> pl.Series:
    """Put the ISO code together: domain, family and sub-family, of the detail or else of the entry."""

    def of(leaves: Leaves) -> pl.Series:
        parts = pl.DataFrame(
            {str(index): leaves.first(words) for index, words in enumerate(CODE_PATHS)}
        )
        return parts.select(pl.concat_str(pl.all(), separator="-")).to_series()

    return sources.of_detail(of(sources.detail)).fill_null(sources.of_entry(of(sources.entry)))


def _placed(
    lines: pl.DataFrame,
    sources: Sources,
    start: np.ndarray[tuple[int], np.dtype[np.int64]],
    stop: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> pl.DataFrame:
    """Say which bytes are the raw record: the detail of a batch, else the entry."""
    is_detail = pl.col("part") == "detail"
    begin = sources.of_detail(pl.Series(start))
    end = sources.of_detail(pl.Series(stop))
    return lines.with_columns(
        raw_start=pl.when(is_detail).then(begin).otherwise("start"),
        raw_stop=pl.when(is_detail).then(end).otherwise("stop"),
    )
