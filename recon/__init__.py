"""The reconciliation engine: bank statements and open items in, applied cash and a journal out."""

from __future__ import annotations

__version__ = "0.1.0"
