"""What the suites share: a rule gives complaints about one case; a suite is a class with a test for each rule.

In: rules and cases. Out: `NotConforming` with every complaint, each under the words of the rule that was broken.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Final

from recon.errors import ReconError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    # A rule looks at one case of its kind and yields a complaint for each way in which it is broken.
    Rule = Callable[[Any], Iterator[str]]
    Opening = Callable[[Rule], AbstractContextManager[Any]]


SHOWN: Final = 5


class NotConforming(AssertionError):
    """A plugin does not keep its contract; the message lists every complaint."""


def words_of(rule: Rule) -> str:
    """Give the rule as a sentence: its name says what must hold."""
    return rule.__name__.replace("_", " ")


def complaints_of(rule: Rule, opening: Opening) -> list[str]:
    """Try one rule on a case of its own; what the plugin raises is a complaint too."""
    found: list[str] = []
    try:
        with opening(rule) as case:
            # One by one, so that what was found before a failure is told as well.
            for complaint in rule(case):
                found.append(complaint)  # noqa: PERF402
    except ReconError as error:
        found.append(error.message)
    more = [f"and {len(found) - SHOWN} more of this kind"] if len(found) > SHOWN else []
    return [f"{words_of(rule)}: {complaint}" for complaint in (*found[:SHOWN], *more)]


def check_all(rules: Iterable[Rule], opening: Opening) -> None:
    """Try every rule.

    Raises:
        NotConforming: with every complaint.
    """
    complaints = [complaint for rule in rules for complaint in complaints_of(rule, opening)]
    if complaints:
        raise NotConforming("\n".join(complaints))


class Suite(ABC):
    """A class of tests, one a rule, which any runner of `test_` methods finds; pytest does."""

    rules: ClassVar[tuple[Rule, ...]] = ()

    def __init_subclass__(cls, **further: Any) -> None:
        """Give the class a test for each rule, unless it has one of its own."""
        super().__init_subclass__(**further)
        for rule in cls.rules:
            name = f"test_{rule.__name__}"
            if not hasattr(cls, name):
                setattr(cls, name, _test_of(rule))

    @abstractmethod
    def opening(self, rule: Rule) -> AbstractContextManager[Any]:
        """Make the case on which a rule is tried."""


def _test_of(rule: Rule) -> Callable[[Suite], None]:
    def test(self: Suite) -> None:
        complaints = complaints_of(rule, self.opening)
        if complaints:
            raise NotConforming("\n".join(complaints))

    test.__name__ = f"test_{rule.__name__}"
    test.__doc__ = rule.__doc__
    return test
