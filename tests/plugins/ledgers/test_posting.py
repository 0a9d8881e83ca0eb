"""What every file ledger does with entries: once, whole, balanced, and the same bytes each time."""

from __future__ import annotations

import datetime as dt
import os
import re

import polars as pl
import pytest

from recon.api import ConfigurationError, LedgerType, MalformedFile, ReconError
from tests.plugins.ledgers.oracles import entries_of, entry_rows


def outcome_of(outcomes, key):
    return outcomes.filter(pl.col("entry_key") == key).row(0, named=True)


def test_every_file_ledger_keeps_the_protocol(kind):
    assert isinstance(kind, LedgerType)
    assert kind.capabilities.is_file


def test_a_posted_entry_is_accepted_and_found_by_its_key(ledger, path):
    outcomes = ledger.post(entries_of(entry_rows("K1"), entry_rows("K2")))

    assert outcomes["outcome"].to_list() == ["accepted", "accepted"]
    assert ledger.find(["K1", "K2", "K3"]) == {"K1": "K1", "K2": "K2"}
    assert path.exists()


def test_a_key_that_the_file_has_is_a_duplicate_and_changes_no_byte(ledger, path):
    ledger.post(entries_of(entry_rows("K1")))
    before = path.read_bytes()
    again = ledger.post(entries_of(entry_rows("K1")))

    assert outcome_of(again, "K1")["outcome"] == "duplicate"
    assert path.read_bytes() == before


def test_a_key_is_found_after_an_editor_changed_the_line_ends(ledger, path):
    ledger.post(entries_of(entry_rows("K1")))
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert ledger.find(["K1"]) == {"K1": "K1"}


def test_an_entry_that_does_not_balance_is_rejected_with_both_sums(ledger, path):
    lame = entry_rows(
        "K2",
        [
            ("cash", "Assets:Bank:X1", 10_000, "EUR"),
            ("receivable", "Assets:Receivable", -9_999, "EUR"),
        ],
    )
    outcomes = ledger.post(entries_of(entry_rows("K1"), lame))
    refused = outcome_of(outcomes, "K2")

    assert refused["outcome"] == "rejected"
    assert "100.00 EUR" in refused["reason"]
    assert "99.99 EUR" in refused["reason"]
    assert outcome_of(outcomes, "K1")["outcome"] == "accepted"
    assert "K2" not in path.read_text(encoding="utf-8")


def test_sums_beyond_int64_are_still_compared_exactly(ledger):
    huge = 2**62
    accounts = ["Assets:Bank:X1", "Assets:Bank:X2", "Assets:Bank:X3", "Assets:Bank:X4"]
    postings = [("cash", account, huge, "EUR") for account in accounts]
    outcomes = ledger.post(entries_of(entry_rows("K1", postings)))

    assert outcomes["outcome"].to_list() == ["rejected"]


def test_the_currencies_of_an_entry_balance_one_by_one(ledger):
    mixed = [
        ("cash", "Assets:Bank:X1", 10_000, "EUR"),
        ("receivable", "Assets:Receivable", -10_000, "USD"),
    ]
    outcomes = ledger.post(entries_of(entry_rows("K1", mixed)))

    assert outcomes["outcome"].to_list() == ["rejected"]
    assert "EUR" in outcomes["reason"][0]
    assert "USD" in outcomes["reason"][0]


@pytest.mark.parametrize("key", ["K 1", "K\n1", 'K"1', "", "K,1", "=K1"])
def test_a_key_that_could_not_be_read_back_is_rejected(ledger, key):
    assert ledger.post(entries_of(entry_rows(key)))["outcome"].to_list() == ["rejected"]


def test_an_unknown_currency_is_rejected_by_name(ledger):
    postings = [
        ("cash", "Assets:Bank:X1", 1, "XQX"),
        ("receivable", "Assets:Receivable", -1, "XQX"),
    ]
    outcomes = ledger.post(entries_of(entry_rows("K1", postings)))

    assert outcomes["outcome"].to_list() == ["rejected"]
    assert "XQX" in outcomes["reason"][0]


def test_an_entry_of_two_dates_is_rejected(ledger):
    rows = entry_rows("K1")
    rows[1]["date"] = dt.date(2026, 1, 16)

    assert ledger.post(entries_of(rows))["outcome"].to_list() == ["rejected"]


def test_the_same_entries_in_any_order_give_the_same_bytes(kind, tmp_path):
    entries = entries_of(
        *(entry_rows(f"K{n}", date=dt.date(2026, 1, 1 + n % 5)) for n in range(20))
    )
    first, second = tmp_path / "first", tmp_path / "second"
    kind.connect({"path": first}).post(entries)
    kind.connect({"path": second}).post(entries.sample(fraction=1, shuffle=True, seed=3))

    assert first.read_bytes() == second.read_bytes()


