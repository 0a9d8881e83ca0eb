"""Receive what payers and providers announce: remittance advices and settlement reports. In: two folders. Out: facts.

As in the inbox: a file is known by its bytes, is one event, stored whole or not at all, and leaves its folder only after
that. One that cannot be read is recorded with its reason and stays where it lies; the rest goes on, since without an
announcement less is applied and nothing wrongly.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from sqlalchemy import select

from recon.config import Policy
from recon.errors import MalformedFile, Place, ReconError
from recon.failpoints import reached
from recon.ingest.unpack import archive_kind
from recon.protocols import InputFile
from recon.run.advices import find_advices
from recon.run.books import FILE_SOURCE
from recon.run.daily.extracts import FETCHED
from recon.run.daily.receive import known_states
from recon.run.daily.settling import settled, stamp_of
from recon.run.daily.told import files_row
from recon.run.extract import REMITTANCES
from recon.run.files import Delivered, deliver, find_files
from recon.store.projections import catch_up
from recon.store.tables import FACT

if TYPE_CHECKING:
    from recon.plugins import Plugins
    from recon.protocols import Books
    from recon.run.daily.desk import Desk
    from recon.run.progress import Progress

# Other files that the options may name: they are not read here.
_BESIDE: Final = ("items", "customers", "closed", "accounts", "confirmed", "refused")
# What its name may say to the reader: the name of a file is an advice's id where its rows have none.
_NAME: Final = re.compile(r"\w[\w .,()+#&@=~-]{0,150}")


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of announcement: its role among files, the kind of its events, the table of its rows."""

    role: str
    event: str
    table: str

    def rows_of(self, books: Books) -> pl.DataFrame:
        """Give what a source said of this sort."""
        found: pl.DataFrame | None = getattr(books, self.role)
        assert found is not None, f"the source read no {self.role}"
        return found


SORTS: Final = (
    Sort("remittances", "advices_received", "advices"),
    Sort("batches", "settlements_received", "settlements"),
)
SORT_OF_EVENT: Final = {sort.event: sort for sort in SORTS}


@dataclass(slots=True)
class Noticed:
    """What one folder brought: the files that were new, those known before, those left with their reason, and the rows."""

    files: list[InputFile] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    rows: int = 0


@dataclass(frozen=True, slots=True)
class ToldNotice:
    """One file with its bytes and its rows; `is_known`: nothing of it is news."""

    entry: InputFile
    data: bytes
    rows: pl.DataFrame | None = None
    is_known: bool = False
    # The source that told it; None: it was laid down by somebody.
    source: str | None = None


def receive_notices(desk: Desk, plugins: Plugins, progress: Progress) -> dict[str, Noticed]:
    """Receive all files of the folders that the settings name; gives what each sort brought, by its role.

    Raises:
        StoreBroken: the store or the archive cannot be written; what was stored before stays.
    """
    settings = desk.workspace.settings
    folders = {"remittances": settings.remittances, "batches": settings.batches}
    progress.step("Receiving advices and batches")
    found: dict[str, Noticed] = {}
    for sort in SORTS:
        name = folders[sort.role]
        found[sort.role] = Noticed()
        if name is not None:
            _receive_folder(desk, sort, desk.workspace.path(name), plugins, found[sort.role])
    return found


def receive_from_source(desk: Desk, plugins: Plugins, noticed: Noticed) -> None:
    """Receive the advices that the source of the books told with them, as they were laid down.

    The answer is written by us, so no option of the policy says how to read it. Each answer tells all that the source has;
    an advice that it tells no more stays until it is used up.

    Args:
        desk: the workspace.
        plugins: the sources.
        noticed: what came with it, to be added to.

    Raises:
        StoreBroken: the store or the archive cannot be written.
    """
    source = desk.workspace.settings.source
    path = desk.workspace.path(FETCHED) / REMITTANCES
    if source is None or not path.is_file():
        return
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    name = f"{FETCHED}/{REMITTANCES}"
    # What it told once before may be told again, and counts again; only the last answer says what is no news.
    if _last_digest(desk, name) == digest:
        return
    sort = SORTS[0]
    entry = InputFile(name, digest, len(data), sort.role, "read")
    rows = read_notice(sort, Policy(), entry, data, plugins)
    _store(desk, sort, ToldNotice(entry, data, rows, source=source))
    noticed.files.append(entry)
    noticed.rows += rows.height


def _last_digest(desk: Desk, name: str) -> str | None:
    """Give the hash of the last file of advices of a name, if there was one."""
    files = FACT["files"].table
    query = select(files.c.sha256).where(files.c.name == name, files.c.role == SORTS[0].role)
    with desk.store.reading() as connection:
        found: str | None = connection.scalar(query.order_by(files.c.seq.desc()).limit(1))
    return found


