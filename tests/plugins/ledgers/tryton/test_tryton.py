"""Tryton by its contract: the steps, what is refused, what is asked, and a kill between any two calls."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from recon.api import ConfigurationError, LedgerType, ReconError, opposite_key
from recon_tryton.statements import LEASE
from tests.plugins.ledgers.killing import Killed, deliver, post_killed
from tests.plugins.ledgers.oracles import entries_of
from tests.plugins.ledgers.tryton.cases import (
    KIND,
    LEFT,
    connect,
    every_kind,
    opposite,
    paid,
    told,
)
from tests.plugins.ledgers.tryton.fake import MOVE, ORIGIN, STATEMENT, FakeTryton, serving

HIDDEN = "only-for-tests"


@pytest.fixture(autouse=True)
def _password(monkeypatch):
    monkeypatch.setenv("TRYTON_PASSWORD", HIDDEN)


@pytest.fixture
def books():
    return FakeTryton()


@pytest.fixture
def url(books):
    with serving(books) as found:
        yield found


@pytest.fixture
def ledger(url):
    return connect(url)


def left(books):
    rows = books.tables["account.invoice"].values()
    return {row["number"]: row["amount_to_pay"] for row in rows}


def posted(books):
    statements = books.tables[STATEMENT]
    rows = books.tables[ORIGIN].values()
    done = [row for row in rows if statements[row["statement"]]["state"] == "posted"]
    return sorted(row["number"] for row in done)


def test_it_keeps_the_protocol_and_says_that_tryton_keeps_no_key_out():
    assert isinstance(KIND, LedgerType)
    assert not KIND.capabilities.is_file
    assert not KIND.capabilities.leaves_out_known


def left_by_a_kill(url, entries):
    """Leave a validated statement behind."""
    dying, write = connect(url), None

    def dies(method, *params, **how):
        if method.endswith("post"):
            raise Killed
        return write(method, *params, **how)

    write, dying._rpc.write = dying._rpc.write, dies
    with pytest.raises(Killed):
        dying.post(entries)


def test_a_statement_is_its_makers_alone_for_ten_minutes(url, books):
    """Its last call may still be under way on the server."""
    entries = entries_of(paid("K1", 1))
    left_by_a_kill(url, entries)
    (mine,) = books.tables[STATEMENT]
    other = connect(url)
    other._statements.lease = LEASE
    books.clock += dt.timedelta(minutes=9, seconds=59)
    outcomes = other.post(entries)

    assert told(outcomes) == {"K1": "unknown"}
    assert "less than ten minutes ago" in outcomes["reason"][0]
    assert {row["id"]: row["state"] for row in books.tables[STATEMENT].values()} == {
        mine: "validated"
    }
    books.clock += dt.timedelta(seconds=1)
    assert told(other.post(entries)) == {"K1": "accepted"}
    assert posted(books) == ["K1"]
    assert mine not in books.tables[STATEMENT]


@pytest.mark.parametrize("step", ["validate_statement", "post"])
def test_a_maker_begins_nothing_with_a_statement_that_others_may_soon_remove(
    ledger, books, monkeypatch, step
):
    clock, calls = [0.0], books.call

    def slow(method, params):
        before = "line.create" if step == "validate_statement" else "validate_statement"
        clock[0] += 241 if method.endswith(before) else 0
        return calls(method, params)

    monkeypatch.setattr(books, "call", slow)
    monkeypatch.setattr("recon_tryton.statements.time.monotonic", lambda: clock[0])
    outcomes = ledger.post(entries_of(paid("K1", 1)))

    assert told(outcomes) == {"K1": "unknown"}
    assert not [call for call in books.calls if call.endswith(f".{step}")]
    assert books.tables[STATEMENT] == {}


def test_entries_of_every_kind_settle_their_invoices(ledger, books):
    outcomes = ledger.post(every_kind())

    assert set(told(outcomes).values()) == {"accepted"}
    assert {number: left(books)[number] for number in LEFT} == {
        number: Decimal(text) for number, text in LEFT.items()
    }
    assert set(told(ledger.verify(outcomes)).values()) == {"accepted"}


def test_entries_of_a_batch_share_a_statement(ledger, books):
    ledger.post(every_kind())

    assert len(books.tables[STATEMENT]) == 1


def test_what_tryton_has_is_not_sent_again(ledger, books):
    ledger.post(every_kind())
    before = len(books.tables[STATEMENT]), left(books)
    again = ledger.post(every_kind())

    assert set(told(again).values()) == {"duplicate"}
    assert (len(books.tables[STATEMENT]), left(books)) == before


def test_what_tryton_refuses_is_refused_alone_and_leaves_no_statement(ledger, books):
    too_much = paid("TOO-MUCH", 5, cash=900_00)
    outcomes = ledger.post(entries_of(paid("GOOD", 6), too_much, paid("GOOD2", 7)))

    assert told(outcomes) == {"GOOD": "accepted", "GOOD2": "accepted", "TOO-MUCH": "rejected"}
    assert posted(books) == ["GOOD", "GOOD2"]
    assert {row["state"] for row in books.tables[STATEMENT].values()} == {"posted"}


def test_what_tryton_asks_about_waits_for_a_person(ledger, books):
    books.warns = True
    outcomes = ledger.post(entries_of(paid("K1", 1)))

    assert told(outcomes) == {"K1": "needs_confirmation"}
    assert "other draft statements" in outcomes["reason"][0]
    assert books.tables[STATEMENT] == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"item_number": "9999"}, "no posted invoices with the number 9999"),
        ({"role": "write_off", "account": "Expenses:WriteOffs"}, "Expenses:WriteOffs"),
        ({"role": "on_account", "account": "X", "customer_id": "C99"}, "C99"),
        ({"currency": "USD"}, "EUR"),
    ],
)
def test_what_has_no_counterpart_is_rejected_before_anything_is_sent(ledger, books, change, reason):
    rows = paid("K1", 1)
    rows[1] |= change
    if "currency" in change:
        rows[0] |= change
    outcomes = ledger.post(entries_of(rows))

    assert told(outcomes) == {"K1": "rejected"}
    assert reason in outcomes["reason"][0]
    assert not [call for call in books.calls if call.endswith("create")]


def test_a_reversal_opens_the_invoice_again_once(ledger, books):
    receipts = ledger.post(entries_of(paid("K1", 1)))

    assert told(ledger.reverse(receipts)) == {"K1": "accepted"}
    assert left(books)["1"] == Decimal(101)
    assert told(ledger.reverse(receipts)) == {"K1": "duplicate"}
    assert left(books)["1"] == Decimal(101)
    assert told(ledger.verify(receipts)) == {"K1": "accepted"}


def test_an_entry_that_takes_one_back_cancels_it_and_is_found_by_its_key(ledger, books):
    entry = paid("K1", 4, on_account=20_00)
    ledger.post(entries_of(entry))
    back = entries_of(opposite(entry))

    assert told(ledger.post(back)) == {opposite_key("K1"): "accepted"}
    assert left(books)["4"] == Decimal(104)
    assert told(ledger.post(back)) == {opposite_key("K1"): "duplicate"}
    assert list(ledger.find([opposite_key("K1")])) == [opposite_key("K1")]


def test_what_a_person_cancelled_in_tryton_is_in_doubt(ledger, books):
    receipts = ledger.post(entries_of(paid("K1", 1)))
    move = max(books.tables[MOVE])
    books.tables[MOVE][0] = {"id": 0, "origin": f"{MOVE},{move}", "description": "oops"}

    assert told(ledger.verify(receipts)) == {"K1": "needs_confirmation"}


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_a_kill_after_any_call_loses_nothing_and_posts_nothing_twice(step):
    """Dying before a call is dying after the one before it."""
    for number in range(1, 60, step):
        books = FakeTryton()
        with serving(books) as url:
            ledger = connect(url)
            was_killed = post_killed(ledger, ledger._rpc._remote, every_kind(), number)
            assert deliver(connect(url), every_kind()) == set(every_kind()["entry_key"])
        assert posted(books) == sorted(set(every_kind()["entry_key"]))
        assert left(books)["2"] == Decimal(30)
        if not was_killed:
            break
    assert 12 < number < 59


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_a_kill_while_one_is_taken_back_cancels_it_once(step):
    entry = paid("K1", 1)
    for number in range(1, 60, step):
        books = FakeTryton()
        with serving(books) as url:
            connect(url).post(entries_of(entry))
            ledger, back = connect(url), entries_of(opposite(entry))
            was_killed = post_killed(ledger, ledger._rpc._remote, back, number)
            assert deliver(connect(url), back) == {opposite_key("K1")}
        assert left(books)["1"] == Decimal(101)
        if not was_killed:
            break
    assert 5 < number < 59


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_another_program_that_posts_the_same_at_any_moment_posts_nothing_twice(step):
    """The other one does all of its work between two calls of ours; a part payment, which Tryton would take twice."""
    entries = entries_of(paid("K1", 1, cash=10_00))
    for number in range(1, 60, step):
        books = FakeTryton()
        with serving(books) as url:
            ledger, calls = connect(url), [number]
            exchange = ledger._rpc._remote._exchange

            def meanwhile(*request, exchange=exchange, calls=calls, url=url):
                answer = exchange(*request)
                calls[0] -= 1
                if not calls[0]:
                    connect(url).post(entries)
                return answer

            ledger._rpc._remote._exchange = meanwhile
            ledger.post(entries)
            assert len(posted(books)) <= 1
            assert deliver(connect(url), entries) == {"K1"}
        assert posted(books) == ["K1"]
        assert left(books)["1"] == Decimal(91)
        if calls[0] > 0:
            break
    assert 8 < number < 59


def test_a_wrong_password_is_told_without_it(url, monkeypatch):
    monkeypatch.setenv("TRYTON_PASSWORD", "hush-hush")
    with pytest.raises(ConfigurationError, match="admin") as caught:
        connect(url).find(["K1"])

    assert "hush-hush" not in caught.value.render()


def test_a_server_that_is_away_is_an_error_and_not_a_rejection(monkeypatch):
    import stamina

    stamina.set_testing(True)
    try:
        with pytest.raises(ReconError, match="cannot be reached"):
            connect("http://127.0.0.1:9").post(entries_of(paid("K1", 1)))
    finally:
        stamina.set_testing(False)


@pytest.mark.parametrize(
    "options",
    [
        {"colour": "red"},
        {"url": ""},
        {"journal": None},
        {"entries_per_statement": 0},
        {"password_env": "RECON_NO_SUCH_VARIABLE"},
        {"url": "http://erp.example"},
        {"url": "https://anna:hush@erp.example"},
    ],
)
def test_wrong_options_are_an_error_of_configuration(options):
    with pytest.raises(ConfigurationError):
        connect("http://127.0.0.1:9", **options)
