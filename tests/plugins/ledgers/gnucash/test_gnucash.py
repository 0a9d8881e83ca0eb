"""A book of GnuCash in SQLite: one transaction of the database a batch, and invoices paid in their own lots."""

from __future__ import annotations

import datetime as dt

import pytest

from recon.api import ConfigurationError, LedgerType, ReconError, opposite_key, sqlite_library
from recon_gnucash import ledger as ledger_module
from tests.plugins.ledgers.gnucash.book import ask, balance, change, left, make_book
from tests.plugins.ledgers.gnucash.cases import BANK, KIND, OWED, connect, every_kind, paid, told
from tests.plugins.ledgers.killing import Killed, deliver
from tests.plugins.ledgers.oracles import entries_of, entry_rows


@pytest.fixture
def path(tmp_path):
    return make_book(tmp_path / "books.gnucash")


@pytest.fixture
def ledger(path):
    return connect(path)


def posted(path):
    rows = ask(path, "SELECT num FROM transactions WHERE guid NOT LIKE 'posted%' ORDER BY num")
    return [num for (num,) in rows]


def test_it_keeps_the_protocol_and_its_database_keeps_a_second_key_out(ledger, path):
    assert isinstance(KIND, LedgerType)
    assert KIND.capabilities.leaves_out_known
    ledger.post(every_kind())
    (row,) = ask(path, "SELECT * FROM transactions WHERE num = 'FULL'")

    with pytest.raises(sqlite_library().IntegrityError):
        change(path, "INSERT INTO transactions VALUES (?, ?, ?, ?, ?, ?)", *row)


def test_entries_of_every_kind_pay_their_invoices_once(ledger, path):
    outcomes = ledger.post(every_kind())

    assert set(told(outcomes).values()) == {"accepted"}, outcomes["reason"].to_list()
    assert set(told(ledger.post(every_kind())).values()) == {"duplicate"}
    assert [left(path, f"INV-{n}") for n in (1, 2, 3, 4)] == [0, 29_90, 0, 0]
    assert [balance(path, name) for name in ("bank", "discounts", "deposits")] == [
        397_10,
        3_00,
        -20_00,
    ]
    assert posted(path) == ["DISCOUNT", "FULL", "OVER", "SHORT"]
    assert set(told(ledger.verify(outcomes)).values()) == {"accepted"}


def test_a_transaction_says_what_gnucash_says_of_a_payment(ledger, path):
    ledger.post(entries_of(paid("K1", 1)))
    ((guid, currency, day),) = ask(
        path, "SELECT guid, currency_guid, post_date FROM transactions WHERE num = 'K1'"
    )
    slots = ask(path, "SELECT name, string_val, gdate_val FROM slots WHERE obj_guid = ?", guid)
    named = {name: text or date for name, text, date in slots}

    assert (currency, day) == ("eur", "2026-01-15 10:59:00")
    assert named["trans-txn-type"] == "P"
    assert named["date-posted"] == "20260115"
    assert "exact amount" in named["notes"]


def test_a_credit_note_is_used_up_in_its_own_lot(ledger, path):
    rows = [("cash", BANK, 81_00, "EUR"), ("receivable", OWED, -101_00, "EUR")]
    entry = entry_rows("K1", [*rows, ("receivable", OWED, 20_00, "EUR")], item_number="INV-1")
    entry[2] |= {"item_number": "CN-1"}

    assert told(ledger.post(entries_of(entry))) == {"K1": "accepted"}
    assert [left(path, "INV-1"), left(path, "CN-1")] == [0, 0]


@pytest.mark.parametrize(
    ("change_", "reason"),
    [
        ({"item_number": "INV-99"}, "no posted invoices INV-99"),
        ({"role": "write_off", "account": "Expenses:WriteOffs"}, "no accounts Expenses:WriteOffs"),
        ({"role": "write_off", "account": "Assets"}, "placeholder"),
        ({"role": "write_off", "account": "Nowhere"}, "no accounts Nowhere"),
        ({"amount": -900_00}, "only 101.00 of invoice INV-1 are open"),
        ({"currency": "KWD"}, "no currency KWD"),
        ({"currency": "USD"}, "not in USD"),
    ],
)
def test_what_has_no_place_in_the_book_is_rejected_alone(ledger, path, change_, reason):
    rows = paid("K1", 1)
    rows[1] |= change_
    if "currency" in change_:
        rows[0] |= change_
    if "amount" in change_:
        rows[0] |= {"amount": 900_00}
    outcomes = ledger.post(entries_of(rows, paid("K2", 2)))

    assert told(outcomes) == {"K1": "rejected", "K2": "accepted"}
    assert reason in outcomes.filter(entry_key="K1")["reason"][0]
    assert posted(path) == ["K2"]


