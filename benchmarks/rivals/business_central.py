"""Business Central's automatic payment application: the documented matrix of payment application rules.

In: what rivals are given. Out: applied lines (High: no review is asked for) and proposals (Medium and Low). An
implementation of our own of the documented behaviour: rules, nearness of names, search of document numbers, one payment
of several documents, best quality first. Tolerances are zero, and cash discounts in time count, as shipped.
Source: learn.microsoft.com, "Set up rules for automatic application of payments"; BCApps (MIT) for what the page leaves
open.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from benchmarks.rivals.given import SHORTEST, Found, Given, Item, Line, solid
from benchmarks.rivals.nearness import Names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# (related party: Fully, Partially, No; documents: Y yes, YM several, N; amount: 1 one match, M several, 0 none, - any),
# by confidence, best first.
_RULES: Final = {
    3: "F,YM,1 F,YM,M F,Y,1 F,Y,M P,YM,1 P,YM,M P,Y,1 F,N,1 N,YM,1 N,YM,M",
    2: "F,YM,- F,Y,- F,N,M P,YM,- P,Y,- N,Y,1 N,YM,- P,N,1 N,Y,-",
    1: "F,N,0 P,N,M P,N,0 N,N,1 N,N,M",
}
_HIGH: Final = 3000
_CONFIDENCES: Final = {3: 0.9, 2: 0.6, 1: 0.3}


def _scores() -> dict[tuple[str, str, str], int]:
    """Give the score of every set of facts: that of the first rule whose cells equal them."""
    scores: dict[tuple[str, str, str], int] = {}
    for level, rules in _RULES.items():
        for priority, rule in enumerate(rules.split(), start=1):
            party, document, amount = rule.split(",")
            for seen in "1M0" if amount == "-" else amount:
                scores.setdefault((party, document, seen), (level + 1) * 1000 - priority)
    return scores


SCORES: Final = _scores()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A line and the items it may pay; documents of one customer go together."""

    score: int
    line: Line
    items: tuple[Item, ...]


@dataclass(slots=True)
class _Books:
    """The open items as they are looked up."""

    by_customer: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    by_word: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    by_reference: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    by_amount: dict[tuple[str, int], list[Item]] = field(default_factory=lambda: defaultdict(list))


def match_business_central(given: Given) -> Iterator[Found]:
    """Score all candidates of all lines, then apply them by falling quality; an item is paid by one line."""
    books, parties = _books(given.items), _Parties(given)
    candidates = [one for line in given.lines for one in _candidates(line, books, parties)]
    candidates.sort(key=lambda one: (-one.score, -len(one.items)))
    paid: set[str] = set()
    done: set[str] = set()
    for candidate in candidates:
        still_open = tuple(item for item in candidate.items if item.item_id not in paid)
        if candidate.line.line_id in done or not still_open:
            continue
        done.add(candidate.line.line_id)
        used = _used(candidate.line.amount, still_open)
        paid.update(used)
        confidence = _CONFIDENCES[candidate.score // 1000]
        is_high = candidate.score >= _HIGH
        yield Found(candidate.line.line_id, used, confidence, is_applied=is_high)


def _used(amount: int, items: Iterable[Item]) -> tuple[str, ...]:
    """Give the items for which the money lasts, the earliest first."""
    used = []
    for item in sorted(items, key=lambda item: (item.issued, item.item_id)):
        if amount > 0:
            used.append(item.item_id)
            amount -= item.amount
    return tuple(used)


def _books(items: Iterable[Item]) -> _Books:
    books = _Books()
    for item in items:
        # The sign must agree, and only receipts are matched: credit notes stay out.
        if item.amount <= 0:
            continue
        books.by_customer[item.customer_id].append(item)
        for number in (item.number, item.purchase_order):
            if len(number) >= SHORTEST:
                books.by_word[number.upper()].append(item)
        if item.reference:
            books.by_reference[solid(item.reference)].append(item)
        books.by_amount[item.currency, item.amount].append(item)
        if item.discount:
            books.by_amount[item.currency, item.amount - item.discount].append(item)
    return books


class _Parties:
    """Says how far a customer is a line's related party."""

    def __init__(self, given: Given) -> None:
        self._of_account: dict[str, set[str]] = defaultdict(set)
        self._of_name: dict[str, set[str]] = defaultdict(set)
        for customer in given.customers:
            self._of_name[customer.name].add(customer.customer_id)
            for account in customer.accounts:
                self._of_account[solid(account)].add(customer.customer_id)
        self._names = Names(list(self._of_name))

    def of(self, line: Line) -> dict[str, str]:
        """Give F or P by customer; all others are N. A structured name hides the free text."""
        found = {}
        for name in self._names.near(line.name or line.text):
            owners = self._of_name[name]
            found.update(dict.fromkeys(owners, "F" if len(owners) == 1 else "P"))
        if line.account:
            found.update(dict.fromkeys(self._of_account.get(solid(line.account), ()), "F"))
        return found


def _candidates(line: Line, books: _Books, parties: _Parties) -> Iterator[_Candidate]:
    """Score every open item that some fact speaks for, and several documents of one customer together."""
    related = parties.of(line)
    quoted = {item.item_id: item for item in _quoted(line, books)}
    equal = [
        item
        for item in books.by_amount[line.currency, line.amount]
        if _due(item, line) == line.amount
    ]
    seen = {item.item_id: item for item in equal} | quoted
    for customer_id in related:
        seen.update({item.item_id: item for item in books.by_customer[customer_id]})
    usable = [item for item in seen.values() if _may_pay(line, item)]
    # All open entries of the amount count, also those that are too young to be paid.
    how_many = "1" if len(equal) == 1 else "M"
    for item in usable:
        party = related.get(item.customer_id, "N")
        document = "Y" if item.item_id in quoted else "N"
        amount = how_many if _due(item, line) == line.amount else "0"
        score = SCORES.get((party, document, amount))
        if score:
            yield _Candidate(score, line, (item,))
    several = defaultdict(list)
    for item in quoted.values():
        if _may_pay(line, item):
            several[item.customer_id].append(item)
    sums = Counter(sum(_due(item, line) for item in items) for items in several.values())
    for customer_id, items in several.items():
        if len(items) > 1:
            amount = "0"
            if sum(_due(item, line) for item in items) == line.amount:
                amount = "1" if sums[line.amount] == 1 and not equal else "M"
            score = SCORES.get((related.get(customer_id, "N"), "YM", amount))
            if score:
                yield _Candidate(score, line, tuple(items))


def _may_pay(line: Line, item: Item) -> bool:
    return item.currency == line.currency and item.issued <= line.day


def _due(item: Item, line: Line) -> int:
    """What the item costs on the day: less the discount while it lasts."""
    in_time = bool(item.discount) and line.day <= item.discount_until
    return item.amount - item.discount if in_time else item.amount


def _quoted(line: Line, books: _Books) -> Iterator[Item]:
    """Find documents in the text: a number of four characters or more, with no letter or digit beside its first hit."""
    if line.structured:
        yield from books.by_reference.get(solid(line.structured), ())
    text = f"{line.text} {line.end_to_end}".upper()
    for start in range(len(text)):
        if start and text[start - 1].isalnum():
            continue
        for end in range(start + SHORTEST, len(text) + 1):
            number = text[start:end]
            is_whole = end == len(text) or not text[end].isalnum()
            if is_whole and number in books.by_word and text.find(number) == start:
                yield from books.by_word[number]
