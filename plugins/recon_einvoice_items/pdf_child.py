"""The half in the child process: the library pypdf reads what is attached to a PDF.

In: the bytes of files. Out: for each its attachments, or why it cannot be read. Imports nothing of the engine, and runs only
behind the limits of a child process: a PDF is a program for its reader.
"""

from __future__ import annotations

import io
import logging
from typing import Any, Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError

# What the library raises on files that it cannot read, beside its own.
_REFUSALS: Final = (
    PyPdfError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    OSError,
)

# It says of each flaw that it mends what it was.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


def read_attachments(payload: list[bytes]) -> list[dict[str, Any]]:
    """Read what is attached to PDFs.

    Args:
        payload: whole files.

    Returns:
        For each file `fault`, the library's words where it cannot read it, and `attached`: names and contents of those
        attachments that are XML by their name.
    """
    return [_read(data) for data in payload]


def _read(data: bytes) -> dict[str, Any]:
    attached: list[tuple[str, bytes]] = []
    try:
        reader = PdfReader(io.BytesIO(data))
        attached += [
            (str(one.name), bytes(one.content))
            for one in reader.attachment_list
            if one.name.lower().endswith(".xml")
        ]
    except _REFUSALS as error:
        return {"fault": f"{type(error).__name__} {error}".strip(), "attached": []}
    return {"fault": None, "attached": attached}
