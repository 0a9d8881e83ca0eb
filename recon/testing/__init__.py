"""For integrators and our own tests: a suite a kind of plugin says whether it is right, `strategies` makes frames.

In: a plugin's objects, or a frame schema. Out: complaints, or Hypothesis strategies. The engine never imports it.
"""

from __future__ import annotations

from recon.testing.conformance import check_format
from recon.testing.format_conformance import FormatConformance
from recon.testing.judge_conformance import (
    EvidenceConformance,
    PassConformance,
    check_evidence,
    check_pass,
)
from recon.testing.ledger_conformance import LedgerConformance, check_ledger
from recon.testing.report_conformance import ReportConformance, check_report
from recon.testing.source_conformance import SourceConformance, check_source
from recon.testing.verdict import NotConforming

__all__ = [
    "EvidenceConformance",
    "FormatConformance",
    "LedgerConformance",
    "NotConforming",
    "PassConformance",
    "ReportConformance",
    "SourceConformance",
    "check_evidence",
    "check_format",
    "check_ledger",
    "check_pass",
    "check_report",
    "check_source",
]
