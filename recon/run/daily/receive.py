"""Receive bank files: archive their bytes, read them, and store what they say. In: files. Out: what came of each.

A file is known by its bytes: the same bytes again are nothing new, under whatever name. Only where records of it were
refused it is read again, since the policy or a plugin may have changed; what is refused no longer is stored as a further
delivery, if all lines that were read before are read as they were: else they would be there twice. Each file is one event; those of a group are stored in one step,
all or none. A file of the inbox leaves it only after that, since then the archive has it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl
from sqlalchemy import func, select

from recon.failpoints import reached
from recon.frames.rejects import Rejects
from recon.protocols import InputFile
from recon.run.daily.settling import settled, stamp_of
from recon.run.daily.told import Told, tell, told_by_file
from recon.run.files import deliver, find_files
from recon.run.grouped import grouped
from recon.store.chain import append_all
from recon.store.projections import catch_up
from recon.store.reading import fetch, pieces
from recon.store.tables import FACT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import dataframely as dy

    from recon.config import Policy
    from recon.errors import ReconError
    from recon.plugins import Plugins
    from recon.run.daily.desk import Desk
    from recon.run.files import Delivered
    from recon.run.progress import Progress

# The roles in which bytes are read as statements.
_ROLES: Final = ("statement", "archive")
# By what a line that was read before is known in another reading of the same bytes.
_SAME: Final = (
    "account",
    "record",
    "status",
    *("booking_date", "amount", "currency", "bank_reference"),
    *("payer_name", "payer_account", "remittance", "end_to_end_id"),
)
_READ_OTHERWISE: Final = (
    "it was read before, and under today's policy lines that are known would be others: nothing of it is taken; "
    "take the file away, or put the policy back"
)


@dataclass(frozen=True, slots=True)
class Received:
    """What came in: the files that were new, those known before, and those left for later, each with its reason.

    `rejects`: the records of new files that could not be read.
    """

    files: tuple[InputFile, ...]
    known: tuple[str, ...]
    left: tuple[str, ...]
    lines: int
    rejects: dy.DataFrame[Rejects] = field(default_factory=Rejects.create_empty)


class Known(NamedTuple):
    """How bytes that came before fared: the state of the last time, how often they came, what is refused, and the event."""

    state: str
    times: int
    rejects: int
    seq: int | None = None

    @property
    def is_read_whole(self) -> bool:
        """Say that there is nothing more in them to be read."""
        return self.state == "read" and self.rejects == 0


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
    rejects: list[pl.DataFrame] = [Rejects.create_empty()]
    for group in grouped(_bring(found, paths, inbox), lambda one: one.size_bytes):
        whole = _read_group(desk, group, plugins, progress, left)
        told = [one for _, of_path in whole for one in of_path]
        fresh = [one for one in told if not one.is_known]
        lines += _store(desk, fresh)
        new += [one.entry for one in fresh]
        rejects += [one.rows["rejects"].drop("place") for one in fresh if one.rows]
        known += [one.entry.name for one in told if one.is_known and one.entry.error is None]
        left += [
            f"{one.entry.name}: {one.entry.error}"
            for one in told
            if one.is_known and one.entry.error
        ]
        for brought, of_path in whole:
            is_read = all(one.entry.error is None for one in of_path)
            # A file that was written anew since is another one, which waits for the next run.
            if is_read and brought.path.is_relative_to(inbox) and brought.is_as_it_was():
                brought.path.unlink(missing_ok=True)
    with desk.store.writing() as connection:
        catch_up(connection)
    reached("import.projected")
    refused = Rejects.validate(pl.concat(rejects))
    return Received(tuple(new), tuple(known), tuple(left), lines, refused)


class _Brought(NamedTuple):
    """A path with the name it is shown by, its stamp if it is whole, and what it brings."""

    path: Path
    shown: str
    stamp: tuple[int, int] | None
    inputs: list[tuple[Delivered, InputFile]]

    @property
    def size_bytes(self) -> int:
        """How much it brings."""
        return sum(entry.size_bytes for _, entry in self.inputs)

    def is_as_it_was(self) -> bool:
        """Say that nobody has written it since it was looked at."""
        return self.stamp is not None and stamp_of(self.path) == self.stamp


def _bring(found: dict[Path, str], paths: Sequence[Path], inbox: Path) -> Iterator[_Brought]:
    for path, name in found.items():
        # A file of the inbox has one name, from wherever the run was started.
        shown = path.relative_to(inbox).as_posix() if path.is_relative_to(inbox) else name
        stamp = settled(path)
        inputs = deliver(path, shown, paths) if stamp else []
        yield _Brought(path, shown, stamp, [(one, _entry(one)) for one in inputs])


def _entry(one: Delivered) -> InputFile:
    data = one.data or b""
    role = "statement" if one.archive is None else "archive"
    digest = hashlib.sha256(data).hexdigest()
    return InputFile(one.name, digest, len(data), role, "read", one.archive)


def _read_group(
    desk: Desk, group: list[_Brought], plugins: Plugins, progress: Progress, left: list[str]
) -> list[tuple[_Brought, list[Told]]]:
    """Read the inputs of a group together, but for those read before; a path that is not whole is left."""
    inputs = [one for brought in group for one in brought.inputs]
    states = known_states(desk, [entry.sha256 for _, entry in inputs], _ROLES)
    ahead = _read_ahead(desk.policy, inputs, states, plugins)
    whole = []
    for brought in group:
        progress.advance()
        told = [_tell_one(desk, one, entry, states, ahead) for one, entry in brought.inputs]
        # A writer may have begun again meanwhile.
        if not brought.is_as_it_was():
            left.append(f"{brought.shown}: it is not whole yet")
            continue
        # The same bytes may be twice in one group.
        states |= {one.entry.sha256: _known_as(one, states) for one in told if not one.is_known}
        whole.append((brought, told))
    return whole


def _read_ahead(
    policy: Policy,
    inputs: list[tuple[Delivered, InputFile]],
    states: Mapping[str, Known],
    plugins: Plugins,
) -> dict[InputFile, Told | ReconError]:
    """Read what was never read whole and is no archive."""
    wanted = {
        entry: one.data or b""
        for one, entry in inputs
        if one.error is None and one.archive is None and not _is_read_whole(entry, states)
    }
    inputs_again = [(_named_again(entry, states), data) for entry, data in wanted.items()]
    return dict(zip(wanted, tell(policy, inputs_again, plugins), strict=True))


def _is_read_whole(entry: InputFile, states: Mapping[str, Known]) -> bool:
    known = states.get(entry.sha256)
    return known is not None and known.is_read_whole


def _named_again(entry: InputFile, states: Mapping[str, Known]) -> InputFile:
    """Give a file of which something was read before another name, under which it is a delivery of its own."""
    known = states.get(entry.sha256)
    if known is None or known.state != "read":
        return entry
    mark = "read again" if known.times == 1 else f"read again {known.times}"
    path = PurePosixPath(entry.name)
    return replace(entry, name=str(path.with_stem(f"{path.stem} ({mark})")))


def _known_as(told: Told, states: Mapping[str, Known]) -> Known:
    """Say how these bytes fared now, for the same bytes later in the group."""
    before = states.get(told.entry.sha256)
    rejects = told.rows["rejects"].height if told.rows else 0
    return Known(told.entry.state, (before.times if before else 0) + 1, rejects)


def _tell_one(
    desk: Desk,
    one: Delivered,
    entry: InputFile,
    states: Mapping[str, Known],
    ahead: Mapping[InputFile, Told | ReconError],
) -> Told:
    """Tell of one input, unless all of these bytes that can be read was read before."""
    data = one.data or b""
    reached("import.file_hashed")
    known = states.get(entry.sha256)
    if known is not None and known.is_read_whole:
        return Told(entry, data, {}, is_known=True)
    if one.error is None and one.archive:
        return Told(entry, data, {})
    answer = one.error or ahead[entry]
    if known is not None and known.state == "read":
        return _tell_again(desk, known, answer, Told(entry, data, {}, is_known=True))
    if isinstance(answer, Told):
        return answer
    said = replace(entry, state="quarantined", error=answer.render())
    # It was tried again, since another policy or plugin may read it; that it still cannot be read is no news.
    return Told(said, data, {}, is_known=known is not None)


def _tell_again(desk: Desk, known: Known, answer: Told | ReconError, nothing_new: Told) -> Told:
    """Tell of bytes that were read before and are read again: only what brings more and changes nothing is taken."""
    if not isinstance(answer, Told) or answer.rows["rejects"].height >= known.rejects:
        return nothing_new
    if _reads_as_before(desk, known, answer):
        return answer
    return replace(nothing_new, entry=replace(nothing_new.entry, error=_READ_OTHERWISE))


def _reads_as_before(desk: Desk, known: Known, told: Told) -> bool:
    """Say whether every line that was read of these bytes is read again just so."""
    if known.seq is None:
        return False
    statements, deliveries = FACT["statements"], FACT["deliveries"]
    with desk.store.reading() as connection:
        before = fetch(connection, statements, statements.table.c.seq == known.seq)
        ids = before["statement_id"].to_list()
        lines = fetch(connection, deliveries, deliveries.table.c.statement_id.in_(ids))
    old, new = (
        of_lines.join(of_statements.select("statement_id", "account"), on="statement_id")
        for of_lines, of_statements in (
            (lines, before),
            (told.rows["deliveries"], told.rows["statements"]),
        )
    )
    return old.join(new, on=_SAME, how="anti", nulls_equal=True).is_empty()


def known_states(desk: Desk, digests: list[str], roles: tuple[str, ...]) -> dict[str, Known]:
    """Say how files with these bytes fared in one of these roles, by their hash.

    The same bytes may have come as a list of open items, which says nothing of a statement.
    """
    files, rejects = FACT["files"].table, FACT["rejects"].table
    refused = select(func.count()).where(rejects.c.seq == files.c.seq).scalar_subquery()
    found: dict[str, Known] = {}
    with desk.store.reading() as connection:
        for some in pieces(digests):
            query = select(files.c.sha256, files.c.state, refused, files.c.seq).where(
                files.c.sha256.in_(some), files.c.role.in_(roles)
            )
            for digest, state, count, seq in connection.execute(query.order_by(files.c.seq)):
                before = found.get(digest)
                found[digest] = Known(state, (before.times if before else 0) + 1, count, seq)
    return found


def _store(desk: Desk, told: list[Told]) -> int:
    """Archive and record what a group brought, an event each; gives the number of entries."""
    if not told:
        return 0
    for one in told:
        desk.archive.put(one.data)
    reached("import.archived")
    with desk.store.writing() as connection:
        received = [desk.happening("file_received", *told_by_file(one)) for one in told]
        append_all(connection, received)
        reached("import.lines_inserted")
    reached("import.committed")
    return sum(one.rows["deliveries"].height for one in told if one.rows)
