"""The records of one bank file, block by block, as its format reads them. In: a path. Out: statements, blocks of lines, rejects.

For whoever wants all that a large file says and nothing else: no line has an identity here, no overlap is collapsed and no
balance is proven, since that asks for all lines at once. A format that reads in pieces holds one block in memory.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recon.errors import MalformedFile, Place
from recon.ingest.detect import HEAD_BYTES, choose_format
from recon.ingest.unpack import archive_kind
from recon.protocols import SourceStream, StreamedStatements
from recon.run.files import shown_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from recon.config import Policy
    from recon.plugins import Plugins


@dataclass(frozen=True, slots=True)
class Records:
    """What a file says: the format that read it, what it read, and sniffers that failed."""

    format: str
    read: StreamedStatements
    failures: tuple[str, ...]


@contextmanager
def read_records(path: Path, policy: Policy, plugins: Plugins) -> Iterator[Records]:
    """Open one file and let exactly one format read it, in pieces where it can.

    Raises:
        MalformedFile: it is an archive, cannot be opened, or breaks the rules of its format as a whole.
        UnknownFormat: no format claims it.
        ContestedFile: several do.
    """
    name = shown_name(path)
    try:
        file = path.open("rb")
    except OSError as error:
        raise MalformedFile(
            f"the file cannot be opened: {error.strerror}", place=Place(name)
        ) from None
    with file:
        head = file.read(HEAD_BYTES)
        if (kind := archive_kind(head)) is not None:
            raise MalformedFile(
                f"the file is a {kind} archive", place=Place(name), hint="unpack it first"
            )
        claims = plugins.sniff_all(head, name)
        chosen = choose_format(claims.formats, plugins.names("format"), name, head)
        failures = tuple(failure.message for failure in claims.failures)
        options = policy.formats.get(chosen, {})
        file.seek(0)
        source = SourceStream(name, file)
        if not plugins.reads_in_pieces(chosen):
            parsed = plugins.read(chosen, source.whole(), options)
            lines = iter([parsed.lines])
            read = StreamedStatements(
                parsed.statements, lines, parsed.rejects, parsed.reader, parsed.findings
            )
            yield Records(chosen, read, failures)
            return
        with plugins.read_stream(chosen, source, options) as read:
            yield Records(chosen, read, failures)
