"""Receive bank files: archive their bytes, read them, and store what they say. In: files. Out: what came of each.

A file is known by its bytes: the same bytes again are nothing new, under whatever name. Each file is one event, stored
whole or not at all; a file of the inbox leaves it only after that, since then the archive has it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import select

from recon.errors import ReconError
from recon.failpoints import reached
from recon.frames.facts import StoredStatements
from recon.ingest.balance import check_balances
from recon.ingest.detect import HEAD_BYTES, choose_format
from recon.ingest.read import Delivery, gather
from recon.protocols import InputFile, SourceFile
from recon.run.daily.settling import settled, stamp_of
from recon.run.files import Delivered, deliver, find_files
from recon.store.projections import catch_up
from recon.store.tables import FACT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from recon.config import Policy
    from recon.plugins import Plugins
    from recon.run.daily.desk import Desk
    from recon.run.progress import Progress


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
    for path, name in found.items():
        progress.advance()
        # A file of the inbox has one name, from wherever the run was started.
        shown = path.relative_to(inbox).as_posix() if path.is_relative_to(inbox) else name
        stamp = settled(path)
        told = [_read(desk, one, plugins) for one in deliver(path, shown, paths)] if stamp else []
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


def _read(desk: Desk, one: Delivered, plugins: Plugins) -> Told:
    """Read one input, unless these bytes were read before."""
    data = one.data or b""
    digest = hashlib.sha256(data).hexdigest()
    reached("import.file_hashed")
    role = "statement" if one.archive is None else "archive"
    entry = InputFile(one.name, digest, len(data), role, "read", one.archive)
    state = known_state(desk, digest, ("statement", "archive"))
    if state == "read":
        return Told(entry, data, {}, is_known=True)
    try:
        if one.error is not None:
            raise one.error
        return (
            Told(entry, data, {}) if one.archive else read_input(desk.policy, entry, data, plugins)
        )
    except ReconError as error:
        said = replace(entry, state="quarantined", error=error.render())
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
    head = data[:HEAD_BYTES]
    claims = plugins.sniff_all(head, entry.name)
    chosen = choose_format(claims.formats, plugins.names("format"), entry.name, head)
    options = policy.formats.get(chosen, {})
    parsed = plugins.read(chosen, SourceFile(entry.name, data), options)
    gathered = gather([Delivery(entry.name, entry.sha256, chosen, parsed)])
    checked = check_balances(gathered.statements, gathered.lines)
    rejects = gathered.rejects.with_columns(
        place=pl.int_range(1, gathered.rejects.height + 1, dtype=pl.Int64)
    )
    rows = {
        "statements": checked.select(
            name for name in StoredStatements.column_names() if name != "seq"
        ),
        "deliveries": gathered.lines.select(
            name for name in FACT["deliveries"].columns if name != "seq"
        ),
        "rejects": rejects,
    }
    return Told(replace(entry, format=chosen), data, rows, parsed.findings)


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
