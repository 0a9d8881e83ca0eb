"""For integrators and our own tests: a suite a kind of plugin says whether it is right, `strategies` makes frames.

In: a plugin's objects, or a frame schema. Out: complaints, or Hypothesis strategies. The engine never imports it.
"""

from __future__ import annotations

from recon.testing.format_conformance import FormatConformance
from recon.testing.ledger_conformance import LedgerConformance, check_ledger
from recon.testing.verdict import NotConforming

__all__ = ["FormatConformance", "LedgerConformance", "NotConforming", "check_ledger"]
