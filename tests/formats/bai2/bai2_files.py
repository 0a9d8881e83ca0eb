"""Write BAI2 files for tests, with trailers that hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recon.api import SourceFile
from recon_bai2.plugin import Bai2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import ParsedStatements

HEADER = "01,BANK,OURCO,260115,0600,1,,,2/"
GROUP = "02,OURCO,BANK,1,260114,2400,USD,2/"


@dataclass(frozen=True)
class Account:
    """One account: its records 03 and 16 with continuations, and the total that its trailer states."""

    records: list[str] = field(default_factory=list)
    total: int = 0


def bai2(*accounts: Account, header: str = HEADER, group: str = GROUP) -> str:
    """Lay out one file of one group."""
    lines = [header, group]
    for account in accounts:
        lines += [*account.records, f"49,{account.total},{len(account.records) + 1}/"]
    total = sum(account.total for account in accounts)
    lines.append(f"98,{total},{len(accounts)},{len(lines)}/")
    lines.append(f"99,{total},1,{len(lines) + 1}/")
    return "\n".join(lines) + "\n"


def details(*records: str, account: str = "03,12345,USD,,,,/", group: str = GROUP) -> str:
    """Lay out one file of one account whose trailer states no total."""
    text = bai2(Account([account, *records]), group=group)
    return text.replace("49,0,", "49,,").replace("98,0,", "98,,").replace("99,0,", "99,,")


def read(text: str | bytes, options: Mapping[str, Any] | None = None) -> ParsedStatements:
    data = text if isinstance(text, bytes) else text.encode()
    return Bai2().read(SourceFile("report.bai", data), options or {})
