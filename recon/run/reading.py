"""Read bank files: find them, let exactly one format read each, check and identify what came out.

A file that cannot be read is quarantined with its reason and the rest goes on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recon.ingest.balance import Holds, check_statements, continuity
from recon.ingest.dedupe import distinct_lines
from recon.ingest.doubts import find_doubts
from recon.ingest.read import Delivery, gather
from recon.protocols import InputFile, SourceFile
from recon.run.files import deliver, find_files
from recon.run.grouped import grouped, read_inputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import dataframely as dy
    import polars as pl

    from recon.config import Policy
    from recon.frames.lines import Lines
    from recon.frames.rejects import Rejects
    from recon.frames.statements import Statements
    from recon.plugins import Plugins
    from recon.run.files import Delivered
    from recon.run.grouped import Read
    from recon.run.progress import Progress


@dataclass(frozen=True, slots=True)
class Reading:
    """All statements of a run, read; `copies` names each further delivery of a line."""

    statements: dy.DataFrame[Statements]
    lines: dy.DataFrame[Lines]
    rejects: dy.DataFrame[Rejects]
    copies: pl.DataFrame
    inputs: tuple[InputFile, ...]
    findings: tuple[str, ...]


def read_statements(
    statements: Sequence[Path], policy: Policy, plugins: Plugins, progress: Progress
) -> Reading:
    """Read all files named, and all files in folders named.

    Raises:
        ReconError: never for a file that cannot be read; that file is quarantined.
    """
    deliveries, inputs, findings = _read_all(statements, policy, plugins, progress)
    gathered = gather(deliveries)
    checked = check_statements(
        gathered.statements,
        gathered.lines,
        Holds.of(policy),
    )
    findings += [f"{file}: {doubt}" for file, doubt in find_doubts(checked, gathered.lines)]
    lines, copies = distinct_lines(gathered.lines, checked, continuity(gathered.statements))
    return Reading(checked, lines, gathered.rejects, copies, tuple(inputs), tuple(findings))


def _read_all(
    statements: Sequence[Path], policy: Policy, plugins: Plugins, progress: Progress
) -> tuple[list[Delivery], list[InputFile], list[str]]:
    """Read group after group; the bytes of each are let go before the lines of all are put together."""
    found = find_files(statements)
    progress.step("Reading statements", len(found))
    deliveries: list[Delivery] = []
    inputs: list[InputFile] = []
    findings: list[str] = []
    brought = (deliver(path, name, statements) for path, name in found.items())
    for group in grouped(brought, _bytes_brought):
        for delivery, entry, said in _read_group(
            [one for ones in group for one in ones], policy, plugins
        ):
            deliveries += [delivery] if delivery else []
            inputs.append(entry)
            findings += [f"{entry.name}: {finding}" for finding in said]
        progress.advance(len(group))
    return deliveries, inputs, findings


def _bytes_brought(inputs: list[Delivered]) -> int:
    return sum(len(one.data or b"") for one in inputs)


def _read_group(
    inputs: list[Delivered], policy: Policy, plugins: Plugins
) -> Iterator[tuple[Delivery | None, InputFile, tuple[str, ...]]]:
    readable = [one for one in inputs if one.error is None and one.archive is None]
    sources = [SourceFile(one.name, one.data or b"") for one in readable]
    read = iter(read_inputs(sources, policy, plugins))
    for one in inputs:
        yield _told(one, next(read) if one.error is None and one.archive is None else None)


def _told(one: Delivered, read: Read | None) -> tuple[Delivery | None, InputFile, tuple[str, ...]]:
    name, data = one.name, one.data or b""
    digest = "" if one.data is None else hashlib.sha256(data).hexdigest()
    role = "statement" if one.archive is None else "archive"
    chosen = one.archive if read is None else read.format
    error = one.error if read is None else read.error
    if error is not None:
        said = error.render()
        return None, InputFile(name, digest, len(data), role, "quarantined", chosen, said), ()
    entry = InputFile(name, digest, len(data), role, "read", chosen)
    if read is None or chosen is None:
        return None, entry, ()
    parsed = read.said()
    return Delivery(name, digest, chosen, parsed), entry, (*parsed.findings, *read.failures)
