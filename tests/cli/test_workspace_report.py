"""Reports over the command line: the same bytes as known then, every name in every form, and the digest beside the file."""

from __future__ import annotations

import hashlib

import pytest

from recon.cli.report import FORMS, REPORTS
from tests.cli.working import AMBIGUOUS, SHORT, WEAK, office

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly

__all__ = ["office"]


def render(office, name, how, *more):
    """Write a report into a file; gives its bytes, which the digest beside it names."""
    out = office.folder / f"{name}.{how}"
    office.does(f"report {name} --format {how} --out {out} {' '.join(more)}")
    data = out.read_bytes()
    digest = hashlib.sha256(data).hexdigest()

    assert out.with_name(f"{out.name}.sha256").read_text() == f"{digest}  {out.name}\n"
    return data


@pytest.mark.parametrize(
    "name",
    [
        name if name in ("unmatched", "changes") else pytest.param(name, marks=pytest.mark.nightly)
        for name in REPORTS
    ],
)
def test_a_report_as_known_then_has_the_same_bytes_in_every_form_for_ever(office, name):
    event, _, _ = office.events().partition(":")
    then = {how: render(office, name, how, "--known", event) for how in FORMS}
    newest = render(office, name, "json")
    office.does(f"accept {WEAK}")
    office.does(f"reject {AMBIGUOUS}")
    number = office.number(f"accept {SHORT}")
    office.does(f"undo {number} --comment mistake")
    office.does("period close 2026-10-15 --reason October")
    office.does("post journal-csv")

    for how in FORMS:
        assert render(office, name, how, "--known", event) == then[how]
    assert newest == then["json"]


def test_a_report_as_known_at_an_instant_leaves_out_what_came_later(office):
    office.clock.at = office.clock.at.replace(day=21)
    before = render(office, "decisions", "csv", "--known-at", "2026-10-20")
    number = office.number(f"accept {WEAK}")

    assert render(office, "decisions", "csv", "--known-at", "2026-10-20") == before
    assert f"\n{number}," in render(office, "decisions", "csv").decode()
    assert office.call("report decisions --known-at 2020-01-01")[0] == 2
    assert office.call("report decisions --known 999")[0] == 2
    assert office.call("report decisions --known 0")[0] == 2


def test_a_form_for_a_program_needs_a_file_to_be_written_to(office):
    assert office.call("report unmatched --format xlsx")[0] == 2
    assert office.call("report unmatched --book-balance nonsense")[0] == 2
