"""ERPNext by its documented interface: payments for invoices, once each, and a kill between any two calls."""

from __future__ import annotations

from decimal import Decimal

import pytest
import stamina

import recon_erpnext.plugin
from recon.api import ConfigurationError, LedgerType, opposite_key
from tests.plugins.ledgers.erpnext.fake import FakeErpnext
from tests.plugins.ledgers.killing import deliver, post_killed
from tests.plugins.ledgers.oracles import entries_of, entry_rows
from tests.plugins.ledgers.serving import serving

(KIND,) = recon_erpnext.plugin.recon_register_ledgers()
BANK, RECEIVABLE = "Assets:Bank:DE02120300000000202051", "Assets:Receivable"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("ERP_KEY", "key-only-for-tests")
    monkeypatch.setenv("ERP_SECRET", "secret-only-for-tests")
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


@pytest.fixture
def books():
    return FakeErpnext()


@pytest.fixture
def ledger(books):
    with serving(books.answer) as url:
        yield connect(url)


def connect(url, /, **options):
    given = {"url": url, "company": "X", "cost_center": "Main - X"}
    given["accounts"] = {BANK: "Bank - X", "Expenses:Discounts": "Discounts - X"}
    secrets = {"api_key_env": "ERP_KEY", "api_secret_env": "ERP_SECRET"}
    return KIND.connect(given | secrets | options)


def paid(key, number, *, cash=None, discount=0, on_account=0):
    """A receipt for one invoice, minor units."""
    cash = (100 + number) * 100 - discount + on_account if cash is None else cash
    settled = cash + discount - on_account
    postings = [("cash", BANK, cash, "EUR"), ("receivable", RECEIVABLE, -settled, "EUR")]
    postings += [("discount", "Expenses:Discounts", discount, "EUR")] if discount else []
    postings += [("on_account", "Liabilities:X", -on_account, "EUR")] if on_account else []
    facts = {"line_id": f"L{key}", "item_number": f"SINV-{number}", "customer_id": f"C{number}"}
    return entry_rows(key, postings, **facts)


def every_kind():
    return entries_of(
        paid("FULL", 1),
        paid("SHORT", 2, cash=72_10),
        paid("DISCOUNT", 3, discount=3_00),
        paid("OVER", 4, on_account=20_00),
    )


def told(outcomes):
    return dict(outcomes.select("entry_key", "outcome").iter_rows())


def submitted(books):
    rows = books.tables["Payment Entry"].values()
    return sorted(row["reference_no"] for row in rows if row["docstatus"] == 1)


def opposite(entry):
    key = opposite_key(entry[0]["entry_key"])
    return entries_of([row | {"entry_key": key, "amount": -row["amount"]} for row in entry])


def test_it_keeps_the_protocol_and_says_that_erpnext_keeps_no_key_out():
    assert isinstance(KIND, LedgerType)
    assert not KIND.capabilities.leaves_out_known


def test_entries_of_every_kind_settle_their_invoices_once(ledger, books):
    outcomes = ledger.post(every_kind())

    assert set(told(outcomes).values()) == {"accepted"}
    assert set(told(ledger.post(every_kind())).values()) == {"duplicate"}
    assert [books.left(n) for n in (1, 2, 3, 4)] == [0, Decimal("29.90"), 0, 0]
    assert set(told(ledger.verify(outcomes)).values()) == {"accepted"}


def test_the_money_in_erpnext_is_ours_to_the_cent(ledger, books):
    ledger.post(every_kind())
    rows = books.tables["Payment Entry"].values()

    assert sum(Decimal(str(row["paid_amount"])) for row in rows) == Decimal("397.10")
    assert sum(row["unallocated_amount"] for row in rows) == Decimal(20)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"item_number": "SINV-99"}, "no submitted invoice SINV-99"),
        ({"role": "write_off", "account": "Expenses:WriteOffs"}, "one customer"),
        ({"currency": "USD"}, "not in USD"),
    ],
)
def test_what_has_no_counterpart_is_rejected_and_nothing_is_made(ledger, books, change, reason):
    rows = paid("K1", 1)
    rows[1] |= change
    if "currency" in change:
        rows[0] |= change
    outcomes = ledger.post(entries_of(rows))

    assert told(outcomes) == {"K1": "rejected"}
    assert reason in outcomes["reason"][0]
    assert books.tables["Payment Entry"] == {}


def test_an_account_that_is_not_given_is_named():
    with serving(FakeErpnext().answer) as url:
        outcomes = connect(url, accounts={BANK: "Bank - X"}).post(
            entries_of(paid("K1", 1, discount=1_00))
        )

    assert outcomes["reason"].to_list() == ["no account of ERPNext is given for Expenses:Discounts"]


def test_what_erpnext_refuses_is_rejected_alone_with_its_words(ledger, books):
    outcomes = ledger.post(entries_of(paid("K1", 1, cash=900_00), paid("K2", 2)))

    assert told(outcomes) == {"K1": "rejected", "K2": "accepted"}
    assert "greater than outstanding" in outcomes["reason"][0]


def test_an_entry_that_takes_one_back_cancels_it_once(ledger, books):
    entry = paid("K1", 4, on_account=20_00)
    ledger.post(entries_of(entry))

    assert told(ledger.post(opposite(entry))) == {opposite_key("K1"): "accepted"}
    assert books.left(4) == Decimal(104)
    assert told(ledger.post(opposite(entry))) == {opposite_key("K1"): "duplicate"}
    assert told(ledger.post(entries_of(entry))) == {"K1": "duplicate"}
    assert submitted(books) == []


def test_a_reversal_cancels_once(ledger, books):
    receipts = ledger.post(entries_of(paid("K1", 1)))

    assert told(ledger.reverse(receipts)) == {"K1": "accepted"}
    assert told(ledger.reverse(receipts)) == {"K1": "duplicate"}
    assert books.left(1) == Decimal(101)
    assert told(ledger.verify(receipts)) == {"K1": "needs_confirmation"}


@pytest.mark.parametrize("verb", ["create", "cancel"])
def test_what_was_done_without_an_answer_is_found_and_not_done_again(ledger, books, verb):
    entry = paid("K1", 1)
    books.dropped = [verb]

    assert told(ledger.post(entries_of(entry))) == {"K1": "accepted"}
    assert told(ledger.post(opposite(entry))) == {opposite_key("K1"): "accepted"}
    assert len([call for call in books.calls if call.startswith("POST")]) == 2


def test_a_kill_after_any_call_loses_nothing_and_posts_nothing_twice():
    for number in range(1, 30):
        books = FakeErpnext()
        with serving(books.answer) as url:
            ledger = connect(url)
            remote = ledger._gateway._site.remote
            was_killed = post_killed(ledger, remote, every_kind(), number)
            assert deliver(connect(url), every_kind()) == set(every_kind()["entry_key"])
        assert submitted(books) == ["DISCOUNT", "FULL", "OVER", "SHORT"]
        if not was_killed:
            break
    assert 7 < number < 29


def test_a_wrong_secret_is_told_without_it(monkeypatch, books):
    monkeypatch.setenv("ERP_SECRET", "hush-hush")
    with serving(books.answer) as url, pytest.raises(ConfigurationError, match="403") as caught:
        connect(url).find(["K1"])

    assert "hush-hush" not in caught.value.render()


@pytest.mark.parametrize("options", [{"colour": "red"}, {"company": ""}, {"api_key_env": ""}])
def test_wrong_options_are_an_error_of_configuration(options):
    with pytest.raises(ConfigurationError):
        connect("http://127.0.0.1:9", **options)
