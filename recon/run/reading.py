"""Read bank files: find them, let exactly one format read each, check and identify what came out.

A file that cannot be read is quarantined with its reason and the rest goes on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recon.errors import MalformedFile, Place, ReconError
from recon.ingest.balance import check_statements, continuity
from recon.ingest.dedupe import distinct_lines
from recon.ingest.detect import HEAD_BYTES, choose_format
from recon.ingest.read import Delivery, gather
from recon.protocols import InputFile, SourceFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dataframely as dy
    import polars as pl

    from recon.config import Policy
    from recon.frames.lines import Lines
    from recon.frames.rejects import Rejects
    from recon.frames.statements import Statements
    from recon.plugins import Plugins
    from recon.run.progress import Progress

_SIZE_LIMIT_BYTES: Final = 512 * 1024 * 1024


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
    found = find_files(statements)
    progress.step("Reading statements", len(found))
    deliveries: list[Delivery] = []
    inputs: list[InputFile] = []
    findings: list[str] = []
    for path, name in found.items():
        delivery, entry, said = _read_one(path, name, policy, plugins)
        deliveries += [delivery] if delivery else []
        inputs.append(entry)
        findings += [f"{entry.name}: {finding}" for finding in said]
        progress.advance()
    gathered = gather(deliveries)
    checked = check_statements(
        gathered.statements,
        gathered.lines,
        holds_balance_break=policy.on_balance_break == "hold",
        holds_continuity_break=policy.on_continuity_break == "hold",
        holds_notifications=policy.on_notification == "hold",
    )
    lines, copies = distinct_lines(gathered.lines, checked, continuity(gathered.statements))
    return Reading(checked, lines, gathered.rejects, copies, tuple(inputs), tuple(findings))


def find_files(given: Sequence[Path]) -> dict[Path, str]:
    """List the files named and those in folders, each once, sorted by the name under which they are shown.

    Hidden files in folders are left alone. A file of a folder is shown with the folder's own name before it.
    """
    found: dict[Path, str] = {}
    for path in given:
        if not path.is_dir():
            found.setdefault(path, shown_name(path))
            continue
        for one in path.rglob("*"):
            inside = one.relative_to(path)
            if one.is_file() and not any(part.startswith(".") for part in inside.parts):
                within = Path(path.name) if path.is_absolute() else path
                found.setdefault(one, (within / inside).as_posix())
    return dict(sorted(found.items(), key=lambda pair: (pair[1], pair[0].as_posix())))


def shown_name(path: Path) -> str:
    """Name an input in files and messages: as given, but never by the folders of one machine.

    The same inputs give the same bytes wherever they lie.
    """
    return "/".join(path.parts[1:][-2:]) if path.is_absolute() else path.as_posix()


def _read_one(
    path: Path, name: str, policy: Policy, plugins: Plugins
) -> tuple[Delivery | None, InputFile, tuple[str, ...]]:
    digest, size, chosen = "", 0, None
    try:
        data = _bytes_of(path, name)
        digest, size = hashlib.sha256(data).hexdigest(), len(data)
        head = data[:HEAD_BYTES]
        claims = plugins.sniff_all(head, name)
        chosen = choose_format(claims.formats, plugins.names("format"), name, head)
        parsed = plugins.read(chosen, SourceFile(name, data), policy.formats.get(chosen, {}))
    except ReconError as error:
        entry = InputFile(name, digest, size, "statement", "quarantined", chosen, error.render())
        return None, entry, ()
    failures = tuple(failure.message for failure in claims.failures)
    entry = InputFile(name, digest, size, "statement", "read", chosen)
    return Delivery(name, digest, chosen, parsed), entry, (*parsed.findings, *failures)


def _bytes_of(path: Path, name: str) -> bytes:
    place = Place(name)
    try:
        if not path.is_file():
            raise MalformedFile("this is no regular file", place=place)
        if path.stat().st_size > _SIZE_LIMIT_BYTES:
            raise MalformedFile(
                f"the file is larger than {_SIZE_LIMIT_BYTES // 1024**2} MiB",
                place=place,
                hint="split the export by account or by month",
            )
        return path.read_bytes()
    except OSError as error:
        raise MalformedFile(f"the file cannot be opened: {error.strerror}", place=place) from None
