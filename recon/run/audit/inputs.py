"""Read the inputs of a pack again. In: a recorded event and the bytes in the pack. Out: what it would record now.

Bank files are read by today's formats under the policy of then; extracts of the books are laid out in a folder of their
own for the source that reads files.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from recon.config import Policy
from recon.errors import ReconError
from recon.ingest.unpack import unpack
from recon.protocols import InputFile
from recon.run.audit.layout import input_name
from recon.run.books import fetch_books
from recon.run.daily.notices import SORT_OF_EVENT, read_notice, told_by_notice
from recon.run.daily.told import Told as ReadFile
from recon.run.daily.told import read_input, told_by_file
from recon.run.request import MatchRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from recon.plugins import Plugins
    from recon.protocols import Books
    from recon.run.audit.facts import Told
    from recon.run.audit.opening import Pack

_COLUMNS: Final = ("name", "sha256", "size_bytes", "role", "state", "format", "error")
_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,8}")


def files_of(told: Told) -> tuple[InputFile, ...]:
    """Give the files that an event names."""
    files = told.rows.get("files")
    return () if files is None else tuple(InputFile(*row) for row in files.select(_COLUMNS).rows())


def file_again(
    told: Told, pack: Pack, policy: Policy, plugins: Plugins
) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Read a file that was received.

    Returns:
        facts and rows of the event, as they would be now. Of a file whose bytes were never had (a link that led out, a
        file that was too large) they are those recorded.
    """
    (recorded,) = files_of(told)
    data = pack.read(input_name(recorded.sha256))
    if not data:
        return told_by_file(ReadFile(recorded, data, {}))
    plain = replace(recorded, state="read", error=None)
    try:
        if recorded.role == "archive":
            unpack(data, recorded.name)
            return told_by_file(ReadFile(plain, data, {}))
        return told_by_file(read_input(policy, replace(plain, format=None), data, plugins))
    except ReconError as error:
        refused = replace(plain, state="quarantined", error=error.render())
        return told_by_file(ReadFile(refused, data, {}))


def notice_again(
    told: Told, pack: Pack, policy: Policy, plugins: Plugins
) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Read a file of advices or of batches; of one whose bytes were never had it is what was recorded."""
    (recorded,) = files_of(told)
    sort, source = SORT_OF_EVENT[told.event.kind], told.facts.get("source")
    data = pack.read(input_name(recorded.sha256))
    if not data and recorded.error is not None:
        return told_by_notice(sort, recorded, None, source)
    plain = replace(recorded, state="read", error=None)
    try:
        written = policy if source is None else Policy()
        rows = read_notice(sort, written, plain, data, plugins)
        return told_by_notice(sort, plain, rows, source)
    except ReconError as error:
        refused = replace(plain, state="quarantined", error=error.render())
        return told_by_notice(sort, refused, None, source)


def missing_members(told: Told, pack: Pack, known: set[str]) -> list[str]:
    """Name the files inside an archive that was received of which the record knows nothing."""
    (recorded,) = files_of(told)
    if recorded.role != "archive" or recorded.state != "read":
        return []
    members = unpack(pack.read(input_name(recorded.sha256)), recorded.name)
    return [
        f"event {told.event.seq}: {one.name} was never received"
        for one in members
        if one.error is None and hashlib.sha256(one.data).hexdigest() not in known
    ]


def books_again(
    events: Sequence[Told], pack: Pack, policy: Policy, plugins: Plugins
) -> tuple[Books, tuple[InputFile, ...]]:
    """Read extracts of the books that were loaded together.

    Args:
        events: that of the open items, and that of the customers and accounts if there was one.
        pack: their bytes.
        policy: the policy of then.
        plugins: the sources.

    Raises:
        UnreadableItems: they cannot be read in full any more.
    """
    files = [one for told in events for one in files_of(told)]
    with TemporaryDirectory() as name:
        folder = Path(name)
        paths: dict[str, Path] = {}
        for one in files:
            # The name of then is somebody else's text: only its ending says anything, to the reader of tables.
            suffix = PurePosixPath(one.name).suffix
            path = folder / f"{one.role}{suffix if _SUFFIX.fullmatch(suffix) else ''}"
            path.write_bytes(pack.read(input_name(one.sha256)))
            paths[one.role] = path
        request = MatchRequest(
            statements=(),
            open_items=paths["open_items"],
            customers=paths.get("customers"),
            accounts=paths.get("accounts"),
            out=folder,
        )
        books, _ = fetch_books(request, policy, plugins, None)
    return books, tuple(files)
