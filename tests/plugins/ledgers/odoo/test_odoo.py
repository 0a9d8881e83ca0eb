"""Odoo by its documented interface: the steps, what is refused, and a kill between any two calls."""

from __future__ import annotations

from decimal import Decimal

import pytest
import stamina

import recon_odoo.plugin
from recon.api import ConfigurationError, LedgerType, opposite_key
from tests.plugins.ledgers.killing import deliver, post_killed
from tests.plugins.ledgers.odoo.fake import KEY, LINE, MOVE, FakeOdoo
from tests.plugins.ledgers.oracles import entries_of, entry_rows
from tests.plugins.ledgers.serving import serving

(KIND,) = recon_odoo.plugin.recon_register_ledgers()
BANK, RECEIVABLE = "Assets:Bank:DE02120300000000202051", "Assets:Receivable"
ACCOUNTS = {BANK: "1012", "Expenses:Discounts": "1013"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("ODOO_KEY", KEY)
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


@pytest.fixture
def books():
    return FakeOdoo()


@pytest.fixture
def ledger(books):
    with serving(books.answer) as url:
        yield connect(url)


def connect(url, /, **options):
    given = {"url": url, "database": "books", "journal": "BNK1", "accounts": ACCOUNTS}
    return KIND.connect(given | {"api_key_env": "ODOO_KEY"} | options)


def paid(key, number, *, cash=None, discount=0, on_account=0):
    """A receipt for one invoice, minor units."""
    cash = (100 + number) * 100 - discount + on_account if cash is None else cash
    settled = cash + discount - on_account
    postings = [("cash", BANK, cash, "EUR"), ("receivable", RECEIVABLE, -settled, "EUR")]
    postings += [("discount", "Expenses:Discounts", discount, "EUR")] if discount else []
    postings += [("on_account", "Liabilities:X", -on_account, "EUR")] if on_account else []
    facts = {"line_id": f"L{key}", "item_number": f"INV/{number}", "customer_id": f"C{number}"}
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


def posted(books):
    moves = books.tables[MOVE].values()
    return sorted(move["ref"] for move in moves if move["ref"] and move["state"] == "posted")


def residuals(books):
    return [books.residual(n) for n in (1, 2, 3, 4)]


SETTLED = [0, Decimal("29.90"), 0, 0]


def test_it_keeps_the_protocol_and_says_that_odoo_keeps_no_key_out():
    assert isinstance(KIND, LedgerType)
    assert not KIND.capabilities.leaves_out_known


def test_entries_of_every_kind_settle_their_invoices_once(ledger, books):
    outcomes = ledger.post(every_kind())

    assert set(told(outcomes).values()) == {"accepted"}
    assert set(told(ledger.post(every_kind())).values()) == {"duplicate"}
    assert residuals(books) == SETTLED
    assert posted(books) == ["DISCOUNT", "FULL", "OVER", "SHORT"]
    assert set(told(ledger.verify(outcomes)).values()) == {"accepted"}


def test_the_books_of_odoo_are_ours_to_the_cent(ledger, books):
    ledger.post(every_kind())
    cash = [row["balance"] for row in books.tables[LINE].values() if row["account_id"] == 12]

    assert sum(cash) == Decimal("101.00") + Decimal("72.10") + Decimal("100.00") + Decimal("124.00")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"item_number": "INV/99"}, "no posted invoices INV/99"),
        ({"role": "write_off", "account": "Expenses:WriteOffs"}, "Expenses:WriteOffs"),
        ({"role": "on_account", "account": "X", "customer_id": "C99"}, "C99"),
    ],
)
def test_what_has_no_counterpart_is_rejected_and_nothing_is_made(ledger, books, change, reason):
    rows = paid("K1", 1)
    rows[1] |= change
    outcomes = ledger.post(entries_of(rows))

    assert told(outcomes) == {"K1": "rejected"}
    assert reason in outcomes["reason"][0]
    assert "account.move.create" not in books.calls


def test_more_than_an_invoice_has_open_is_rejected(ledger):
    ledger.post(entries_of(paid("K1", 1)))
    outcomes = ledger.post(entries_of(paid("K2", 1)))

    assert outcomes["reason"].to_list() == ["only 0.0 of invoice INV/1 are open"]


