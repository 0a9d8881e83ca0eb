"""Decisions: proposals weighed against the null and each other, items shared out once, and each line's fate with its reason.

In: `Proposed`. Out: every line applied, suggested or left open.
"""

from __future__ import annotations
