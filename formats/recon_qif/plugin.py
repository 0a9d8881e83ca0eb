"""The format qif: Quicken interchange files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from recon.api import hookimpl, plain_head
from recon_qif.reader import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon.api import Format, ParsedStatements, SourceFile

# A header line, and a line behind it that is another header, a field or the end of a record.
_HEADER: Final = re.compile(
    rb"\s*!(?:type:[ ]*[a-z][a-z ]*|account|option:[a-z]+|clear:[a-z]+)[ \t]*[\r\n]+[!^A-Z$/%]",
    re.IGNORECASE,
)


class Qif:
    """QIF bank, cash and card transactions."""

    name = "qif"

    def sniff(self, head: bytes, file_name: str) -> bool:  # noqa: ARG002 -- content decides
        """Claim what begins with a header such as `!Type:Bank` or `!Account`."""
        return _HEADER.match(plain_head(head)) is not None

    def explain(self, head: bytes, file_name: str) -> str:
        """Say why the file is claimed or not."""
        if self.sniff(head, file_name):
            return "it begins with a QIF header (!Type: or !Account); a currency must be named by the policy"
        return "it does not begin with a QIF header (!Type: or !Account)"

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        """Read one file; see reader.py for the options, of which `currency` must be given."""
        return read(source, options)


@hookimpl
def recon_register_formats() -> list[Format]:
    """Give the format."""
    return [Qif()]
