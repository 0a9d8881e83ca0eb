"""What no ledger can be asked about is settled by a person who looked: it is there, or it is to be sent again."""

from __future__ import annotations

import pytest

from recon.errors import Refused
from recon.run.daily.confirming import confirm_entry
from recon.run.daily.deciding import act_of
from recon.store.verify import verify
from tests.run.daily.demo_desk import at_work, worked_workspace
from tests.run.daily.fake_ledger import FakeLedger
from tests.run.daily.test_posting import deliver, states_of
from tests.run.daily.test_posting_undo import applied, take_back


@pytest.fixture
def desk(tmp_path):
    with at_work(worked_workspace(tmp_path / "demo")) as found:
        yield found


def confirm(desk, key, *, remote_id=None, comment="looked"):
    return confirm_entry(desk, "fake", key, act_of(desk, comment=comment), remote_id=remote_id)


def test_a_person_who_looked_settles_what_the_ledger_cannot_be_asked_about(desk):
    ledger = FakeLedger("neither", ["half_then_timeout"])
    deliver(desk, ledger)
    waiting = deliver(desk, ledger)
    there = set(ledger.book)
    for key in list(states_of(desk, ledger)):
        assert confirm(desk, key[:12], remote_id="4711" if key in there else None) == key
    last = deliver(desk, ledger)

    assert (waiting.stuck, waiting.is_complete) == (17, False)
    assert last.states == {"posted": 17 - len(there)}
    assert last.is_complete
    assert len(ledger.book) == 17
    with desk.store.reading() as connection:
        assert not verify(connection).findings


def test_what_is_rejected_or_unconfirmed_is_told_of_by_every_post_until_it_is_settled(desk):
    row, key = applied(desk)
    ledger = FakeLedger("both", ["reject"])
    first, again = deliver(desk, ledger), deliver(desk, ledger)
    take_back(desk, row["decision_no"], row["line_id"])
    after = deliver(desk, ledger)
    sent_again = next(other for other in states_of(desk, ledger) if other != key)
    confirm(desk, sent_again)
    last = deliver(desk, ledger)

    assert (first.stuck, again.stuck, after.stuck, last.stuck) == (17, 17, 16, 15)
    assert (again.states, again.is_complete) == ({}, False)
    assert ledger.book == [sent_again]


def test_only_what_waits_for_a_person_is_settled_by_one(desk):
    ledger = FakeLedger("both", ["half"])
    deliver(desk, ledger)
    states = states_of(desk, ledger)
    posted = next(key for key, state in states.items() if state == "posted")
    rejected = next(key for key, state in states.items() if state == "rejected")

    with pytest.raises(Refused, match="is posted, and waits for no person"):
        confirm(desk, posted)
    with pytest.raises(Refused, match=r"rejected entry .* and does not have it"):
        confirm(desk, rejected, remote_id="4711")
    with pytest.raises(Refused, match="more than one entry begins"):
        confirm(desk, "")
    with pytest.raises(Refused, match="no entry begins with 'xyz'"):
        confirm(desk, "xyz")
    with pytest.raises(Refused, match="needs a comment"):
        confirm(desk, rejected, comment=" ")
    assert states_of(desk, ledger) == states
