"""A real Tryton 8.0 on loopback: invoices are paid, once, whatever is killed, and its balance is ours to the cent."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest

from recon.api import opposite_key
from recon.testing import check_source
from recon_tryton.statements import LEASE
from tests.plugins.ledgers.day import comes_round
from tests.plugins.ledgers.killing import deliver, post_killed
from tests.plugins.ledgers.oracles import entries_of
from tests.plugins.ledgers.tryton.cases import (
    DISCOUNT,
    LEFT,
    connect,
    every_kind,
    opposite,
    paid,
    told,
)
from tests.plugins.ledgers.tryton.environment import PASSWORD, server
from tests.plugins.ledgers.tryton.reading import SOURCE, policy, source_options

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with server(tmp_path_factory.mktemp("tryton")) as found:
        yield found


@pytest.fixture(autouse=True)
def _password(monkeypatch):
    monkeypatch.setenv("TRYTON_PASSWORD", PASSWORD)


@pytest.fixture
def ledger(url):
    return connect(url)


def left(ledger, numbers):
    fields = ("number", "amount_to_pay")
    rows = ledger._rpc.find_by("account.invoice", "number", sorted(numbers), fields)
    return {row["number"]: Decimal(row["amount_to_pay"]["decimal"]) for row in rows}


def balance(ledger, code):
    """The balance of an account, as Tryton's posted moves say."""
    domain = [["account.code", "=", code], ["move.state", "=", "posted"]]
    rows = ledger._rpc.search_read("account.move.line", domain, ("debit", "credit"))
    return sum(Decimal(row["debit"]["decimal"]) - Decimal(row["credit"]["decimal"]) for row in rows)


def origins(ledger, key):
    domain = [["number", "=", key], ["statement.state", "=", "posted"]]
    return len(ledger._rpc.search_read("account.statement.origin", domain, ("number",)))


def test_entries_of_every_kind_settle_their_invoices_once_to_the_cent(ledger):
    before = balance(ledger, "CASH")
    outcomes = ledger.post(every_kind())

    assert set(told(outcomes).values()) == {"accepted"}
    assert set(told(ledger.post(every_kind())).values()) == {"duplicate"}
    assert left(ledger, LEFT) == {number: Decimal(text) for number, text in LEFT.items()}
    assert balance(ledger, "CASH") - before == Decimal("397.00")
    assert balance(ledger, "EXPENSE") == Decimal("3.00")
    assert set(told(ledger.verify(outcomes)).values()) == {"accepted"}


def test_what_tryton_refuses_is_refused_alone(ledger):
    again = paid("AGAIN", 1)
    too_much = paid("TOO-MUCH", 5, cash=900_00)
    outcomes = ledger.post(entries_of(paid("GOOD", 6), too_much, paid("GOOD2", 7), again))

    assert told(outcomes) == {
        "AGAIN": "rejected", "GOOD": "accepted", "GOOD2": "accepted", "TOO-MUCH": "rejected",
    }  # fmt: skip
    assert left(ledger, ["5", "6", "7"]) == {"5": Decimal(105), "6": 0, "7": 0}


def test_an_entry_that_takes_one_back_opens_its_invoice_again(ledger):
    before = balance(ledger, "CASH")
    entry = paid("BACK", 8, on_account=20_00)
    ledger.post(entries_of(entry))
    back = entries_of(opposite(entry))

    assert left(ledger, ["8"]) == {"8": 0}
    assert told(ledger.post(back)) == {opposite_key("BACK"): "accepted"}
    assert told(ledger.post(back)) == {opposite_key("BACK"): "duplicate"}
    assert left(ledger, ["8"]) == {"8": Decimal(108)}
    assert balance(ledger, "CASH") == before
    assert told(ledger.post(entries_of(paid("BACK2", 8)))) == {"BACK2": "accepted"}


def test_what_tryton_asks_about_waits_for_a_person(ledger):
    """A colleague has a draft statement with the same invoice; Tryton would take it out of there."""
    rpc = ledger._rpc
    known = rpc.search_read("account.invoice", [["number", "=", "9"]], ("party", "account"))[0]
    entry = paid("ASKED", 9)
    journal = {"Bank": rpc.search_read("account.statement.journal", [], ("name",))[0]}
    from recon.api.file_ledger import whole_entries
    from recon_tryton.books import Known

    whole = list(whole_entries(entries_of(entry)).values())
    head = ledger._statements.head(whole, Known(journals=journal), "Bank")
    head |= {"name": "of a colleague", "origins": [], "number_of_lines": None}
    (draft,) = rpc.write("model.account.statement.create", [head])
    line = {"statement": draft, "date": head["date"], "amount": head["total_amount"]}
    line |= {"party": known["party"], "account": known["account"]}
    line |= {"related_to": f"account.invoice,{known['id']}"}
    rpc.write("model.account.statement.line.create", [line])
    outcomes = ledger.post(entries_of(entry))

    assert told(outcomes) == {"ASKED": "needs_confirmation"}
    assert left(ledger, ["9"]) == {"9": Decimal(109)}
    ledger._statements.remove([draft])
    assert told(ledger.post(entries_of(entry))) == {"ASKED": "accepted"}


