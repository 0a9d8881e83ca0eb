"""Bring text, references, names and accounts into comparable forms: pure column expressions.

In: columns of lines and items. Out: keys and tokens. This room never compares a line with an item.
"""

from __future__ import annotations
