"""The format camt: ISO 20022 account reports camt.053, camt.052 and notifications camt.054, all versions.

The way of a file through this room: claim; document (safe bytes); reader (by pieces); structure, tags, shapes and reduced
(plain XML) or tolerant (lxml); places and leaves (its texts by path); lines, with a file for each group of columns;
kept and extras (what no column shows); statements; finish (dates, proven signs, findings); layout (numbers, places). Many
small files go it together (many), and a large one block by block (stream).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.api import hookimpl
from recon_camt.claim import claim

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Any

    from recon.api import Format, ParsedStatements, SourceFile, SourceStream, StreamedStatements


class Camt:
    """ISO 20022 account reports camt.053, camt.052 and notifications camt.054."""

    name = "camt"

    def sniff(self, head: bytes, file_name: str) -> bool:  # noqa: ARG002 -- content decides
        """Claim XML whose message is an account report, whatever its name space says."""
        return claim(head).is_ours

    def explain(self, head: bytes, file_name: str) -> str:  # noqa: ARG002 -- content decides
        """Say in one sentence why the file is claimed, or not."""
        return claim(head).reason

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        """Read one file; the options are `currency` (where nothing says it) and `encoding`."""
        from recon_camt.reader import read  # noqa: PLC0415 -- loads the reader only when it is needed

        return read(source, options)

    def read_many(
        self, sources: Sequence[SourceFile], options: Mapping[str, Any]
    ) -> list[ParsedStatements | None]:
        """Read small files together; None for each that is to be read by itself."""
        from recon_camt.many import read_many  # noqa: PLC0415 -- loads the reader only when it is needed

        return read_many(sources, options)

    def read_stream(
        self, source: SourceStream, options: Mapping[str, Any]
    ) -> AbstractContextManager[StreamedStatements]:
        """Read one file in pieces, with memory that does not grow with its entries."""
        from recon_camt.stream import read_stream  # noqa: PLC0415 -- loads the reader only when it is needed

        return read_stream(source, options)


@hookimpl
def recon_register_formats() -> list[Format]:
    """Give the format."""
    return [Camt()]