def test_a_kill_after_any_call_loses_nothing_and_posts_nothing_twice(url, ledger):
    for number in range(1, 40):
        key, invoice = f"KILL{number}", 20 + number
        entry = entries_of(paid(key, invoice, discount=1_00))
        dying = connect(url)
        was_killed = post_killed(dying, dying._rpc._remote, entry, number)

        assert deliver(connect(url), entry) == {key}
        assert origins(ledger, key) == 1
        assert left(ledger, [str(invoice)]) == {str(invoice): 0}
        if not was_killed:
            break
    assert 12 < number < 39
    unposted = ledger._rpc.search_read("account.statement", [["state", "!=", "posted"]], ("name",))
    assert unposted == []


def test_two_programs_at_once_post_nothing_twice(url, ledger):
    several = entries_of(*(paid(f"BOTH{n}", n) for n in range(100, 110)))
    answers = []

    def run():
        program = connect(url)
        program._statements.lease = LEASE
        answers.append(program.post(several))

    runners = [threading.Thread(target=run) for _ in range(2)]
    for one in runners:
        one.start()
    for one in runners:
        one.join()

    refused = [row for outcomes in answers for row in outcomes.filter(outcome="rejected").rows()]
    assert refused == []
    assert deliver(connect(url), several) == set(several["entry_key"])
    assert {origins(ledger, f"BOTH{n}") for n in range(100, 110)} == {1}
    assert set(left(ledger, [str(n) for n in range(100, 110)]).values()) == {0}


def test_an_account_that_is_not_given_is_named(url):
    ledger = connect(url, accounts={})
    outcomes = ledger.post(entries_of(paid("NOWHERE", 15, discount=1_00)))

    assert told(outcomes) == {"NOWHERE": "rejected"}
    assert DISCOUNT in outcomes["reason"][0]


def test_the_source_tells_all_that_is_unpaid_to_the_cent_with_accounts_and_countries(
    url, ledger, monkeypatch
):
    rpc = ledger._rpc
    monkeypatch.setattr("recon_tryton.source.PAGE", 100)
    (party,) = rpc.search_read("party.party", [["code", "=", "C3"]], ("addresses",))
    (country,) = rpc.write(
        "model.country.country.create", [{"name": "Germany", "code": "DE", "code3": "DEU"}]
    )
    rpc.write("model.party.address.write", party["addresses"], {"country": country})
    iban = "DE89370400440532013000"
    account = {"owners": [["add", [party["id"]]]]}
    account |= {"numbers": [["create", [{"type": "iban", "number": iban}]]]}
    rpc.write("model.bank.account.create", [account])
    ledger.post(entries_of(paid("OF-SOURCE", 200), paid("PART-OF-SOURCE", 201, cash=100_00)))
    found = SOURCE.fetch(None, source_options(url))

    check_source(SOURCE, source_options(url), broken=source_options(url, database="none"))
    unpaid = {row["number"]: row["open_amount"] for row in found.items.to_dicts()}
    assert "200" not in unpaid
    assert unpaid["201"] == 301_00 - 100_00
    wanted = left(ledger, [str(number) for number in range(1, 301)])
    assert unpaid == {number: int(amount * 100) for number, amount in wanted.items() if amount}
    facts = found.items.filter(number="250").select(
        "customer_id", "currency", "amount", "issue_date"
    )
    assert facts.rows() == [("C10", "EUR", 350_00, dt.date(2026, 1, 15))]
    told = found.parties.filter(customer_id="C3").row(0, named=True)
    assert (told["name"], told["country"], told["accounts"]) == ("Customer 3", "DE", [iban])


def test_a_day_begins_and_ends_in_the_same_books(url, ledger, tmp_path):
    comes_round(
        tmp_path, "tryton", policy(url), lambda number: left(ledger, [str(number)])[str(number)]
    )
