"""The standard suites for judges (evidence) and for makers of proposals (passes): frames in, frames out, nothing else.

    class TestMyJudge(EvidenceConformance):
        judge = MyJudge()

In: a judge or a pass, and frames in which it should find something; those of `recon.testing.samples` if left out. Out: a
test a rule, or `check_evidence` and `check_pass`.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import polars as pl

from recon.frames.items import Items
from recon.frames.lines import Lines
from recon.frames.parties import Parties
from recon.plugins import Plugins
from recon.testing import samples
from recon.testing.verdict import Suite, check_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    import dataframely as dy

    from recon.protocols import EvidenceSource, Pass
    from recon.testing.verdict import Rule

# A hundred bits are a certainty of one in 10^30: no text of a bank is worth that much.
MOST_MILLIBITS: Final = 100_000
SHUFFLES: Final = 5


@dataclass(frozen=True, slots=True)
class JudgeCase:
    """One judge or pass, and the frames it looks at."""

    plugins: Plugins
    name: str
    is_pass: bool
    lines: dy.DataFrame[Lines]
    items: dy.DataFrame[Items]
    parties: dy.DataFrame[Parties]
    must_find: bool = True

    def find(self, **other: Any) -> pl.DataFrame:
        """Ask it; what it says of lines or items that it was not given is raised as the plugin's."""
        frames = {"lines": self.lines, "items": self.items, "parties": self.parties, **other}
        call = self.plugins.propose if self.is_pass else self.plugins.find_evidence
        return call(self.name, **frames)


def it_finds_something_and_only_among_what_it_was_given(case: JudgeCase) -> Iterator[str]:
    """Pairs are of the given lines and items; the engine refuses any other."""
    found = case.find()
    if found.is_empty() and case.must_find:
        yield "it finds nothing in the sample: give `lines` and `items` in which it should"
    if not case.is_pass and found.is_duplicated().any():
        yield "it says the same twice: one piece of evidence is one row"


def weights_are_whole_and_within_reason(case: JudgeCase) -> Iterator[str]:
    """Evidence is counted in thousandths of a bit, and nothing is worth no bits or all of them."""
    if case.is_pass:
        return
    found = case.find()
    wild = found.filter(pl.col("millibits").abs() > MOST_MILLIBITS)
    for kind, millibits in wild.select("kind", "millibits").head(3).rows():
        yield f"{kind} is worth {millibits} thousandths of a bit: beyond {MOST_MILLIBITS} it is a mistake"
    if found.filter(millibits=0).height:
        yield "evidence of 0 bits says nothing: leave it out"


def asked_again_it_says_the_same(case: JudgeCase) -> Iterator[str]:
    """Same frames, same evidence: no clock, no chance, no memory."""
    if _told(case.find()) != _told(case.find()):
        yield "asked twice of the same frames, it gives other rows"


def the_order_of_rows_decides_nothing(case: JudgeCase) -> Iterator[str]:
    """The files of a day come in any order."""
    told = _told(case.find())
    for seed in range(SHUFFLES):
        mixed = case.find(
            lines=samples.shuffled(case.lines, seed),
            items=samples.shuffled(case.items, seed),
            parties=samples.shuffled(case.parties, seed),
        )
        if _told(mixed) != told:
            yield "with the rows of its frames in another order, it gives other rows"
            return


def of_nothing_it_says_nothing(case: JudgeCase) -> Iterator[str]:
    """A day without lines, books without items and a house without customers are no errors."""
    empty: dict[str, Any] = {"lines": Lines.create_empty(), "items": Items.create_empty()}
    for name, frame in empty.items():
        if not case.find(**{name: frame}).is_empty():
            yield f"without {name} it says something all the same"
    case.find(parties=Parties.create_empty())


def strange_texts_are_no_error(case: JudgeCase) -> Iterator[str]:
    """Whatever a payer writes is read as text."""
    row = case.lines.row(0, named=True)
    rows = [
        {**row, "line_id": samples.line_id_of(f"strange {at}"), "record": 100 + at}
        | {"remittance": text, "payer_name": text or None, "structured_reference": None}
        for at, text in enumerate((*samples.HOSTILE, "((((", "[a-", "*", "\\"))
    ]
    case.find(lines=samples.frame_of(Lines, rows))
    yield from ()


