"""Proposals: the ways in which a line may settle one item or several, each cent of difference named.

In: pairs with their evidence. Out: `Proposed`, the proposals and the items of each.
"""

from __future__ import annotations
