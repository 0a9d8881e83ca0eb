"""Read scenarios: worlds of a few lines and items written as text, with what must become of each line.

The language is described in fixtures/scenarios/README.md. In: text. Out: one Scenario a title.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r'"([^"]*)"|(\S+)')
_CODE_POINT = re.compile(r"\{U\+([0-9A-F]{4,6})\}")
_FLAGS = ("held", "reversal")


class UnreadableScenario(ValueError):
    """The scenario breaks the language."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of a scenario: its positional words, and the named ones (each name may come several times)."""

    words: tuple[str, ...]
    named: dict[str, list[str]]

    def one(self, name: str) -> str | None:
        """Give the one value of a name; None if it is not said."""
        values = self.named.get(name, [])
        if len(values) > 1:
            raise UnreadableScenario(f"{name!r} is said twice: {values}")
        return values[0] if values else None


@dataclass(frozen=True, slots=True)
class Expected:
    """What must become of one line."""

    line: str
    fate: str
    allocations: tuple[tuple[str, str, str], ...]  # kind, item number or '', amount
    reason: str | None
    because: tuple[str, ...]
    first: tuple[str, ...]
    note: str | None


@dataclass(slots=True)
class Scenario:
    """One world with its title."""

    title: str
    place: str
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    policy: list[str] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)


# How many positional words each kind of row has, and which named ones it may have.
_ROWS: dict[str, tuple[int, tuple[str, ...]]] = {
    "line": (
        5,
        (
            "from",
            "account",
            "payref",
            "e2e",
            "custref",
            "code",
            "booking",
            "value",
            "into",
            "bankref",
            "mandate",
        ),
    ),
    "item": (
        3,
        (
            "of",
            "name",
            "id",
            "kind",
            "issued",
            "due",
            "discount",
            "until",
            "payref",
            "po",
            "original",
        ),
    ),
    "customer": (2, ("account", "parent", "alias", "country")),
    "closed": (1, ("of",)),
    "past": (4, ("from", "account", "mandate", "of", "item", "charge", "discount", "rest")),
    "refused": (2, ("open",)),
    "own": (1, ()),
    "batch": (3, ("by", "on", "file")),
    "advice": (3, ("by", "of", "ref", "item", "paid")),
    "part": (2, ("fee", "ref", "of", "name", "kind", "id", "file")),
}


def read_scenarios(text: str, file_name: str) -> list[Scenario]:
    """Read all scenarios of one file; a row of `#` after other rows, or at the start, is the next title."""
    scenarios: list[Scenario] = []
    in_title = False
    for number, row in enumerate(text.splitlines(), 1):
        place = f"{file_name}:{number}"
        if row.startswith("#"):
            # The rows of `#` right after a title say more about it.
            if not in_title:
                scenarios.append(Scenario(row.lstrip("# ").strip(), place))
            in_title = True
        elif row.strip():
            in_title = False
            if not scenarios:
                raise UnreadableScenario(f"{place}: the first row is no title")
            _add(scenarios[-1], row, place)
    _check_titles(scenarios)
    return scenarios


def _check_titles(scenarios: list[Scenario]) -> None:
    for scenario in scenarios:
        named = [fact.words[0] for fact in scenario.facts.get("line", [])]
        answered = [expected.line for expected in scenario.expected]
        if sorted(named) != sorted(answered) or not named:
            raise UnreadableScenario(
                f"{scenario.place}: lines {named}, but expectations for {answered}"
            )


def _add(scenario: Scenario, row: str, place: str) -> None:
    verb, _, rest = row.partition(" ")
    if verb == "policy":
        scenario.policy.append(rest.strip())
    elif verb == "expect":
        scenario.expected.append(_expected(rest, place))
    elif verb in _ROWS:
        scenario.facts.setdefault(verb, []).append(_fact(verb, rest, place))
    else:
        raise UnreadableScenario(f"{place}: no row begins with {verb!r}")


def _tokens(text: str) -> list[tuple[str, bool]]:
    """Words and whether each was quoted; {U+200B} stands for the character of that code point."""
    return [
        (
            _CODE_POINT.sub(
                lambda code: chr(int(code[1], 16)), found[1] if found[1] is not None else found[2]
            ),
            found[1] is not None,
        )
        for found in _TOKEN.finditer(text)
    ]


def _fact(verb: str, rest: str, place: str) -> Fact:
    positional, names = _ROWS[verb]
    tokens = _tokens(rest)
    words = tuple(word for word, _ in tokens[:positional])
    if len(words) < positional:
        raise UnreadableScenario(f"{place}: {verb} needs {positional} words, got {words}")
    named: dict[str, list[str]] = {}
    left = iter(tokens[positional:])
    for name, is_quoted in left:
        if name in _FLAGS and verb == "line" and not is_quoted:
            named[name] = ["yes"]
            continue
        value = next(left, None)
        if is_quoted or name not in names or value is None:
            raise UnreadableScenario(f"{place}: {verb} knows no {name!r}, or it has no value")
        named.setdefault(name, []).append(value[0])
    return Fact(words, named)


def _expected(rest: str, place: str) -> Expected:
    parts = re.split(r"\s+(reason|because|first|note)\s+", rest.strip())
    head, tail = parts[0], dict(zip(parts[1::2], parts[2::2], strict=True))
    line, fate, *_ = [*head.split(None, 2), ""]
    allocations = head.split(None, 2)[2] if len(head.split(None, 2)) > 2 else ""
    if (fate == "applied") != bool(allocations):
        raise UnreadableScenario(f"{place}: only `applied` names its allocations, and it must")
    return Expected(
        line,
        fate,
        tuple(_allocation(part, place) for part in _listed(allocations)),
        tail.get("reason"),
        tuple(_listed(tail.get("because", ""))),
        tuple(_listed(tail.get("first", ""))),
        tail["note"].strip('"') if "note" in tail else None,
    )


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _allocation(text: str, place: str) -> tuple[str, str, str]:
    """`INV-1 100.00` is a payment, `discount INV-1 2.00` settles without cash, `on_account 5.00` has no item, nor has `-`."""
    words = text.split()
    if len(words) == 3:
        return words[0], "" if words[1] == "-" else words[1], words[2]
    if len(words) == 2:
        return (
            ("on_account", "", words[1])
            if words[0] == "on_account"
            else ("payment", words[0], words[1])
        )
    raise UnreadableScenario(f"{place}: {text!r} is no allocation")
