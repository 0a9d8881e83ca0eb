"""What a record should say, kept in dictionaries: lines, items, decisions, approvals and periods, by rules of a few words each.

In: the same acts that a store is given. Out: what must stand after each, and whether an act must be refused. It shares no
code with the store.
"""

from __future__ import annotations

from dataclasses import dataclass, field

OPEN_FATES = (None, "unmatched", "suggested")
# From this amount on (minor units) a person's decision needs another one's approval.
BAND = 500


@dataclass(slots=True)
class Item:
    """What the books say is open, and what was settled here and they have not seen."""

    book: int = 0
    unseen: int = 0
    is_listed: bool = False

    @property
    def open(self):
        return self.book - self.unseen


@dataclass(slots=True, kw_only=True)
class Decision:
    """A row of the log, with the approvals that came later."""

    line: tuple[str, int]
    fate: str
    by: str
    day: int
    needed: int = 0
    item: str | None = None
    amount: int = 0
    suggests: tuple[str, ...] = ()
    undoes: int | None = None
    granted: set[str] = field(default_factory=set)
    is_refused: bool = False

    @property
    def counts(self):
        return not self.is_refused and len(self.granted) >= self.needed

    @property
    def waits(self):
        return not self.is_refused and len(self.granted) < self.needed


@dataclass(slots=True)
class Model:
    """The whole record; `days` is what the bank booked: lists of (reference, amount)."""

    days: list[list[tuple[str, int]]]
    delivered: list[tuple[int, int]] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    closed: dict[int, bool] = field(default_factory=dict)
    today: int = 20

    def lines(self):
        """Give amount and copies of each line that any statement brought, by reference and index among equal ones."""
        found = {}
        for first, last in self.delivered:
            for day in self.days[first : last + 1]:
                seen = {}
                for reference, amount in day:
                    key = (reference, seen.get(reference, 0))
                    seen[reference] = key[1] + 1
                    found[key] = (amount, found[key][1] + 1 if key in found else 0)
        return found

    def in_force(self, line):
        """Give the number of the newest decision of a line that counts."""
        numbers = [n for n, one in enumerate(self.decisions, 1) if one.line == line and one.counts]
        return numbers[-1] if numbers else None

    def waiting(self, line):
        """Give the number of the decision of a line that waits for an approval."""
        stands = self.in_force(line) or 0
        numbers = [n for n, one in enumerate(self.decisions, 1) if one.line == line and one.waits]
        return next((n for n in reversed(numbers) if n > stands), None)

    def fate(self, line):
        number = self.in_force(line)
        return None if number is None else self.decisions[number - 1].fate

    def left(self, item):
        """What may still be promised of an item: what is open, less what decisions that wait want of it."""
        promised = sum(
            one.amount
            for number, one in enumerate(self.decisions, 1)
            if one.item == item and self.waiting(one.line) == number
        )
        return self.items[item].open - promised

    def closed_until(self):
        return max((day for day, is_closed in self.closed.items() if is_closed), default=None)

    def is_today_closed(self):
        return (self.closed_until() or 0) >= self.today

    def may_decide(self, line):
        return (
            self.fate(line) in OPEN_FATES
            and self.waiting(line) is None
            and not self.is_today_closed()
        )

    def may_accept(self, line, rank, amount):
        suggested = self.suggested(line)
        return (
            self.may_decide(line)
            and rank <= len(suggested)
            and self.left(suggested[rank - 1]) >= amount
        )

    def suggested(self, line):
        number = self.in_force(line)
        return () if number is None else self.decisions[number - 1].suggests

    def may_undo(self, number):
        one = self.decisions[number - 1]
        decides = one.undoes is None and not (one.by == "rule" and one.fate in OPEN_FATES)
        is_newest = self.in_force(one.line) == number and self.waiting(one.line) is None
        return decides and is_newest and not self.is_today_closed()

    def may_answer(self, number, person, *, is_granted):
        one = self.decisions[number - 1]
        if self.waiting(one.line) != number or person == one.by or person in one.granted:
            return False
        if not is_granted:
            return True
        is_covered = one.item is None or self.left(one.item) + one.amount >= one.amount
        return is_covered and (self.closed_until() or 0) < one.day

    def decide(self, decision):
        """Record a decision; what it moves is moved if it counts at once."""
        before = self._settled()
        self.decisions.append(decision)
        self._move(before)

    def answer(self, number, person, *, is_granted):
        before = self._settled()
        if is_granted:
            self.decisions[number - 1].granted.add(person)
        else:
            self.decisions[number - 1].is_refused = True
        self._move(before)

    def load(self, extract):
        """Let the books speak: what they show less of is first what was settled here."""
        for name in {*self.items, *extract}:
            item = self.items.setdefault(name, Item())
            if name not in extract and not item.is_listed:
                continue
            told = extract.get(name, 0)
            seen = item.book - told
            if seen > 0 and item.unseen > 0:
                item.unseen -= min(seen, item.unseen)
            if seen < 0 and item.unseen < 0:
                item.unseen -= max(seen, item.unseen)
            item.book, item.is_listed = told, name in extract

    def expected(self):
        """Give all that stands, as plain values that later acts do not change."""
        lines = {
            line: (copies, self.fate(line), self.in_force(line))
            for line, (_, copies) in self.lines().items()
        }
        items = {
            name: (one.book, one.unseen, one.open, one.is_listed)
            for name, one in self.items.items()
        }
        return lines, items

    def _settled(self):
        """Say how much of each item the decisions in force settle."""
        settled = {}
        for number, one in enumerate(self.decisions, 1):
            if one.item is not None and self.in_force(one.line) == number:
                settled[one.item] = settled.get(one.item, 0) + one.amount
        return settled

    def _move(self, before):
        after = self._settled()
        for name in {*before, *after}:
            self.items[name].unseen += after.get(name, 0) - before.get(name, 0)
