"""Turn decisions into money: allocations, double-entry postings, and the proof that no cent was lost.

In: Lines, Items, Decisions, Proposals. Out: Allocations and Entries. This room never judges a match.
"""

from __future__ import annotations