def test_what_a_person_wrote_into_the_file_stays(ledger, path):
    ledger.post(entries_of(entry_rows("K1")))
    before = path.read_text(encoding="utf-8")
    ledger.post(entries_of(entry_rows("K2", date=dt.date(2026, 2, 1))))
    after = path.read_text(encoding="utf-8")

    assert after.startswith(before.rstrip("\n"))


def test_no_entries_leave_an_empty_but_valid_file(ledger, path):
    outcomes = ledger.post(entries_of())

    assert outcomes.height == 0
    assert path.exists()
    assert ledger.find(["K1"]) == {}


def test_a_failed_write_leaves_the_old_file(ledger, path, monkeypatch):
    ledger.post(entries_of(entry_rows("K1")))
    before = path.read_bytes()

    def full_disk(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(ReconError, match="No space left"):
        ledger.post(entries_of(entry_rows("K2")))

    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_link_stays_a_link(kind, tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    kind.connect({"path": real}).post(entries_of(entry_rows("K1")))
    link.symlink_to(real)
    kind.connect({"path": link}).post(entries_of(entry_rows("K2")))

    assert link.is_symlink()
    assert set(kind.connect({"path": real}).find(["K1", "K2"])) == {"K1", "K2"}


def test_a_file_that_is_no_text_is_refused_and_kept(ledger, path):
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MalformedFile, match="UTF-8"):
        ledger.post(entries_of(entry_rows("K1")))

    assert path.read_bytes() == b"\xff\xfe\x00"


@pytest.mark.parametrize("options", [{}, {"path": ""}, {"path": "x", "colour": "red"}])
def test_wrong_options_are_an_error_of_configuration(kind, options):
    with pytest.raises(ConfigurationError):
        kind.connect(options)


def test_verify_reads_the_file_again(ledger, path):
    receipts = ledger.post(entries_of(entry_rows("K1"), entry_rows("K2")))

    assert ledger.verify(receipts)["outcome"].to_list() == ["accepted", "accepted"]

    path.unlink()

    assert ledger.verify(receipts)["outcome"].to_list() == ["unknown", "unknown"]


def test_verify_sees_an_amount_that_was_changed_in_the_file(ledger, path):
    receipts = ledger.post(entries_of(entry_rows("K1")))
    path.write_text(
        path.read_text(encoding="utf-8").replace("123.45", "123.46", 1), encoding="utf-8"
    )
    verified = outcome_of(ledger.verify(receipts), "K1")

    assert verified["outcome"] == "needs_confirmation"
    assert "0.01 EUR" in verified["reason"]


def test_a_reversal_is_posted_once_and_has_its_own_key(ledger):
    receipts = ledger.post(entries_of(entry_rows("K1"), entry_rows("K2")))
    reversed_ = ledger.reverse(receipts.head(1))

    assert reversed_.row(0) == ("K1", "accepted", None, "reversal-of-K1")
    assert set(ledger.find(["K1", "reversal-of-K1", "reversal-of-K2"])) == {"K1", "reversal-of-K1"}
    assert ledger.reverse(receipts.head(1))["outcome"].to_list() == ["duplicate"]


def test_what_was_never_posted_cannot_be_reversed(ledger, tmp_path, kind):
    receipts = kind.connect({"path": tmp_path / "other"}).post(entries_of(entry_rows("K1")))

    assert ledger.reverse(receipts)["outcome"].to_list() == ["rejected"]


def test_an_entry_that_a_person_changed_is_in_doubt_and_not_reversed(ledger, path, kind):
    receipts = ledger.post(entries_of(entry_rows("K1")))
    before = path.read_text(encoding="utf-8")
    if kind.name == "journal-csv":
        changed = re.sub(r"(?<=,)([0-9]+\.[0-9]{2})(?=,)", "7.77", before, count=1)
    else:
        changed = re.sub(r"(?m)(-[0-9.]+ EUR)$", r"\1 ; seen", before, count=1)
    assert changed != before
    path.write_text(changed, encoding="utf-8")

    assert ledger.verify(receipts)["outcome"].to_list() == ["needs_confirmation"]
    assert ledger.reverse(receipts)["outcome"].to_list() == ["rejected"]
    assert path.read_text(encoding="utf-8") == changed


def test_an_entry_that_stands_twice_is_not_reversed(ledger, path, kind):
    if kind.name == "journal-csv":
        return  # its rows are told apart by key alone
    receipts = ledger.post(entries_of(entry_rows("K1")))
    block = path.read_text(encoding="utf-8").split("\n\n")[-1]
    path.write_text(path.read_text(encoding="utf-8") + "\n" + block, encoding="utf-8")

    assert ledger.reverse(receipts)["outcome"].to_list() == ["rejected"]
