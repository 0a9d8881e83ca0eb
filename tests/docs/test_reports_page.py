"""The page of reports names every report, table, column, state and step."""

from __future__ import annotations

import re

import pytest

from recon.cli.report import FORMS as FORMS_OF_THE_COMMAND
from recon.cli.report import REPORTS as NAMES_OF_THE_COMMAND
from recon.report.standing import placed, postings, reconciliation, register, roll_forward
from recon.report.standing.catalogue import REPORTS, build_report
from recon.report.standing.document import Asked
from recon.report.standing.render import FORMS
from tests.docs.calling import ROOT
from tests.report_standing.record_builder import day
from tests.report_standing.sample import sample

PAGE = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")


def words_of(name: str) -> set[str]:
    """Give the code words that stand in the section of a report, or in what is said of all."""
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    own = [text for text in sections if text.startswith(f"{name}\n")]
    assert len(own) == 1, name
    shared = [text for text in sections if text.split("\n")[0] in {*REPORTS, "The head"}]
    return set(re.findall(r"`([a-z0-9_]+)`", own[0] + "".join(shared)))


def test_the_page_and_the_command_name_every_report_and_form():
    first = PAGE.split("\n## ")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", first, re.MULTILINE) == list(REPORTS)
    assert tuple(REPORTS) == NAMES_OF_THE_COMMAND
    assert FORMS == FORMS_OF_THE_COMMAND
    assert set(FORMS) <= set(re.findall(r"`([a-z]+)`", PAGE))


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_names_every_table_and_column_of_a_report(name):
    earlier = sample().standing(day(8, 31)) if REPORTS[name].takes_earlier else None
    document = build_report(name, sample().standing(day(10, 20)), Asked(earlier=earlier))
    own = re.split(rf"^## {name}$", PAGE, flags=re.MULTILINE)[1].split("\n## ")[0]

    for table in document.body.tables[1:]:
        assert f"`{table.name}`" in own, table.name
    columns = {c.name.removesuffix("_ppm") for t in document.body.tables for c in t.columns}
    assert columns - words_of(name) == set()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("unmatched", (*placed.STATES, *roll_forward.STEPS)),
        ("register", register.KINDS),
        ("reconciliation", reconciliation.STEPS),
        ("postings", (postings.NOT_QUEUED,)),
    ],
)
def test_the_page_explains_every_state_and_step(name, words):
    own = re.split(rf"^## {name}$", PAGE, flags=re.MULTILINE)[1].split("\n## ")[0]

    assert [word for word in words if f"`{word}`" not in own] == []