def test_an_invoice_that_was_paid_meanwhile_leaves_a_posting_that_a_person_looks_at(ledger, books):
    """Two entries of one batch pay the same invoice: each alone has its place."""
    outcomes = ledger.post(entries_of(paid("K1", 1), paid("K2", 1)))

    assert told(outcomes) == {"K1": "accepted", "K2": "needs_confirmation"}
    assert posted(books) == ["K1", "K2"]


def test_an_entry_that_takes_one_back_opens_its_invoice_again(ledger, books):
    entry = paid("K1", 4, on_account=20_00)
    ledger.post(entries_of(entry))
    back = entries_of(
        [row | {"entry_key": opposite_key("K1"), "amount": -row["amount"]} for row in entry]
    )

    assert told(ledger.post(back)) == {opposite_key("K1"): "accepted"}
    assert books.residual(4) == Decimal(104)
    assert told(ledger.post(back)) == {opposite_key("K1"): "duplicate"}
    assert told(ledger.post(entries_of(paid("K2", 4)))) == {"K2": "accepted"}


def test_a_reversal_is_posted_once(ledger, books):
    receipts = ledger.post(entries_of(paid("K1", 1)))

    assert told(ledger.reverse(receipts)) == {"K1": "accepted"}
    assert told(ledger.reverse(receipts)) == {"K1": "duplicate"}
    assert books.residual(1) == Decimal(101)
    assert posted(books) == ["K1", "reversal-of-K1"]


@pytest.mark.parametrize("method", ["create", "action_post", "js_assign_outstanding_line"])
def test_a_step_that_was_not_heard_of_is_gone_on_with_by_the_next_call(ledger, books, method):
    """Odoo would take the same entry twice, so nothing is sent again before a look-up in a later call."""
    books.dropped = [method]
    first = told(ledger.post(entries_of(paid("K1", 1))))

    assert first == {"K1": "accepted" if method.startswith("js") else "unknown"}
    assert deliver(ledger, entries_of(paid("K1", 1))) == {"K1"}
    assert posted(books) == ["K1"]
    assert books.calls.count("account.move.create") == 1
    assert books.residual(1) == 0


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_a_kill_after_any_call_loses_nothing_and_posts_nothing_twice(step):
    for number in range(1, 60, step):
        books = FakeOdoo()
        with serving(books.answer) as url:
            ledger = connect(url)
            remote = ledger._gateway._odoo.remote
            was_killed = post_killed(ledger, remote, every_kind(), number)
            assert deliver(connect(url), every_kind()) == set(every_kind()["entry_key"])
        assert posted(books) == ["DISCOUNT", "FULL", "OVER", "SHORT"]
        assert residuals(books) == SETTLED
        if not was_killed:
            break
    assert 20 < number < 59


@pytest.mark.parametrize("step", [2, pytest.param(1, marks=pytest.mark.slow)])
def test_a_kill_while_one_is_taken_back_takes_it_back_once(step):
    entry = paid("K1", 1)
    back = entries_of(
        [row | {"entry_key": opposite_key("K1"), "amount": -row["amount"]} for row in entry]
    )
    for number in range(1, 60, step):
        books = FakeOdoo()
        with serving(books.answer) as url:
            connect(url).post(entries_of(entry))
            ledger = connect(url)
            was_killed = post_killed(ledger, ledger._gateway._odoo.remote, back, number)
            assert deliver(connect(url), back) == {opposite_key("K1")}
        assert books.residual(1) == Decimal(101)
        assert posted(books) == sorted(["K1", opposite_key("K1")])
        if not was_killed:
            break
    assert 10 < number < 59


def test_a_wrong_key_is_told_without_it(monkeypatch, books):
    monkeypatch.setenv("ODOO_KEY", "hush-hush")
    with serving(books.answer) as url, pytest.raises(ConfigurationError, match="401") as caught:
        connect(url).find(["K1"])

    assert "hush-hush" not in caught.value.render()


@pytest.mark.parametrize(
    "options",
    [{"colour": "red"}, {"url": ""}, {"accounts": {}}, {"url": "http://erp.example"}],
)
def test_wrong_options_are_an_error_of_configuration(options):
    with pytest.raises(ConfigurationError):
        connect("http://127.0.0.1:9", **options)
