"""Exact reference and amount: the rule that every system has first.

In: what rivals are given. Out: each line pays the one item whose number it quotes and whose open amount is the line's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.rivals.given import Found, Given, numbers_of, quoted_words

if TYPE_CHECKING:
    from collections.abc import Iterator


def match_exact(given: Given) -> Iterator[Found]:
    """Apply where exactly one quoted item has exactly the amount; each item is paid once, by the first line."""
    numbers = numbers_of(given.items)
    items = {item.item_id: item for item in given.items}
    paid: set[str] = set()
    for line in given.lines:
        quoted = {numbers[word] for word in quoted_words(line.all_text) if word in numbers}
        fitting = [
            item_id
            for item_id in sorted(quoted)
            if (items[item_id].amount, items[item_id].currency) == (line.amount, line.currency)
        ]
        if len(fitting) == 1 and fitting[0] not in paid:
            paid.add(fitting[0])
            yield Found(line.line_id, (fitting[0],), 1.0, is_applied=True)
