"""What is judged on a record that moved since is refused when it is recorded; what people decide teaches the next run."""

from __future__ import annotations

import polars as pl
import pytest

from recon.errors import Refused
from recon.plugins import Plugins
from recon.review.decide import accept, split
from recon.review.parts import Part
from recon.run.daily.books import load_books
from recon.run.daily.deciding import act_of, decide, find_line, stands
from recon.run.daily.governing import change_period
from recon.run.daily.matching import match_open, take_snapshot
from recon.run.daily.recording import Written, record_run
from recon.store.answered import waiting_decisions
from recon.store.reading import fetch
from recon.store.tables import FACT
from recon.store.verify import verify
from tests.run.daily.demo_desk import DAY, at_work, worked_workspace
from tests.run.quiet import Quiet

CONTROLS = "[controls]\ndaily_write_off_limit = 12\ncustomer_write_off_percent = 10\n"


@pytest.fixture
def desk(tmp_path):
    with at_work(worked_workspace(tmp_path / "demo", CONTROLS)) as found:
        yield found


def judged(desk, beginning, judge, *items):
    """Judge a line now; gives what `decide` records later."""
    line_id = find_line(desk, beginning)
    before = stands(desk, [line_id], items)
    return before, [judge(before, line_id, act_of(desk, comment="rounding"))]


def decisions(desk):
    with desk.store.reading() as connection:
        assert not verify(connection).findings
        return fetch(connection, FACT["decisions"]).height


def best(before, line_id, act):
    return accept(before, line_id, 1, act)


def test_of_two_who_judged_one_line_the_second_is_refused(desk):
    one, other = judged(desk, "Lfbq", best), judged(desk, "Lfbq", best)
    decide(desk, *one)
    count = decisions(desk)

    with pytest.raises(Refused, match="was decided meanwhile by decision 30"):
        decide(desk, *other)
    assert decisions(desk) == count


def pays(amount, forgiven, item, rest):
    """Split a line: pay an item, forgive a part of it, and put the rest on account."""
    parts = [Part(kind="payment", amount=amount, item_id=item)]
    parts += [Part(kind="write_off", amount=forgiven, item_id=item)] if forgiven else []
    parts += [Part(kind="on_account", customer_id=rest)]
    return lambda before, line_id, act: split(before, line_id, parts, act)


def test_of_two_who_gave_one_item_to_two_lines_the_second_is_refused(desk):
    one = judged(desk, "Laj2", pays(250_00, 0, "1010", "C102"), "1010")
    other = judged(desk, "Lqvs", best)
    decide(desk, *one)

    with pytest.raises(Refused, match="settled meanwhile"):
        decide(desk, *other)


def test_a_period_that_was_closed_meanwhile_takes_no_decision(desk):
    waiting = judged(desk, "Lfbq", best)
    change_period(desk, desk.clock.now().date(), "October", is_closed=True)
    count = decisions(desk)

    with pytest.raises(Refused, match="closed"):
        decide(desk, *waiting)
    assert decisions(desk) == count


def test_two_sittings_of_one_person_do_not_pass_the_limit_of_a_day_together(desk):
    one = judged(desk, "Laj2", pays(242_00, 8_00, "1010", "C102"), "1010")
    other = judged(desk, "Lxl2", pays(60_00, 8_00, "1011", "C100"), "1011")
    decide(desk, *one)

    with pytest.raises(Refused, match="anna wrote something else off meanwhile"):
        decide(desk, *other)


BANDED = """
[users.anna]
roles = ["preparer"]
[users.berta]
roles = ["approver"]
[controls]
bands = [{ from_amount = 0, approvals = 1 }]
"""


def test_a_run_leaves_a_line_alone_that_waits_for_an_approval_since_it_matched(tmp_path):
    folder = worked_workspace(tmp_path / "demo", BANDED)
    books = (folder / "open_items.csv").read_text("utf-8")
    (folder / "open_items.csv").write_text(books.replace("93.10,93.10", "193.10,193.10"), "utf-8")
    with at_work(folder) as desk:
        load_books(desk, Plugins.discover(), Quiet())
        matched = match_open(desk, Plugins.discover(), DAY)
        # The person knows the older suggestion, and nothing of the run that is under way.
        ((line_id, number, needed),) = decide(desk, *judged(desk, "Lfbq", best))
        recorded = record_run(desk, matched, Written({}))
        with desk.store.reading() as connection:
            log = fetch(connection, FACT["decisions"]).filter(line_id=line_id)
            waiting = waiting_decisions(connection)["decision_no"].to_list()

    assert (needed, recorded.left_as_moved) == (1, 1)
    assert log["decision_no"].max() == number
    assert waiting == [number]


def test_what_a_person_accepted_teaches_the_next_run_about_the_payer(desk):
    decide(desk, *judged(desk, "Lfbq", best))
    with desk.store.reading() as connection:
        history = take_snapshot(connection, 730).fetched.history
    mine = pl.col("line_id").str.starts_with("Lfbq")

    assert history.lines.filter(mine)["payer_name"].to_list() == ["J SMITH"]
    assert history.confirmed.filter(mine)["item_number"].to_list() == ["UK-5513"]
