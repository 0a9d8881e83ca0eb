"""Say whether the head of a file is a camt message, and why. In: bytes. Out: a claim, certain and never an error."""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

_ASIDE: Final = re.compile(rb"<\?[^>]*>|<!--(?:(?!-->).)*-->", re.DOTALL)
_ROOT: Final = re.compile(rb"\s*<[A-Za-z_]")
_MESSAGE: Final = re.compile(
    rb"<(?:[A-Za-z_][\w.-]*:)?(BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)(?:V[0-9]{2})?)(?=[\s/>])"
)
_VERSION: Final = re.compile(rb"camt\.05[234]\.001\.[0-9]{2}")


class Claim(NamedTuple):
    """Whether a file is ours, and the sentence that says why."""

    is_ours: bool
    reason: str


def claim(head: bytes) -> Claim:
    """Look at up to 64 KiB."""
    text = _narrowed(head)
    outside = _ASIDE.sub(b"", text)
    if not _ROOT.match(outside):
        return Claim(False, "camt is XML, and the file does not begin with an XML element")
    message = _MESSAGE.search(outside)
    if message is None:
        return Claim(
            False,
            "the file is XML without BkToCstmrStmt, BkToCstmrAcctRpt or BkToCstmrDbtCdtNtfctn",
        )
    version = _VERSION.search(outside[: message.start()])
    named = f", version {version[0].decode()}" if version else ", in no name space of camt"
    return Claim(True, f"the file is an ISO 20022 message {message[1].decode()}{named}")


def _narrowed(head: bytes) -> bytes:
    """Leave out byte order marks and the NUL bytes of UTF-16 and UTF-32."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[2:].replace(b"\x00", b"")
    if b"\x00" in head[:64]:
        return head.replace(b"\x00", b"")
    return head.removeprefix(codecs.BOM_UTF8)
