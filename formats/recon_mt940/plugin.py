"""The format mt940: SWIFT customer statements MT940 and interim reports MT942, read through the library mt-940.

Every file passes our own gate (size, encoding, grammar, count of entries) before and after the library reads it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from recon.api import hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon.api import Format, ParsedStatements, SourceFile

# A balance, an entry, or the head of a statement: nothing else has these at the start of a line.
_BALANCE_OR_ENTRY: Final = re.compile(
    rb"(?:^|[\r\n\x01\x1a@}:]|\{4:)[ ]?:(?:6[02][FM]:[CD][0-9]{6}[A-Z]{3}|61:[0-9]{6})"
)
_TAG: Final = re.compile(
    rb"(?:^|[\r\n\x01\x1a@}]|\{4:)[ ]?:(20|25P?|28C?|34F|60[FM]|62[FM]|90[CD]):"
)


class Mt940:
    """MT940 and MT942 in all the dialects that banks send."""

    name = "mt940"

    def sniff(self, head: bytes, file_name: str) -> bool:  # noqa: ARG002 -- content decides
        """Claim what has a balance or an entry field, or the fields that open a statement."""
        text = head.replace(b"\x00", b"") if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else head
        text = (
            text.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
        )
        if _BALANCE_OR_ENTRY.search(text):
            return True
        tags = {found[1][:2] for found in _TAG.finditer(text)}
        return b"20" in tags and len(tags & {b"25", b"28", b"34", b"60", b"62"}) > 1

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        """Read one file; options are `encoding` and `closing_balance` ("required" or "optional")."""
        from recon_mt940.reader import read  # noqa: PLC0415 -- loads the library only when it is needed

        return read(source, options)


@hookimpl
def recon_register_formats() -> list[Format]:
    """Give the format."""
    return [Mt940()]
