"""The format coda: Belgian coded statements of account. In: a file. Out: frames. Claims a file by its header record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from recon.api import hookimpl, plain_head
from recon_coda.reader import read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import Format, ParsedStatements, SourceFile

# Header: zeros, day of creation, bank, application 05, duplicate, seven blanks. Some programs write application 00: then
# the header's last column and the record behind it must bear witness.
_HEADER: Final = re.compile(
    rb"\s*00000[0-9]{6}[0-9 ]{3}"
    rb"(?:05[D ][ ]{7}|00[D ][ ]{7}[^\r\n]{103,120}[12][ ]*[\r\n]+1[0-3][0-9]{3}[A-Z0-9])"
)


class Coda:
    """Belgian coded statements of account (CODA, versions 1 and 2)."""

    name = "coda"

    def sniff(self, head: bytes, file_name: str) -> bool:  # noqa: ARG002 -- content decides
        """Claim a file that begins with a header record of application 05."""
        return _HEADER.match(plain_head(head)) is not None

    def explain(self, head: bytes, file_name: str) -> str:
        """Say why the file is claimed, or why not."""
        if self.sniff(head, file_name):
            return "it begins with a CODA header: record 0 with date, bank and application 05"
        return "its first line is no CODA header (00000, date, bank, application 05)"

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        """Read one whole file; see `recon_coda.reader`."""
        return read(source, options)


@hookimpl
def recon_register_formats() -> list[Format]:
    """Give the format."""
    return [Coda()]
