"""What formats say of a file before it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recon.errors import ReconError


@dataclass(frozen=True, slots=True)
class Claims:
    """The names of the formats that claim a file, and the sniffers that failed on it."""

    formats: tuple[str, ...]
    failures: tuple[ReconError, ...] = ()


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one format says of a file; `claims` is None where it failed, with the failure in `because`."""

    format: str
    claims: bool | None
    because: str
