"""The format bai2: BAI2 cash management files of American banks, and the NAI files of Australian ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from recon.api import hookimpl, plain_head
from recon_bai2.reader import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon.api import Format, ParsedStatements, SourceFile

# A file header with date and time, and a group header right behind it (a continuation may stand between).
_HEADERS: Final = re.compile(
    rb"\s*01,[^,\r\n]*,[^,\r\n]*,\s*[0-9]{6}(?:[0-9]{2})?\s*,[0-9: ]*,[^\r\n/]*(?:/[ \t]*)?[\r\n \t]+"
    rb"(?:88,[^\r\n]*[\r\n]+\s*)*02,[^,\r\n]*,[^,\r\n]*,"
)


class Bai2:
    """BAI2 and NAI files."""

    name = "bai2"

    def sniff(self, head: bytes, file_name: str) -> bool:  # noqa: ARG002 -- content decides
        """Claim what begins with a file header (01) and a group header (02)."""
        return _HEADERS.match(plain_head(head)) is not None

    def explain(self, head: bytes, file_name: str) -> str:
        """Say why the file is claimed or not."""
        if self.sniff(head, file_name):
            return "it begins with a BAI2 file header (01) and a group header (02)"
        if re.match(rb"\s*01,", plain_head(head)):
            return "it begins with 01, but no dated file header with a group header (02) behind it follows"
        return "it does not begin with a BAI2 file header (01)"

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        """Read one file; see reader.py for the options."""
        return read(source, options)


@hookimpl
def recon_register_formats() -> list[Format]:
    """Give the format."""
    return [Bai2()]