def test_two_entries_of_one_batch_cannot_pay_one_invoice_twice(ledger, path):
    outcomes = ledger.post(entries_of(paid("K1", 1), paid("K2", 1)))

    assert told(outcomes) == {"K1": "accepted", "K2": "rejected"}
    assert left(path, "INV-1") == 0


def test_in_a_book_without_invoices_the_receivable_is_an_account(tmp_path):
    path = make_book(tmp_path / "plain.gnucash", invoices=0)
    change(path, "DELETE FROM invoices")

    assert told(connect(path).post(entries_of(paid("K1", 1)))) == {"K1": "accepted"}
    assert balance(path, "owed") == -101_00 - 20_00


def test_an_entry_that_takes_one_back_opens_its_invoice_again(ledger, path):
    entry = paid("K1", 4, on_account=20_00)
    ledger.post(entries_of(entry))
    back = entries_of(
        [
            row
            | {"entry_key": opposite_key("K1"), "amount": -row["amount"]}
            | {"date": dt.date(2026, 2, 1)}
            for row in entry
        ]
    )

    assert told(ledger.post(back)) == {opposite_key("K1"): "accepted"}
    assert left(path, "INV-4") == 104_00
    assert told(ledger.post(back)) == {opposite_key("K1"): "duplicate"}
    assert told(ledger.post(entries_of(paid("K2", 4)))) == {"K2": "accepted"}


def test_a_reversal_is_posted_once(ledger, path):
    receipts = ledger.post(entries_of(paid("K1", 1)))

    assert told(ledger.reverse(receipts)) == {"K1": "accepted"}
    assert told(ledger.reverse(receipts)) == {"K1": "duplicate"}
    assert left(path, "INV-1") == 101_00
    assert posted(path) == ["K1", "reversal-of-K1"]
    assert told(ledger.verify(receipts)) == {"K1": "accepted"}


@pytest.mark.parametrize(
    "query",
    [
        "UPDATE splits SET value_num = value_num + 1 WHERE account_guid = 'bank'",
        "UPDATE splits SET account_guid = 'sales' WHERE account_guid = 'bank'",
        "DELETE FROM slots",
    ],
)
def test_what_somebody_changed_is_in_doubt_and_not_reversed(ledger, path, query):
    receipts = ledger.post(entries_of(paid("K1", 1)))
    change(path, query)

    assert told(ledger.verify(receipts)) == {"K1": "needs_confirmation"}
    assert told(ledger.reverse(receipts)) == {"K1": "rejected"}


def test_a_kill_before_the_end_leaves_nothing_of_the_batch(path, monkeypatch):
    write, count = ledger_module._write, 0

    def dying(*request):
        nonlocal count
        count += 1
        if count == 17:
            raise Killed
        write(*request)

    monkeypatch.setattr(ledger_module, "_write", dying)
    with pytest.raises(Killed):
        connect(path).post(every_kind())
    assert posted(path) == []

    assert deliver(connect(path), every_kind()) == set(every_kind()["entry_key"])
    assert posted(path) == ["DISCOUNT", "FULL", "OVER", "SHORT"]


def test_a_book_that_is_open_in_gnucash_is_left_alone(ledger, path):
    change(path, "INSERT INTO gnclock VALUES ('desk', 4711)")
    with pytest.raises(ReconError, match="open in GnuCash on desk"):
        ledger.post(every_kind())

    assert posted(path) == []
    assert ledger.find(["FULL"]) == {}


@pytest.mark.parametrize(
    "query",
    [
        "ALTER TABLE splits ADD COLUMN mood text NOT NULL DEFAULT 'x'",
        "ALTER TABLE splits RENAME COLUMN memo TO note",
    ],
)
def test_tables_of_another_kind_are_refused_only_where_they_cannot_be_filled(ledger, path, query):
    change(path, query)
    if "mood" in query:
        assert told(ledger.post(entries_of(paid("K1", 1)))) == {"K1": "accepted"}
        return
    with pytest.raises(ReconError, match="not known"):
        ledger.post(every_kind())


def test_a_file_that_is_no_such_book_is_an_error_of_configuration(tmp_path):
    (tmp_path / "xml.gnucash").write_bytes(b"\x1f\x8b\x08\x00 compressed XML")
    for name, said in (("xml.gnucash", "sqlite3"), ("none.gnucash", "cannot be read")):
        with pytest.raises(ConfigurationError) as caught:
            connect(tmp_path / name)
        assert said in caught.value.render()


@pytest.mark.parametrize("options", [{"book": ""}, {"colour": "red"}])
def test_wrong_options_are_an_error_of_configuration(path, options):
    with pytest.raises(ConfigurationError):
        connect(path, **options)
