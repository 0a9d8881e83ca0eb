"""What one run is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRequest:
    """What one run is asked to do; all paths as the user gave them."""

    statements: tuple[Path, ...]
    open_items: Path
    out: Path
    customers: Path | None = None
    accounts: Path | None = None
    history: Path | None = None
    policy: Path | None = None
    remittances: Path | None = None
    batches: tuple[Path, ...] = ()
    ledger: str | None = None
    as_of: dt.date | None = None
