"""Solve one component of competing lines exactly: choose at most one option a line, no item settled twice.

Small components by branch and bound; larger ones as a linear program where each line takes one item, else as an integer
program. What is too large for that is cut: the strongest claims first, with the gap to a bound that no answer can pass.
Unless the gap is nothing, no line of it is applied without a person.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from recon.match.decision.programs import (
    assignment_program,
    integer_program,
    is_one_to_one,
    relaxed_program,
)

if TYPE_CHECKING:
    from recon.match.decision.options import Option
    from recon.match.decision.programs import Answer

# Beyond this many options a component is cut, unless each of its lines takes one item whole.
LARGEST_COMPONENT: Final = 4_000
# Beyond this many no program is laid out at all.
LARGEST_PROGRAM: Final = 300_000
_MOST_STEPS: Final = 20_000
# Bits decide; between equal totals the earlier line gets the earlier option. Both fit an exact integer.
_BIT_WEIGHT: Final = 10_000
# A program takes of an option all or nothing, but for what floats leave.
_NONE: Final = 1e-6


class _TooManySteps(Exception):
    """The bounded search gave up; the integer program takes over."""


_millibits: Final = attrgetter("millibits")


class Solution(NamedTuple):
    """The options chosen, in order of their lines, and how many millibits a better answer could have at most."""

    gap: int
    chosen: list[Option]


def solve(options: list[Option]) -> Solution:
    """Choose options so that their total is the highest; a gap of 0 says that no answer is better."""
    by_line: dict[int, list[Option]] = defaultdict(list)
    for option in options:
        by_line[option.line].append(option)
    lines = [by_line[line] for line in sorted(by_line)]
    strongest = [max(choices, key=_millibits) for choices in lines]
    if len(_in_order(strongest)) == len(strongest):
        # The strongest option of each line fits beside those of the others: no answer is better.
        return Solution(0, strongest)
    values = _values(lines)
    if len(options) <= LARGEST_COMPONENT:
        try:
            return Solution(0, _branch_and_bound(lines, values))
        except _TooManySteps:
            pass
    # What is more than its item fits nowhere.
    possible = [option for option in options if _fits(option, defaultdict(int))]
    return _by_program(possible, lines, values)


def _by_program(
    options: list[Option], lines: list[list[Option]], values: dict[int, int]
) -> Solution:
    """Solve by the program that the component allows, and take the better of what it found and the strongest first."""
    answer = None
    if len(options) <= LARGEST_PROGRAM and is_one_to_one(options):
        answer = assignment_program(options, values)
    elif len(options) <= LARGEST_COMPONENT:
        answer = integer_program(options, values)
    elif len(options) <= LARGEST_PROGRAM:
        answer = relaxed_program(options, values)
    plain = _in_order(sorted(options, key=lambda one: (-one.millibits, one.line, one.proposal)))
    if answer is None:
        highest = sum(max(values[one.proposal] for one in choices) for choices in lines)
        return Solution(_gap(highest, plain, values), plain)
    taken = _taken(options, answer, values)
    best = max(taken, plain, key=lambda chosen: _total(chosen, values))
    # The program counts in floats: what it took whole fits to the minor unit, or it is not what it found.
    is_whole = all(weight < _NONE or weight > 1 - _NONE for weight in answer.weights)
    is_found = is_whole and len(taken) == sum(weight > _NONE for weight in answer.weights)
    if answer.is_optimal and is_found and best == taken:
        return Solution(0, taken)
    return Solution(_gap(answer.bound, best, values), best)


def _taken(options: list[Option], answer: Answer, values: dict[int, int]) -> list[Option]:
    """The options of which the program takes most first, as far as they fit; none that it leaves out."""
    weighed = [
        (weight, option)
        for option, weight in zip(options, answer.weights, strict=True)
        if weight > _NONE
    ]
    weighed.sort(key=lambda one: (-one[0], -values[one[1].proposal], one[1].line))
    return _in_order([option for _, option in weighed])


def _total(chosen: list[Option], values: dict[int, int]) -> int:
    return sum(values[option.proposal] for option in chosen)


def _gap(bound: float, chosen: list[Option], values: dict[int, int]) -> int:
    """How far the total stays below the bound, in whole millibits."""
    return max(0, round((bound - _total(chosen, values)) / _BIT_WEIGHT))


def _fits(option: Option, used: dict[int, int]) -> bool:
    """Say whether every item has still open what the option would settle of it, to the minor unit."""
    # A loop, since this is asked hundreds of thousands of times, and a generator takes twice as long.
    for item, settles, whole in option.shares:  # noqa: SIM110
        if used[item] + settles > whole:
            return False
    return True


def _values(lines: list[list[Option]]) -> dict[int, int]:
    """Value of each proposal: its millibits, and a bonus that breaks ties by the order of lines and options."""
    values = {}
    count = len(lines)
    for at, choices in enumerate(lines):
        for place, option in enumerate(choices):
            bonus = (count - at) * (_BIT_WEIGHT // 2 // count)
            values[option.proposal] = option.millibits * _BIT_WEIGHT + bonus - place
    return values


def _branch_and_bound(lines: list[list[Option]], values: dict[int, int]) -> list[Option]:
    """Find the highest total.

    Raises:
        _TooManySteps: it took too long.
    """
    if len(lines) > 500:  # deeper than Python likes to recurse
        raise _TooManySteps
    left = {item: whole for line in lines for one in line for item, _, whole in one.shares}
    choices = [
        [(values[one.proposal], [share[:2] for share in one.shares], one) for one in line]
        for line in lines
    ]
    most = [max(gain for gain, *_ in line) for line in choices]
    # What the lines from each on can make at most.
    rest = list(accumulate(reversed(most), initial=0))[::-1]
    best: list[Option] = []
    best_value, steps = -1, 0
    chosen: list[Option] = []

    def walk(at: int, value: int) -> None:
        """Take each option of a line or none; a step is a question whether what is left can make more than the best.

        It is written out in one function, since it is walked through hundreds of thousands of times.
        """
        nonlocal best, best_value, steps
        if at == len(lines):
            best, best_value = chosen.copy(), value
            return
        behind = rest[at + 1]
        for gain, shares, option in choices[at]:
            for item, settles in shares:
                if settles > left[item]:
                    break
            else:
                steps += 1
                if value + gain + behind > best_value and steps <= _MOST_STEPS:
                    for item, settles in shares:
                        left[item] -= settles
                    chosen.append(option)
                    walk(at + 1, value + gain)
                    chosen.pop()
                    for item, settles in shares:
                        left[item] += settles
        steps += 1
        if steps > _MOST_STEPS:
            raise _TooManySteps
        if value + behind > best_value:
            walk(at + 1, value)

    walk(0, 0)
    return best


def _in_order(options: list[Option]) -> list[Option]:
    """Take one option after the other, as far as its line and its items are free."""
    used: dict[int, int] = defaultdict(int)
    served: set[int] = set()
    chosen = []
    for option in options:
        if option.line not in served and _fits(option, used):
            served.add(option.line)
            for item, settles, _ in option.shares:
                used[item] += settles
            chosen.append(option)
    return sorted(chosen, key=lambda option: option.line)
