"""Evidence that a line is about an item: what it quotes, who sent it, and how its amount settles the item.

In: receipts and the books in comparable form. Out: pairs of line and item with millibits for and against, each of a class.
"""

from __future__ import annotations
