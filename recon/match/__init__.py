"""Decide which receipts pay which items, by evidence counted in bits.

In: Lines, Items, Parties and the policy. Out: Decisions, Allocations and Evidence.
This room opens no file, knows no clock and no plugin, and loops over no row.
"""

from __future__ import annotations
