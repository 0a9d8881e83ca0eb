"""For integrators and our own tests: `FormatConformance` says whether a format is right, `strategies` makes frames.

In: a plugin's objects, or a frame schema. Out: complaints, or Hypothesis strategies. The engine never imports it.
"""

from __future__ import annotations

from recon.testing.format_conformance import FormatConformance

__all__ = ["FormatConformance"]
