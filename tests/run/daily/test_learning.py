"""What a person decided yesterday is evidence today: the account that paid then is known for that customer."""

from __future__ import annotations

import datetime as dt

import pytest

from recon.cli.progress import Silent
from recon.plugins import Plugins
from recon.review.decide import split
from recon.review.parts import Part
from recon.run.daily.deciding import act_of, decide, stands
from recon.run.daily.desk import open_desk
from recon.run.daily.flow import run
from recon.store.reading import fetch
from recon.store.tables import LINE_STATES

ITEMS = "item_id,number,customer_id,customer_name,currency,amount,open_amount,issue_date\n"
FIRST = "1,INV-1001,C1,ADP Engineering GmbH,EUR,100.00,100.00,2026-01-02\n"
SECOND = "2,INV-1002,C1,ADP Engineering GmbH,EUR,812.40,812.40,2026-01-20\n"


def statement(number, day, before, amount, after):
    return f"""\
:20:A
:25:DE89370400440532013000
:28C:{number}/1
:60F:C{day}EUR{before}
:61:{day}{day[2:]}C{amount}NTRFNONREF//{number}
:86:166?00GUTSCHRIFT?20THANK YOU?30INGDDEFFXXX?31DE75512108001245126199?32ROTWILD BIKES
:62F:C{day}EUR{after}
"""


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "open_items.csv").write_text(ITEMS + FIRST, "utf-8")
    (tmp_path / "recon.toml").write_text("", "utf-8")
    return tmp_path


def day(workspace, text, on, act=None):
    """Do a day's run, and let a person act on its line; gives its fate by the run."""
    (workspace / "inbox" / f"{on}.sta").write_text(text, "utf-8")
    with open_desk(workspace, "anna") as desk:
        run(desk, Plugins.discover(), Silent(), on)
        with desk.store.reading() as connection:
            states = fetch(connection, LINE_STATES).sort("booking_date")
        if act is not None:
            act(desk, states["line_id"][-1])
        return states["fate"][-1]


def pay_the_first(desk, line_id):
    before = stands(desk, [line_id], ["1"])
    parts = [Part(kind="payment", amount=10_000, item_id="1")]
    decide(desk, before, [split(before, line_id, parts, act_of(desk))])


@pytest.mark.parametrize(
    ("act", "fate"), [(pay_the_first, "applied"), (None, "suggested")], ids=["taught", "untaught"]
)
def test_an_account_that_a_person_gave_to_a_customer_is_evidence_the_next_day(workspace, act, fate):
    one = statement(1, "260210", "0,", "100,", "100,")
    other = statement(2, "260211", "100,", "812,40", "912,40")
    first = day(workspace, one, dt.date(2026, 2, 10), act)
    (workspace / "open_items.csv").write_text(ITEMS + FIRST + SECOND, "utf-8")
    second = day(workspace, other, dt.date(2026, 2, 11))

    assert first != "applied"
    assert second == fate
