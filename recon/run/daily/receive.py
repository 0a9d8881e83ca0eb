"""Receive bank files: archive their bytes, read them, and store what they say. In: files. Out: what came of each.

A file is known by its bytes: the same bytes again are nothing new, under whatever name. Each file is one event, stored
whole or not at all; a file of the inbox leaves it only after that, since then the archive has it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl
from sqlalchemy import select

from recon.errors import ReconError
from recon.failpoints import reached
from recon.frames.facts import StoredStatements
from recon.ingest.read import Delivery, rows_by_delivery
from recon.protocols import InputFile, SourceFile
from recon.run.daily.settling import settled, stamp_of
from recon.run.files import deliver, find_files
from recon.run.grouped import grouped, read_inputs
from recon.store.projections import catch_up
from recon.store.tables import FACT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from recon.config import Policy
    from recon.ingest.read import Gathered
    from recon.plugins import Plugins
    from recon.run.daily.desk import Desk
    from recon.run.files import Delivered
    from recon.run.progress import Progress

# The roles in which bytes are read as statements.
_ROLES: Final = ("statement", "archive")


@dataclass(frozen=True, slots=True)
class Received:
    """What came in: the files that were new, those known before, and those left for later, each with its reason."""

    files: tuple[InputFile, ...]
    known: tuple[str, ...]
    left: tuple[str, ...]
    lines: int


@dataclass(frozen=True, slots=True)
class Told:
    """One input with its bytes and what it says."""

    entry: InputFile
    data: bytes
    rows: dict[str, pl.DataFrame]
    findings: tuple[str, ...] = ()
    is_known: bool = False


def receive(desk: Desk, paths: Sequence[Path], plugins: Plugins, progress: Progress) -> Received:
    """Receive all files named and all in folders named.

    Raises:
        StoreBroken: the store or the archive cannot be written; what was stored before stays.
    """
    inbox = desk.workspace.path(desk.workspace.settings.inbox)
    found = find_files(paths)
    progress.step("Receiving files", len(found))
    new: list[InputFile] = []
    known: list[str] = []
    left: list[str] = []
    lines = 0
    for group in grouped(_bring(found, paths, inbox), lambda one: one.size_bytes):
        ahead = _read_ahead(desk, [one for brought in group for one in brought.inputs], plugins)
        for path, shown, stamp, inputs in group:
            progress.advance()
            told = [_read(desk, one, ahead) for one in inputs]
            # A writer may have begun again meanwhile.
            if stamp is None or stamp_of(path) != stamp:
                left.append(f"{shown}: it is not whole yet")
                continue
            fresh = [one for one in told if not one.is_known]
            lines += _store(desk, fresh)
            new += [one.entry for one in fresh]
            known += [one.entry.name for one in told if one.is_known and one.entry.error is None]
            left += [
                f"{one.entry.name}: {one.entry.error}"
                for one in told
                if one.is_known and one.entry.error
            ]
            if path.is_relative_to(inbox) and all(one.entry.error is None for one in told):
                path.unlink(missing_ok=True)
    with desk.store.writing() as connection:
        catch_up(connection)
    reached("import.projected")
    return Received(tuple(new), tuple(known), tuple(left), lines)


class _Brought(NamedTuple):
    """A path with the name it is shown by, its stamp if it is whole, and what it brings."""

    path: Path
    shown: str
    stamp: tuple[int, int] | None
    inputs: list[Delivered]

    @property
    def size_bytes(self) -> int:
        """How much it brings."""
        return sum(len(one.data or b"") for one in self.inputs)


def _bring(found: dict[Path, str], paths: Sequence[Path], inbox: Path) -> Iterator[_Brought]:
    for path, name in found.items():
        # A file of the inbox has one name, from wherever the run was started.
        shown = path.relative_to(inbox).as_posix() if path.is_relative_to(inbox) else name
        stamp = settled(path)
        yield _Brought(path, shown, stamp, deliver(path, shown, paths) if stamp else [])


def _read_ahead(
    desk: Desk, inputs: list[Delivered], plugins: Plugins
) -> dict[tuple[str, str], Told | ReconError]:
    """Read the inputs of a group together, but for those read before; by name and hash."""
    entries: dict[tuple[str, str], tuple[InputFile, bytes]] = {}
    for one in inputs:
        if one.error is None and one.archive is None:
            data = one.data or b""
            digest = hashlib.sha256(data).hexdigest()
            if known_state(desk, digest, _ROLES) != "read":
                entry = InputFile(one.name, digest, len(data), "statement", "read")
                entries[one.name, digest] = entry, data
    told = tell(desk.policy, list(entries.values()), plugins)
    return dict(zip(entries, told, strict=True))


def _read(desk: Desk, one: Delivered, ahead: dict[tuple[str, str], Told | ReconError]) -> Told:
    """Tell of one input, unless these bytes were read before; it may be twice in one group."""
    data = one.data or b""
    digest = hashlib.sha256(data).hexdigest()
    reached("import.file_hashed")
    role = "statement" if one.archive is None else "archive"
    entry = InputFile(one.name, digest, len(data), role, "read", one.archive)
    state = known_state(desk, digest, _ROLES)
    if state == "read":
        return Told(entry, data, {}, is_known=True)
    if one.error is None and one.archive:
        return Told(entry, data, {})
    answer = one.error or ahead[one.name, digest]
    if isinstance(answer, Told):
        return answer
    said = replace(entry, state="quarantined", error=answer.render())
    # It was tried again, since another policy or plugin may read it; that it still cannot be read is no news.
    return Told(said, data, {}, is_known=state == "quarantined")


def known_state(desk: Desk, digest: str, roles: tuple[str, ...]) -> str | None:
    """Say how a file with these bytes fared the last time in one of these roles, if there was one.

    The same bytes may have come as a list of open items, which says nothing of a statement.
    """
    files = FACT["files"].table
    query = select(files.c.state).where(files.c.sha256 == digest, files.c.role.in_(roles))
    query = query.order_by(files.c.seq.desc())
    with desk.store.reading() as connection:
        found: str | None = connection.scalar(query.limit(1))
    return found


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


def _store(desk: Desk, told: list[Told]) -> int:
    """Archive and record the inputs that one path brought; gives the number of entries."""
    if not told:
        return 0
    for one in told:
        desk.archive.put(one.data)
    reached("import.archived")
    with desk.store.writing() as connection:
        for one in told:
            desk.record(connection, "file_received", *told_by_file(one))
        reached("import.lines_inserted")
    reached("import.committed")
    return sum(one.rows["deliveries"].height for one in told if one.rows)


def told_by_file(one: Told) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Say what a file adds to the record: facts and rows."""
    facts = {"name": one.entry.name, "findings": list(one.findings)}
    return facts, {"files": files_row(one.entry), **one.rows}


def files_row(entry: InputFile) -> pl.DataFrame:
    """Give the row of ReceivedFiles for one input."""
    names = [name for name in FACT["files"].columns if name != "seq"]
    schema = {name: FACT["files"].types[name] for name in names}
    return pl.DataFrame([{name: getattr(entry, name) for name in names}], schema=schema)
