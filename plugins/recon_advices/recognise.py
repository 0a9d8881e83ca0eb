"""Tell by its first bytes in what an advice is written. In: the head of a file. Out: the name of a reader, or None."""

from __future__ import annotations

import re
from typing import Final, Literal

from recon.api import plain_head

Kind = Literal["ubl", "camt.054", "x12"]

_ROOT: Final = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)[^>]*>")
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_UBL: Final = b"urn:oasis:names:specification:ubl:schema:xsd:RemittanceAdvice-2"
_CAMT: Final = b"urn:iso:std:iso:20022:tech:xsd:camt.054."
# ISA is of fixed width: what stands behind it divides the elements, and the set's number is the second of ST.
_INTERCHANGE: Final = re.compile(rb"\s*ISA(?P<divider>[^A-Za-z0-9\s])")


def recognise(head: bytes) -> Kind | None:
    """Say in what an advice is written; None if it is none of ours."""
    told = plain_head(head)
    if found := _INTERCHANGE.match(told):
        return "x12" if b"ST" + found["divider"] + b"820" in told else None
    if not told.lstrip().startswith(b"<"):
        return None
    root = _ROOT.search(_COMMENT.sub(b"", told))
    if root is None:
        return None
    if root[1] == b"RemittanceAdvice" and _UBL in root[0]:
        return "ubl"
    return "camt.054" if root[1] == b"Document" and _CAMT in root[0] else None