def _receive_folder(
    desk: Desk, sort: Sort, folder: Path, plugins: Plugins, noticed: Noticed
) -> None:
    if not folder.is_dir():
        noticed.left.append(f"{folder.name}: there is no such folder")
        return
    for path in find_files((folder,)):
        shown = path.relative_to(folder).as_posix()
        stamp = settled(path)
        told = _read(desk, sort, deliver(path, shown, (folder,)), plugins) if stamp else None
        # A writer may have begun again meanwhile.
        if told is None or stamp_of(path) != stamp:
            noticed.left.append(f"{shown}: it is not whole yet")
            continue
        if not told.is_known:
            _store(desk, sort, told)
            noticed.files.append(told.entry)
            noticed.rows += 0 if told.rows is None else told.rows.height
        elif told.entry.error is None:
            noticed.known.append(shown)
        else:
            noticed.left.append(f"{shown}: {told.entry.error}")
        if told.entry.error is None:
            path.unlink(missing_ok=True)


def _read(desk: Desk, sort: Sort, delivered: list[Delivered], plugins: Plugins) -> ToldNotice:
    """Read one file, unless these bytes were read before."""
    one = delivered[0]
    data = one.data or b""
    digest = hashlib.sha256(data).hexdigest()
    reached("import.file_hashed")
    entry = InputFile(one.name, digest, len(data), sort.role, "read")
    known = known_states(desk, [digest], (sort.role,)).get(digest)
    if known is not None and known.is_read_whole:
        return ToldNotice(entry, data, is_known=True)
    try:
        if one.error is not None and one.data is None:
            raise one.error
        return ToldNotice(entry, data, read_notice(sort, desk.policy, entry, data, plugins))
    except ReconError as error:
        said = replace(entry, state="quarantined", error=error.render())
        # Another policy may read it; that it still cannot be read is no news.
        return ToldNotice(said, data, is_known=known is not None)


def read_notice(
    sort: Sort, policy: Policy, entry: InputFile, data: bytes, plugins: Plugins
) -> pl.DataFrame:
    """Read the bytes of one file by the source that reads files.

    Returns:
        the rows of the sort's table, but for `seq`; a place in the file is told by the file's name, wherever it lay.

    Raises:
        ReconError: it cannot be read in full.
    """
    if archive_kind(data) is not None:
        raise MalformedFile(
            "this is an archive", place=Place(entry.name), hint="lay its files down one by one"
        )
    with TemporaryDirectory() as folder:
        path = Path(folder) / laid_name(entry.name)
        path.write_bytes(data)
        try:
            source = _source_of(sort, path, plugins)
            options = {**_how_to_read(source, policy), sort.role: [str(path)]}
            rows = sort.rows_of(plugins.fetch(source, None, options))
        except ReconError as error:
            raise _placed(error, path, entry.name) from None
    if "file" in rows.columns:
        rows = rows.with_columns(file=pl.lit(entry.name))
    names = [name for name in FACT[sort.table].columns if name != "seq"]
    return rows.with_columns(place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)).select(names)


def _source_of(sort: Sort, path: Path, plugins: Plugins) -> str:
    """Name the source that reads a file: tables are told by their columns, other advices by their content."""
    if sort.role != "remittances":
        return FILE_SOURCE
    (source,) = find_advices(path, plugins, FILE_SOURCE)
    return source


def _how_to_read(source: str, policy: Policy) -> dict[str, Any]:
    told = policy.sources.get(source, {})
    others = (*_BESIDE, *(sort.role for sort in SORTS))
    return {name: value for name, value in told.items() if name not in others}


def laid_name(name: str) -> str:
    """Give the name under which a file is laid down for its reader: its own, where that is safe on every system."""
    last = PurePosixPath(name).name
    return last if _NAME.fullmatch(last) else "file"


def _placed(error: ReconError, path: Path, name: str) -> ReconError:
    """Tell an error by the file's name: where it was laid down is of one machine and one moment."""
    place = error.place
    if place is not None and place.file in (str(path), path.name):
        error.place = replace(place, file=name)
    error.message = error.message.replace(str(path), name)
    error.hint = error.hint.replace(str(path), name) if error.hint else None
    return error


def _store(desk: Desk, sort: Sort, told: ToldNotice) -> None:
    """Archive and record one file."""
    desk.archive.put(told.data)
    reached("import.archived")
    with desk.store.writing() as connection:
        desk.record(
            connection, sort.event, *told_by_notice(sort, told.entry, told.rows, told.source)
        )
        catch_up(connection)
    reached("import.committed")


def told_by_notice(
    sort: Sort, entry: InputFile, rows: pl.DataFrame | None, source: str | None = None
) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Say what a file adds to the record: facts and rows; `source` is the source that told it, if one did."""
    brought = {} if rows is None else {sort.table: rows}
    facts = {"name": entry.name} if source is None else {"name": entry.name, "source": source}
    return facts, {"files": files_row(entry), **brought}
