"""The format mt940: SWIFT customer statements MT940 and interim reports MT942, in the dialects that banks send.

Files are read in columns by our own grammar; the library mt-940 reads again, and must prove, what that refuses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from recon.api import hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api import Format, ParsedStatements, SourceFile

# A balance, an entry, or the head of a statement: nothing else has these at the start of a line.
_BALANCE_OR_ENTRY: Final = re.compile(
    rb"(?:^|[\r\n\x01\x1a@}:]|\{4:)[ ]?:(?:6[02][FM]:[CD][0-9]{6}[A-Z]{3}|61:[0-9]{6})"
)
_TAG: Final = re.compile(
    rb"(?:^|[\r\n\x01\x1a@}]|\{4:)[ ]?:(20|25P?|28C?|34F|60[FM]|62[FM]|90[CD]):"
)


def _plain(head: bytes) -> bytes:
    """Take byte order marks and the NUL bytes of UTF-16 off."""
    text = head.replace(b"\x00", b"") if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else head
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        text = text.removeprefix(mark)
    return text


def _tags(text: bytes) -> set[bytes]:
    return {found[1][:2] for found in _TAG.finditer(text)}


def _opens_statement(tags: set[bytes]) -> bool:
    return b"20" in tags and len(tags & {b"25", b"28", b"34", b"60", b"62"}) > 1


class Mt940:
    """MT940 and MT942 in all the dialects that banks send."""

    name = "mt940"

    def sniff(self, head: bytes, file_name: str) -> bool:  # noqa: ARG002 -- content decides
        """Claim what has a balance or an entry field, or the fields that open a statement."""
        text = _plain(head)
        # Nearly all files of other formats lack these, and to see that costs nothing.
        has_entry = any(part in text for part in (b":60", b":61:", b":62"))
        has_start = b":20:" in text
        return (has_entry and bool(_BALANCE_OR_ENTRY.search(text))) or (
            has_start and _opens_statement(_tags(text))
        )

    def explain(self, head: bytes, file_name: str) -> str:  # noqa: ARG002 -- content decides
        """Say in one sentence which fields make a file MT940, or which are missing."""
        text = _plain(head)
        found = _BALANCE_OR_ENTRY.search(text)
        if found:
            field = found[0].lstrip(b"\r\n\x01\x1a@}{4: ").decode("ascii", "replace")
            return (
                f"a line begins with the field :{field.partition(':')[0]}: of a balance or an entry"
            )
        tags = _tags(text)
        named = ", ".join(f":{tag.decode()}:" for tag in sorted(tags))
        if _opens_statement(tags):
            return f"its lines begin with the fields {named}, which open a statement"
        if tags:
            return f"it has {named} but no balance (:60F:, :62F:) and no entry (:61:)"
        return "no line begins with a field of MT940 (:20:, :25:, :60F:, :61:)"

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        """Read one file.

        Options: `encoding`; `closing_balance` ("required" or "optional"); `account` and `currency` for files that do
        not name them.
        """
        from recon_mt940.reader import read  # noqa: PLC0415 -- Polars is loaded only when it is needed

        return read(source, options)

    def read_many(
        self, sources: Sequence[SourceFile], options: Mapping[str, Any]
    ) -> list[ParsedStatements | None]:
        """Read small files together; None for each that is to be read by itself."""
        from recon_mt940.many import read_many  # noqa: PLC0415 -- Polars is loaded only when it is needed

        return read_many(sources, options)


@hookimpl
def recon_register_formats() -> list[Format]:
    """Give the format."""
    return [Mt940()]
