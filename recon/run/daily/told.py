"""Say what a file of statements says, as the store keeps it. In: files with their bytes. Out: rows of facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from recon.errors import ReconError
from recon.frames.facts import StoredStatements
from recon.ingest.read import Delivery, rows_by_delivery
from recon.protocols import InputFile, SourceFile
from recon.run.grouped import read_inputs
from recon.store.tables import FACT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.config import Policy
    from recon.ingest.read import Gathered
    from recon.plugins import Plugins


@dataclass(frozen=True, slots=True)
class Told:
    """One input with its bytes and what it says."""

    entry: InputFile
    data: bytes
    rows: dict[str, pl.DataFrame]
    findings: tuple[str, ...] = ()
    is_known: bool = False


def read_input(policy: Policy, entry: InputFile, data: bytes, plugins: Plugins) -> Told:
    """Read the bytes of one statement file by the format that claims them.

    Raises:
        ReconError: no format, or more than one, claims it, or it breaks its format's rules.
    """
    (told,) = tell(policy, [(entry, data)], plugins)
    if isinstance(told, ReconError):
        raise told
    return told


def tell(
    policy: Policy, inputs: Sequence[tuple[InputFile, bytes]], plugins: Plugins
) -> list[Told | ReconError]:
    """Read statement files by the formats that claim them, together where a format can.

    Args:
        policy: the formats' options.
        inputs: files with their bytes; no two have both name and bytes alike.
        plugins: the formats.
    """
    sources = [SourceFile(entry.name, data) for entry, data in inputs]
    read = read_inputs(sources, policy, plugins)
    deliveries = {
        number: Delivery(entry.name, entry.sha256, one.format, one.parsed)
        for number, ((entry, _), one) in enumerate(zip(inputs, read, strict=True))
        if one.parsed is not None and one.format is not None
    }
    rows = dict(zip(deliveries, rows_by_delivery(list(deliveries.values())), strict=True))
    return [
        one.error
        if one.error is not None
        else Told(
            replace(entry, format=one.format), data, _stored(rows[number]), one.said().findings
        )
        for number, ((entry, data), one) in enumerate(zip(inputs, read, strict=True))
    ]


def _stored(read: Gathered) -> dict[str, pl.DataFrame]:
    """Give the rows of one file as the store keeps them."""
    return {
        "statements": read.statements.select(
            name for name in StoredStatements.column_names() if name != "seq"
        ),
        "deliveries": read.lines.select(
            name for name in FACT["deliveries"].columns if name != "seq"
        ),
        "rejects": read.rejects.with_columns(
            place=pl.int_range(1, read.rejects.height + 1, dtype=pl.Int64)
        ),
    }


def told_by_file(one: Told) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Say what a file adds to the record: facts and rows."""
    facts = {"name": one.entry.name, "findings": list(one.findings)}
    return facts, {"files": files_row(one.entry), **one.rows}


def files_row(entry: InputFile) -> pl.DataFrame:
    """Give the row of ReceivedFiles for one input."""
    names = [name for name in FACT["files"].columns if name != "seq"]
    schema = {name: FACT["files"].types[name] for name in names}
    return pl.DataFrame([{name: getattr(entry, name) for name in names}], schema=schema)
