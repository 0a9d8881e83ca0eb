"""Read bank files: find them, let exactly one format read each, check and identify what came out.

A file that cannot be read is quarantined with its reason and the rest goes on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recon.errors import ReconError
from recon.ingest.balance import Holds, check_statements, continuity
from recon.ingest.dedupe import distinct_lines
from recon.ingest.detect import HEAD_BYTES, choose_format
from recon.ingest.doubts import find_doubts
from recon.ingest.read import Delivery, gather
from recon.protocols import InputFile, SourceFile
from recon.run.files import Delivered, deliver, find_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import dataframely as dy
    import polars as pl

    from recon.config import Policy
    from recon.frames.lines import Lines
    from recon.frames.rejects import Rejects
    from recon.frames.statements import Statements
    from recon.plugins import Plugins
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
    """Read file after file; the bytes of each are let go before the lines of all are put together."""
    found = find_files(statements)
    progress.step("Reading statements", len(found))
    deliveries: list[Delivery] = []
    inputs: list[InputFile] = []
    findings: list[str] = []
    for path, name in found.items():
        for one in deliver(path, name, statements):
            delivery, entry, said = _read_one(one, policy, plugins)
            deliveries += [delivery] if delivery else []
            inputs.append(entry)
            findings += [f"{entry.name}: {finding}" for finding in said]
        progress.advance()
    return deliveries, inputs, findings


def _read_one(
    one: Delivered, policy: Policy, plugins: Plugins
) -> tuple[Delivery | None, InputFile, tuple[str, ...]]:
    name, data, chosen = one.name, one.data or b"", one.archive
    digest = "" if one.data is None else hashlib.sha256(data).hexdigest()
    role = "statement" if one.archive is None else "archive"
    try:
        if one.error is not None:
            raise one.error
        if one.archive is not None:
            return None, InputFile(name, digest, len(data), role, "read", chosen), ()
        head = data[:HEAD_BYTES]
        claims = plugins.sniff_all(head, name)
        chosen = choose_format(claims.formats, plugins.names("format"), name, head)
        parsed = plugins.read(chosen, SourceFile(name, data), policy.formats.get(chosen, {}))
    except ReconError as error:
        said = error.render()
        return None, InputFile(name, digest, len(data), role, "quarantined", chosen, said), ()
    failures = tuple(failure.message for failure in claims.failures)
    entry = InputFile(name, digest, len(data), role, "read", chosen)
    return Delivery(name, digest, chosen, parsed), entry, (*parsed.findings, *failures)
