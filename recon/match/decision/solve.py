"""Solve one component of competing lines exactly: choose at most one option a line, no item settled twice.

Small components by branch and bound, larger ones as an integer program by HiGHS, and beyond a stated bound by
taking the strongest first, marked as not exact so that nothing of it is applied without a person.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final, NamedTuple

# Beyond this many options a component is not solved exactly.
LARGEST_COMPONENT: Final = 4_000
_MOST_STEPS: Final = 20_000
# Bits decide; between equal totals the earlier line gets the earlier option. Both fit an exact integer.
_BIT_WEIGHT: Final = 10_000


class Share(NamedTuple):
    """What an option would settle of an item, and what is open of it; minor units without sign."""

    item: int
    settles: int
    open: int


class Option(NamedTuple):
    """One proposal of a line: its millibits and its share of each item it would settle."""

    line: int
    proposal: int
    millibits: int
    shares: tuple[Share, ...]


class _TooManySteps(Exception):
    """The bounded search gave up; the integer program takes over."""


def solve(options: list[Option]) -> tuple[bool, list[Option]]:
    """Give whether the answer is exact, and the chosen options in order of their lines."""
    by_line: dict[int, list[Option]] = defaultdict(list)
    for option in options:
        by_line[option.line].append(option)
    lines = [by_line[line] for line in sorted(by_line)]
    values = _values(lines)
    if len(options) > LARGEST_COMPONENT:
        return False, _strongest_first(options)
    try:
        return True, _branch_and_bound(lines, values)
    except _TooManySteps:
        chosen = _integer_program(options, values)
        # The program counts in floats, so its answer is believed only when it holds to the minor unit.
        return (True, chosen) if _all_fit(chosen) else (False, _strongest_first(options))


def _fits(option: Option, used: dict[int, int]) -> bool:
    """Say whether every item has still open what the option would settle of it, to the minor unit."""
    return all(used[item] + settles <= whole for item, settles, whole in option.shares)


def _all_fit(chosen: list[Option]) -> bool:
    used: dict[int, int] = defaultdict(int)
    for option in chosen:
        if not _fits(option, used):
            return False
        for item, settles, _ in option.shares:
            used[item] += settles
    return True


def _values(lines: list[list[Option]]) -> dict[int, int]:
    """Value of each proposal: its millibits, and a bonus that breaks ties by the order of lines and options."""
    values = {}
    count = len(lines)
    for at, choices in enumerate(lines):
        for place, option in enumerate(choices):
            bonus = (count - at) * (_BIT_WEIGHT // 2 // count) if count <= _BIT_WEIGHT // 2 else 0
            values[option.proposal] = option.millibits * _BIT_WEIGHT + bonus - place
    return values


def _branch_and_bound(lines: list[list[Option]], values: dict[int, int]) -> list[Option]:
    most = [max(values[option.proposal] for option in choices) for choices in lines]
    rest = [sum(most[at:]) for at in range(len(lines) + 1)]
    best: list[Option] = []
    best_value = -1
    used: dict[int, int] = defaultdict(int)
    steps = 0

    def walk(at: int, value: int, chosen: list[Option]) -> None:
        nonlocal best, best_value, steps
        steps += 1
        if steps > _MOST_STEPS:
            raise _TooManySteps
        if at == len(lines):
            if value > best_value:
                best, best_value = list(chosen), value
            return
        if value + rest[at] <= best_value:
            return
        for option in lines[at]:
            if _fits(option, used):
                for item, settles, _ in option.shares:
                    used[item] += settles
                chosen.append(option)
                walk(at + 1, value + values[option.proposal], chosen)
                chosen.pop()
                for item, settles, _ in option.shares:
                    used[item] -= settles
        walk(at + 1, value, chosen)

    if len(lines) > 500:  # deeper than Python likes to recurse
        raise _TooManySteps
    walk(0, 0, [])
    return best


def _integer_program(options: list[Option], values: dict[int, int]) -> list[Option]:
    """Maximise the sum of values by HiGHS: at most one option a line, at most the whole of an item."""
    import highspy  # noqa: PLC0415 - slow to import, and seldom needed

    model: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("mip_rel_gap", 0.0),
    ):
        model.setOptionValue(name, value)
    ordered = sorted(options, key=lambda option: (option.line, option.proposal))
    scale = 1 / _BIT_WEIGHT
    variables = [model.addBinary(obj=values[option.proposal] * scale) for option in ordered]
    by_line: dict[int, list[Any]] = defaultdict(list)
    by_item: dict[int, list[Any]] = defaultdict(list)
    for option, variable in zip(ordered, variables, strict=True):
        by_line[option.line].append(variable)
        for item, settles, whole in option.shares:
            by_item[item].append(variable * (settles / whole))
    for terms in (*by_line.values(), *by_item.values()):
        model.addConstr(model.qsum(terms) <= 1)
    model.maximize()
    solution = model.getSolution().col_value
    return [option for option, taken in zip(ordered, solution, strict=True) if taken > 0.5]


def _strongest_first(options: list[Option]) -> list[Option]:
    used: dict[int, int] = defaultdict(int)
    served: set[int] = set()
    chosen = []
    for option in sorted(options, key=lambda one: (-one.millibits, one.line, one.proposal)):
        if option.line not in served and _fits(option, used):
            served.add(option.line)
            for item, settles, _ in option.shares:
                used[item] += settles
            chosen.append(option)
    return sorted(chosen, key=lambda option: option.line)
