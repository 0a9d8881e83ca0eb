"""Read QIF text for tests, with the one option that every file needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.api import SourceFile
from recon_qif.plugin import Qif

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import ParsedStatements

USD = {"currency": "USD"}


def read(text: str | bytes, options: Mapping[str, Any] = USD) -> ParsedStatements:
    data = text if isinstance(text, bytes) else text.encode()
    return Qif().read(SourceFile("export.qif", data), options)


def bank(*records: str) -> str:
    """Lay out one section of a bank account."""
    return "!Type:Bank\n" + "".join(f"{record}\n^\n" for record in records)