RULES: Final = (
    it_finds_something_and_only_among_what_it_was_given,
    weights_are_whole_and_within_reason,
    asked_again_it_says_the_same,
    the_order_of_rows_decides_nothing,
    of_nothing_it_says_nothing,
    strange_texts_are_no_error,
)


class EvidenceConformance(Suite):
    """Rules that every judge keeps; subclass it with `judge`.

    Attributes:
        judge: the judge as its hook registers it.
        lines, items, parties: frames in which it should find something.
    """

    rules = RULES
    judge: ClassVar[EvidenceSource]
    lines: ClassVar[dy.DataFrame[Lines] | None] = None
    items: ClassVar[dy.DataFrame[Items] | None] = None
    parties: ClassVar[dy.DataFrame[Parties] | None] = None

    @contextmanager
    def opening(self, rule: Rule) -> Iterator[JudgeCase]:  # noqa: ARG002 - all rules look at one
        """Give the judge and its frames."""
        yield _case(self.judge, self.lines, self.items, self.parties)


class PassConformance(Suite):
    """Rules that every maker of proposals keeps; subclass it with `maker`.

    Attributes:
        maker: the pass as its hook registers it.
        lines, items, parties: frames for which it should propose something.
    """

    rules = RULES
    maker: ClassVar[Pass]
    lines: ClassVar[dy.DataFrame[Lines] | None] = None
    items: ClassVar[dy.DataFrame[Items] | None] = None
    parties: ClassVar[dy.DataFrame[Parties] | None] = None

    @contextmanager
    def opening(self, rule: Rule) -> Iterator[JudgeCase]:  # noqa: ARG002 - all rules look at one
        """Give the pass and its frames."""
        yield _case(self.maker, self.lines, self.items, self.parties, is_pass=True)


def check_evidence(
    judge: EvidenceSource,
    lines: dy.DataFrame[Lines] | None = None,
    items: dy.DataFrame[Items] | None = None,
    parties: dy.DataFrame[Parties] | None = None,
    *,
    must_find: bool = True,
) -> None:
    """Check one judge by every rule.

    Args:
        judge: the judge as its hook registers it.
        lines: a day's lines; those of `recon.testing.samples` if left out, as with the others.
        items: open items.
        parties: customers.
        must_find: whether it has to find something in them.

    Raises:
        NotConforming: with every complaint, each under the rule that is broken.
    """
    _check(_case(judge, lines, items, parties, must_find=must_find))


def check_pass(
    maker: Pass,
    lines: dy.DataFrame[Lines] | None = None,
    items: dy.DataFrame[Items] | None = None,
    parties: dy.DataFrame[Parties] | None = None,
    *,
    must_find: bool = True,
) -> None:
    """Check one maker of proposals by every rule; the frames are as for `check_evidence`.

    Raises:
        NotConforming: with every complaint, each under the rule that is broken.
    """
    _check(_case(maker, lines, items, parties, is_pass=True, must_find=must_find))


def _case(
    target: EvidenceSource | Pass,
    lines: dy.DataFrame[Lines] | None,
    items: dy.DataFrame[Items] | None,
    parties: dy.DataFrame[Parties] | None,
    **how: bool,
) -> JudgeCase:
    return JudgeCase(
        plugins=Plugins.for_tests([target]),
        name=target.name,
        is_pass=how.get("is_pass", False),
        lines=samples.lines() if lines is None else lines,
        items=samples.items() if items is None else items,
        parties=samples.parties() if parties is None else parties,
        must_find=how.get("must_find", True),
    )


def _check(case: JudgeCase) -> None:
    @contextmanager
    def opening(rule: Rule) -> Iterator[JudgeCase]:  # noqa: ARG001 - all rules look at one
        yield case

    check_all(RULES, opening)


def _told(frame: pl.DataFrame) -> list[str]:
    return sorted(frame.select(pl.struct(pl.all()).struct.json_encode()).to_series().to_list())
