"""The format ofx: OFX 1.x (SGML) and 2.x (XML), QFX and QBO, bank, card and the cash side of investment statements.

In: the head of a file, or the file. Out: whether and why it is claimed; statements, lines and rejects.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from recon.api import hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api import Format, ParsedStatements, SourceFile

# Before <OFX> stand at most header lines `KEY:VALUE`, declarations `<?...?>` (a real one lacks its `>`) and comments.
_ROOT: Final = re.compile(rb"<OFX[\s>]", re.IGNORECASE)
_MARKUP: Final = re.compile(rb"<!--.*?-->|<\?[^<]*", re.DOTALL)
_HEADER: Final = re.compile(rb"[\s\xef\xbb\xbf]*(?:[A-Z0-9]+:[^<]*)?\s*", re.IGNORECASE)


class Ofx:
    """OFX bank, credit card and cash statements."""

    name = "ofx"

    def sniff(self, head: bytes, file_name: str) -> bool:  # noqa: ARG002 -- content decides
        """Claim what begins with an OFX header or the root tag itself."""
        return _judge(head)[0]

    def explain(self, head: bytes, file_name: str) -> str:  # noqa: ARG002 -- content decides
        """Say in one sentence why the file is claimed or not."""
        return _judge(head)[1]

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        """Read one file; `recon_ofx.options` has what `[formats.ofx]` may say."""
        from recon_ofx.reader import read  # noqa: PLC0415 -- loads the reader only when it is needed

        return read(source, options)

    def read_many(
        self, sources: Sequence[SourceFile], options: Mapping[str, Any]
    ) -> list[ParsedStatements | None]:
        """Read small files together; None for each that is to be read by itself."""
        from recon_ofx.many import read_many  # noqa: PLC0415 -- loads the reader only when it is needed

        return read_many(sources, options)


def _judge(head: bytes) -> tuple[bool, str]:
    is_wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"}
    text = head[2:].replace(b"\x00", b"") if is_wide else head
    root = _ROOT.search(text)
    if root is None:
        return False, "not claimed: there is no <OFX> tag at its beginning"
    header = _MARKUP.sub(b"", text[: root.start()])
    if not _HEADER.fullmatch(header):
        return False, "not claimed: before the <OFX> tag stands something else than an OFX header"
    if b"<?" in text[: root.start()]:
        return True, "claimed: an XML declaration and an <OFX> tag (OFX 2)"
    kind = "an OFX 1 header" if header.strip(b"\xef\xbb\xbf \r\n\t") else "no header"
    return True, f"claimed: {kind} and an <OFX> tag"


@hookimpl
def recon_register_formats() -> list[Format]:
    """Give the format."""
    return [Ofx()]
