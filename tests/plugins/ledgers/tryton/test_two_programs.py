"""Two programs post the same entries to one Tryton: every order of their calls, also when one of them dies.

Each call is a transaction of its own here, as on PostgreSQL, where of two that change one record only one goes through. Time stands
still while they run, so each statement is its maker's alone: nobody else may touch it.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from recon_tryton.statements import LEASE, Statements
from tests.plugins.ledgers.interleaving import every_order
from tests.plugins.ledgers.killing import deliver
from tests.plugins.ledgers.oracles import entries_of
from tests.plugins.ledgers.tryton.cases import connect, paid, told
from tests.plugins.ledgers.tryton.fake import LINE, MOVE, ORIGIN, STATEMENT, FakeTryton, said

PASSWORD = "only-for-tests"
# What nobody changes is read whenever it is; entries that take others back are not in play.
MATTERS = (STATEMENT, ORIGIN, LINE)
# A part payment, which Tryton would take twice.
ALIKE = {name: entries_of(paid("K1", 1, cash=10_00)) for name in "AB"}
NEXT = entries_of(paid("K9", 9))
OVERLAPPING = {
    "A": entries_of(paid("K1", 1, cash=10_00), paid("K2", 2, cash=10_00)),
    "B": entries_of(paid("K2", 2, cash=10_00), paid("K3", 3, cash=10_00)),
}


@pytest.fixture(autouse=True)
def _password(monkeypatch):
    monkeypatch.setenv("TRYTON_PASSWORD", PASSWORD)


class Scene:
    """A Tryton, and programs that call it without a network."""

    def __init__(self, entries):
        self.entries, self.books, self.makers, self.outcomes = entries, FakeTryton(), {}, {}

    def state(self):
        return repr(self.books.tables)

    def works(self):
        return dict.fromkeys(self.entries, self.posts)

    def posts(self, program):
        ledger = self.connected(program)
        self.outcomes[program.name] = told(ledger.post(self.entries[program.name]))

    def connected(self, program=None):
        """A ledger whose calls wait for their turn; without a program they do not."""
        ledger = connect("http://127.0.0.1:9")
        ledger._statements.lease = LEASE

        def exchange(_method, _path, request):
            asked = request["json"]
            name, _, verb = asked["method"].removeprefix("model.").rpartition(".")
            of_takers = "description" in str(asked["params"][0])
            if program is None or name not in MATTERS or (verb == "search_read" and of_takers):
                return self.answered(asked)
            return program.step(lambda: self.called(program, name, verb, asked))

        ledger._rpc._remote._exchange = exchange
        return ledger

    def answered(self, asked):
        return 200, {}, json.dumps(said(self.books, asked)).encode()

    def called(self, program, name, verb, asked):
        """Carry a call out; a statement is touched by its maker only, and no key is ever posted twice."""
        answer = self.answered(asked)
        if name == STATEMENT and verb == "create":
            for ident in json.loads(answer[2])["result"]:
                self.makers[ident] = program.name
        elif name == STATEMENT and verb != "search_read":
            (ident,) = asked["params"][0]
            assert self.makers[ident] == program.name, f"{verb} of another's statement"
        posted = self.posted()
        assert len(posted) == len(set(posted)), posted
        return answer

    def posted(self):
        books = self.books.tables
        done = [
            row
            for row in books[ORIGIN].values()
            if books[STATEMENT][row["statement"]]["state"] == "posted"
        ]
        return [row["number"] for row in done]

    def judge(self):
        """Nothing is refused, and after the lease one more delivery has all of it posted once, with moves of what is there."""
        answers = [answer for told_ in self.outcomes.values() for answer in told_.values()]
        assert set(answers) <= {"accepted", "duplicate", "unknown"}, self.outcomes
        posted = set(self.posted())
        for told_ in self.outcomes.values():
            assert {key for key, answer in told_.items() if answer != "unknown"} <= posted
        self.books.clock += dt.timedelta(minutes=10)
        for entries in self.entries.values():
            assert deliver(self.connected(), entries) == set(entries["entry_key"])
        # Whatever is posted next sweeps up what was left of entries that are posted.
        assert told(self.connected().post(NEXT)) == {"K9": "accepted"}
        keys = sorted({key for entries in self.entries.values() for key in entries["entry_key"]})
        assert sorted(self.posted()) == [*keys, "K9"]
        books = self.books.tables
        assert {row["state"] for row in books[STATEMENT].values()} == {"posted"}
        assert {row["id"] for row in books[MOVE].values()} == {
            r["move"] for r in books[LINE].values()
        }
        for number in range(1, len(keys) + 1):
            assert books["account.invoice"][number]["amount_to_pay"] == Decimal(90 + number)


def explored(entries, *, dies=("", 0)):
    """Try every order; gives how many ends there were, and how many calls the longest program made."""
    scenes = []

    def begin():
        scenes.append(Scene(entries))
        return scenes[-1].state, scenes[-1].works()

    return every_order(begin, lambda _order: scenes[-1].judge(), dies=dies)


@pytest.mark.parametrize(
    "entries",
    [ALIKE, pytest.param(OVERLAPPING, marks=pytest.mark.slow)],
    ids=["alike", "overlapping"],
)
def test_in_every_order_of_two_programs_calls_each_entry_is_posted_once(entries):
    ends, states = explored(entries)

    assert ends > 20
    assert states > 100


@pytest.mark.parametrize(
    "call", [4, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3, *range(5, 10)))]
)
def test_in_every_order_with_one_that_dies_each_entry_is_posted_once(call):
    ends, _ = explored(ALIKE, dies=("A", call))

    assert ends


def test_two_programs_that_do_not_look_are_caught_by_this_test(monkeypatch):
    seen = Statements._seen
    monkeypatch.setattr(Statements, "_seen", lambda *asked: (seen(*asked)[0], [], seen(*asked)[2]))
    with pytest.raises(AssertionError, match=r"\['K1', 'K1'\]"):
        explored(ALIKE)


def test_a_program_that_takes_anothers_statement_away_is_caught_by_this_test(monkeypatch):
    monkeypatch.setattr("tests.plugins.ledgers.tryton.test_two_programs.LEASE", dt.timedelta(0))
    with pytest.raises(AssertionError, match="of another's statement"):
        explored(ALIKE)
