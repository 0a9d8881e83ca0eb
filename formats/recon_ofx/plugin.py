"""The format ofx: OFX 1.x (SGML) and 2.x (XML), QFX and QBO, read through the library ofxparse.

Every file passes our own gate (size, encoding, balanced tags, count of transactions) before and after the library.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from recon.api import hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        is_wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"}
        text = head[2:].replace(b"\x00", b"") if is_wide else head
        root = _ROOT.search(text)
        return bool(root and _HEADER.fullmatch(_MARKUP.sub(b"", text[: root.start()])))

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        """Read one file; the option `currency` stands in where a statement names none."""
        from recon_ofx.reader import read  # noqa: PLC0415 -- loads the reader only when it is needed

        return read(source, options)


@hookimpl
def recon_register_formats() -> list[Format]:
    """Give the format."""
    return [Ofx()]
