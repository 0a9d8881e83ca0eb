"""From records to frames: statements, lines, rejects; every record 16 of the file ends up in one of the two latter.

In: one file. Out: ParsedStatements. Records 16 are counted in the grammar, before anything is read out of them; a
deposit whose items stand for it (see batches.py) is counted with them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import Delivered, chosen, chosen_currency, deliver, refuse_unknown
from recon_bai2 import detail, statements
from recon_bai2.batches import with_batches
from recon_bai2.codes import own_codes
from recon_bai2.control import control_findings
from recon_bai2.records import DAMAGED, MARKS, read_records
from recon_bai2.structure import BAI2, NAI, file_headers, group_headers, placed, with_group
from recon_bai2.summary import summaries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import ParsedStatements, SourceFile

READER: Final = "bai2"
_OPTIONS: Final = frozenset(
    {"encoding", "currency", "dialect", "trailer", "credit_codes", "debit_codes"}
)
_HINTS: Final = {
    "unknown-sign": "name the code in `credit_codes` or `debit_codes` under [formats.bai2], as the bank describes it",
    "unknown-currency": "`currency` under [formats.bai2] stands in where the file names none",
}


def read(source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
    """Read one BAI2 or NAI file.

    Raises:
        MalformedFile: no whole BAI2 file: see text.py, records.py and structure.py.
        ConfigurationError: an option is unknown or has a value it cannot have.
    """
    refuse_unknown(READER, options, _OPTIONS)
    needs_trailer = chosen(READER, options, "trailer", ("required", "optional")) != "optional"
    declared = chosen(READER, options, "dialect", (BAI2, NAI))
    currency = chosen_currency(READER, options)
    own = own_codes(options)
    found = read_records(source, options.get("encoding"))
    frame = placed(source, found.frame, needs_trailer=needs_trailer)
    files = file_headers(source, frame, declared)
    groups = group_headers(source, frame)
    frame = frame.join(
        files.select("file_index", "dialect"), on="file_index", maintain_order="left"
    )
    heads = statements.accounts(
        with_group(frame.filter(pl.col("code") == "03"), groups).join(
            files.drop("dialect"), on="file_index", maintain_order="left"
        ),
        currency,
    )
    totals = summaries(heads)
    told = statements.statements(heads, totals)
    details = detail.read_details(_entries(frame, groups, heads), own)
    lines, batch_findings = with_batches(details)
    findings = [
        *found.findings,
        *statements.findings(told, currency),
        *batch_findings,
        *_unknown_funds(details),
        *control_findings(frame, details, totals),
    ]
    counted = _counted(frame, details, lines)
    rows = told.join(counted, on="statement_index", how="left", maintain_order="left")
    return deliver(
        source,
        Delivered(
            rows.select(*statements.COLUMNS, pl.col("line_count").fill_null(0)),
            lines.with_columns(excerpt=_excerpt(), hint=_hint()),
            (*detail.COLUMNS, "batch"),
        ),
        reader=READER,
        counted=int(counted["line_count"].sum()),
        findings=findings,
    )


def _entries(frame: pl.DataFrame, groups: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """Give the records 16 a number, the date and status of their group, and the currency of their account."""
    entries = frame.filter(pl.col("code").is_in(["16", DAMAGED])).with_columns(
        record=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        # What stands before the first account is rejected, and counted with it.
        statement_index=pl.col("statement_index").clip(0),
    )
    dated = with_group(entries, groups.select("group_index", "date", "group_status"))
    currencies = heads.select("statement_index", "currency")
    return dated.rename({"code": "record_code"}).join(
        currencies, on="statement_index", how="left", maintain_order="left"
    )


def _counted(frame: pl.DataFrame, details: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Count the records 16 of each statement in the grammar; itemised deposits, which are no lines, are taken off."""
    index = pl.col("statement_index").clip(0)
    entries = frame.filter(pl.col("code").is_in(["16", DAMAGED]))
    replaced = details.join(lines.select("record"), on="record", how="anti")
    return (
        pl.concat([entries.select(index, one=1), replaced.select(index, one=-1)])
        .group_by("statement_index")
        .agg(line_count=pl.col("one").sum().cast(pl.Int64))
    )


def _unknown_funds(details: pl.DataFrame) -> list[str]:
    odd = details.filter(~pl.col("has_known_funds"), pl.col("reason").is_null())
    if odd.is_empty():
        return []
    return [
        (
            f"{len(odd)} transactions have a funds type that the standard does not know, so their references and text may "
            f"stand one field off; the first is line {odd['line_number'][0]}"
        )
    ]


@cache
def _excerpt() -> pl.Expr:
    prefix = pl.when(pl.col("record_code") == "16").then(pl.lit("16,")).otherwise(pl.lit(""))
    return pl.concat_str(prefix, pl.col("body").str.replace_all(MARKS, "").str.head(116))


@cache
def _hint() -> pl.Expr:
    return pl.col("code").replace_strict(
        list(_HINTS), list(_HINTS.values()), default=None, return_dtype=pl.String
    )
