"""A greedy loop over rapidfuzz: the script that is written first.

In: what rivals are given. Out: for each line in order, the still open item of the same amount whose number and customer
resemble the text most; first come, first served.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from benchmarks.rivals.given import Found, Given

if TYPE_CHECKING:
    from collections.abc import Iterator

# What tutorials of token_set_ratio take for a match.
SCORE = 80


def match_fuzzy(given: Given) -> Iterator[Found]:
    """Apply the best candidate of the same amount and currency if its score reaches SCORE."""
    from rapidfuzz import fuzz, process, utils

    pool: dict[tuple[int, str], dict[str, str]] = defaultdict(dict)
    for item in given.items:
        words = f"{item.number} {item.reference} {item.customer_name}"
        pool[item.amount, item.currency][item.item_id] = words
    for line in given.lines:
        candidates = pool[line.amount, line.currency]
        best = process.extractOne(
            f"{line.all_text} {line.name}",
            candidates,
            scorer=fuzz.token_set_ratio,
            processor=utils.default_process,
            score_cutoff=SCORE,
        )
        if best is not None:
            _, score, item_id = best
            del candidates[item_id]
            yield Found(line.line_id, (item_id,), score / 100, is_applied=True)
