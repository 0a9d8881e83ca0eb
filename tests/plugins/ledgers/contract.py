"""What every ledger behind an interface has to show against the server that plays it; each rule is run on each of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import stamina

from recon.api import ConfigurationError, LedgerType, opposite_key
from tests.plugins.ledgers.killing import deliver, post_killed
from tests.plugins.ledgers.oracles import entries_of, entry_rows
from tests.plugins.ledgers.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BANK, RECEIVABLE = "Assets:Bank:DE02120300000000202051", "Assets:Receivable"
DISCOUNTS = "Expenses:Discounts"


@dataclass(frozen=True)
class System:
    """One ledger, and the server that plays it.

    `books()` makes the server's books: invoice N is `number % N` of (100 + N).00 EUR, for customer C1 to C10 in turn. They have
    `answer` (HTTP), `left(N)`, `standing()` (keys of entries in force), `cash()`, `dropped` (writes to leave without an
    answer), `writes()`. `options` is all but the URL; `variables` are the secrets.
    """

    kind: Any
    books: Callable[..., Any]
    number: str
    options: Mapping[str, Any]
    variables: Mapping[str, str]
    remote: Callable[[Any], Any]

    def connect(self, url, /, **options):
        return self.kind.connect({"url": url, **self.options, **options})

    def paid(self, key, n, *, cash=None, discount=0, on_account=0):
        """A receipt for one invoice, minor units."""
        cash = (100 + n) * 100 - discount + on_account if cash is None else cash
        settled = cash + discount - on_account
        postings = [("cash", BANK, cash, "EUR"), ("receivable", RECEIVABLE, -settled, "EUR")]
        postings += [("discount", DISCOUNTS, discount, "EUR")] if discount else []
        postings += [("on_account", "Liabilities:X", -on_account, "EUR")] if on_account else []
        facts = {"line_id": f"L{key}", "item_number": self.number % n}
        return entry_rows(key, postings, **facts, customer_id=f"C{(n - 1) % 10 + 1}")

    def every_kind(self):
        return entries_of(
            self.paid("FULL", 1),
            self.paid("SHORT", 2, cash=72_10),
            self.paid("DISCOUNT", 3, discount=3_00),
            self.paid("OVER", 4, on_account=20_00),
        )


SETTLED = [0, Decimal("29.90"), 0, 0]
KEYS = ["DISCOUNT", "FULL", "OVER", "SHORT"]


def told(outcomes):
    return dict(outcomes.select("entry_key", "outcome").iter_rows())


def opposite(entry):
    """The rows of the entry that takes this one back."""
    key = opposite_key(entry[0]["entry_key"])
    return [row | {"entry_key": key, "amount": -row["amount"]} for row in entry]


class LedgerContract:
    """Inherit, and set `system` and `writes`: the kinds of write whose answer may be lost."""

    system: System
    writes: tuple[str, ...] = ()

    @pytest.fixture(autouse=True)
    def _quick(self, monkeypatch):
        for name, value in self.system.variables.items():
            monkeypatch.setenv(name, value)
        stamina.set_testing(True, attempts=3)
        yield
        stamina.set_testing(False)

    @pytest.fixture
    def books(self):
        return self.system.books()

    @pytest.fixture
    def ledger(self, books):
        with serving(books.answer) as url:
            yield self.system.connect(url)

    def test_it_keeps_the_protocol_and_says_that_the_system_keeps_no_key_out(self):
        assert isinstance(self.system.kind, LedgerType)
        assert not self.system.kind.capabilities.leaves_out_known

    def test_entries_of_every_kind_settle_their_invoices_once(self, ledger, books):
        entries = self.system.every_kind()
        outcomes = ledger.post(entries)

        assert set(told(outcomes).values()) == {"accepted"}, outcomes["reason"].to_list()
        assert set(told(ledger.post(entries)).values()) == {"duplicate"}
        assert [books.left(n) for n in (1, 2, 3, 4)] == SETTLED
        assert books.standing() == KEYS
        assert set(told(ledger.verify(outcomes)).values()) == {"accepted"}

    def test_the_bank_account_of_the_system_is_ours_to_the_cent(self, ledger, books):
        ledger.post(self.system.every_kind())

        assert books.cash() == Decimal("397.10")

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"item_number": "NONE-99"}, "NONE-99"),
            ({"role": "write_off", "account": "Expenses:WriteOffs", "amount": 1_00}, "WriteOffs"),
        ],
    )
    def test_what_has_no_counterpart_is_rejected_and_nothing_is_made(
        self, ledger, books, change, reason
    ):
        rows = self.system.paid("K1", 1, discount=1_00)
        at = 2 if "role" in change else 1
        rows[at] |= change
        outcomes = ledger.post(entries_of(rows))

        assert told(outcomes) == {"K1": "rejected"}
        assert reason in outcomes["reason"][0]
        assert books.writes() == []

    def test_an_account_that_is_not_given_is_named(self, books):
        with serving(books.answer) as url:
            ledger = self.system.connect(url, accounts={"Assets:Other": "1"})
            outcomes = ledger.post(entries_of(self.system.paid("K1", 1)))

        assert told(outcomes) == {"K1": "rejected"}
        assert BANK in outcomes["reason"][0]

    def test_more_than_an_invoice_has_open_is_rejected_alone(self, ledger, books):
        entries = entries_of(self.system.paid("K1", 1, cash=900_00), self.system.paid("K2", 2))

        assert told(ledger.post(entries)) == {"K1": "rejected", "K2": "accepted"}
        assert books.standing() == ["K2"]

    def test_an_entry_that_takes_one_back_undoes_it_once(self, ledger, books):
        entry = self.system.paid("K1", 4, discount=1_00, on_account=20_00)
        back = entries_of(opposite(entry))
        assert told(ledger.post(entries_of(entry))) == {"K1": "accepted"}

        assert told(ledger.post(back)) == {opposite_key("K1"): "accepted"}
        assert books.left(4) == Decimal(104)
        assert books.cash() == 0
        assert told(ledger.post(back)) == {opposite_key("K1"): "duplicate"}
        assert told(ledger.post(entries_of(entry))) == {"K1": "duplicate"}
        assert told(ledger.post(entries_of(self.system.paid("K2", 4)))) == {"K2": "accepted"}

    def test_a_reversal_undoes_once(self, ledger, books):
        receipts = ledger.post(entries_of(self.system.paid("K1", 1)))

        assert told(ledger.reverse(receipts)) == {"K1": "accepted"}
        assert told(ledger.reverse(receipts)) == {"K1": "duplicate"}
        assert books.left(1) == Decimal(101)
        assert books.cash() == 0

    def test_what_was_done_without_an_answer_is_delivered_once(self):
        assert self.writes
        for write in self.writes:
            books = self.system.books()
            books.dropped = [write] * 3
            with serving(books.answer) as url:
                ledger = self.system.connect(url)
                ledger.post(self.system.every_kind())
                assert len(books.dropped) < 3, f"{write} is never written"
                books.dropped = []
                for _ in range(2):
                    delivered = deliver(ledger, self.system.every_kind())
            assert delivered == set(KEYS)
            assert books.standing() == KEYS
            assert [books.left(n) for n in (1, 2, 3, 4)] == SETTLED

    @pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.slow)])
    def test_a_kill_after_any_call_loses_nothing_and_posts_nothing_twice(self, step):
        entries = self.system.every_kind()
        for number in range(1, 90, step):
            books = self.system.books()
            with serving(books.answer) as url:
                ledger = self.system.connect(url)
                was_killed = post_killed(ledger, self.system.remote(ledger), entries, number)
                assert deliver(self.system.connect(url), entries) == set(KEYS)
            assert books.standing() == KEYS
            assert [books.left(n) for n in (1, 2, 3, 4)] == SETTLED
            assert books.cash() == Decimal("397.10")
            if not was_killed:
                break
        assert 7 < number < 89

    @pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])
    def test_a_kill_while_one_is_taken_back_undoes_it_once(self, step):
        entry = self.system.paid("K1", 1, discount=1_00, on_account=20_00)
        back = entries_of(opposite(entry))
        for number in range(1, 60, step):
            books = self.system.books()
            with serving(books.answer) as url:
                self.system.connect(url).post(entries_of(entry))
                ledger = self.system.connect(url)
                was_killed = post_killed(ledger, self.system.remote(ledger), back, number)
                assert deliver(self.system.connect(url), back) == {opposite_key("K1")}
            assert books.left(1) == Decimal(101)
            assert books.cash() == 0
            if not was_killed:
                break
        assert 4 < number < 59

    def test_a_wrong_key_is_told_without_it(self, monkeypatch, books):
        for name in self.system.variables:
            monkeypatch.setenv(name, "hush-hush")
        with serving(books.answer) as url, pytest.raises(ConfigurationError) as caught:
            self.system.connect(url).find(["K1"])

        assert "hush-hush" not in caught.value.render()
        assert "40" in caught.value.render()

    @pytest.mark.parametrize(
        "options", [{"colour": "red"}, {"accounts": {}}, {"url": "http://erp.example"}]
    )
    def test_wrong_options_are_an_error_of_configuration(self, options):
        with pytest.raises(ConfigurationError):
            self.system.connect("http://127.0.0.1:9", **options)

    def test_a_secret_that_is_not_there_is_an_error_of_configuration(self, monkeypatch):
        for name in self.system.variables:
            monkeypatch.delenv(name)
        with pytest.raises(ConfigurationError, match="not set"):
            self.system.connect("http://127.0.0.1:9")
