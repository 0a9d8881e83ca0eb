"""The real programs read the files, and their balances are ours to the cent."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.api import MalformedFile
from recon_beancount.accounts import beancount_account
from recon_hledger.accounts import hledger_account
from tests.plugins.ledgers.oracles import (
    TYPES,
    balances_of,
    check_with_beancount,
    check_with_hledger,
    check_with_ledger_cli,
    entries_of,
    entry_rows,
    run_hledger,
)

BEANCOUNT, HLEDGER, LEDGER = (TYPES[name] for name in ("beancount", "hledger", "ledger-cli"))

RICH = (
    entry_rows(
        "K1",
        [
            ("cash", "Assets:Bank:DE02120300000000202051", 98_00, "EUR"),
            ("discount", "Expenses:Discounts", 2_00, "EUR"),
            ("receivable", "Assets:Receivable", -100_00, "EUR"),
        ],
    ),
    entry_rows(
        "K2",
        [
            ("cash", "Assets:Bank:12/34 5", 1_200, "JPY"),
            ("receivable", "Assets:Receivable", -1_100, "JPY"),
            ("on_account", "Liabilities:OnAccount", -100, "JPY"),
        ],
        date=dt.date(2026, 1, 3),
    ),
    entry_rows(
        "K3",
        [
            ("cash", "Assets:Bank:KW1", 1, "KWD"),
            ("receivable", "Assets:Receivable", -1, "KWD"),
            ("receivable", "Assets:Receivable", 0, "KWD"),
        ],
        item_number=None,
        customer_id=None,
        evidence="",
    ),
)

HOSTILE = (
    'quote " and \\ backslash \\" \\\\',
    "line\nbreak\r\n2026-01-01 open Assets:Hacked EUR\n  Assets:Hacked  1.00 EUR",
    "\x00\x07\x1b[2J\x7f\x85\u2028\u2029",
    "right \u202eto left\u202c \u2066isolate\u2069",
    "; comment | note ; date:2026-99-99 [2026-99-99] , a:b, (c) {d} ~ @ = !",
    '* 2026-13-45 ^link #tag TRUE include "x"',
    "\u00a0\u3000 blanks \u200d\u200c 日本語 Ünïcödé 🧾 \ufeff",
    "x" * 10_000,
    "=1+1",
    "",
    "   ",
    "\\",
    '"',
    ";",
    "[=2026-99-99]",
)


def hostile_entries():
    return entries_of(
        *(
            entry_rows(
                f"H{at:02}",
                description=text,
                evidence=text,
                item_number=text,
                customer_id=text,
                line_id=text or "L",
            )
            for at, text in enumerate(HOSTILE)
        )
    )


def post(kind, folder, entries):
    path = folder / kind.file_name
    outcomes = kind.connect({"path": path}).post(entries)

    assert set(outcomes["outcome"]) <= {"accepted"}
    return path


def test_bean_check_accepts_the_file_and_its_balances_are_ours(tmp_path):
    entries = entries_of(*RICH)
    balances, transactions = check_with_beancount(post(BEANCOUNT, tmp_path, entries))

    assert balances == balances_of(entries, beancount_account)
    assert [t.meta["recon-key"] for t in transactions] == ["K2", "K1", "K3"]


def test_hledger_strict_accepts_the_file_and_its_balances_are_ours(tmp_path):
    entries = entries_of(*RICH)
    balances = check_with_hledger(post(HLEDGER, tmp_path, entries))

    assert balances == balances_of(entries, hledger_account)


def test_ledger_cli_accepts_the_file_pedantically_and_its_balances_are_ours(tmp_path):
    entries = entries_of(*RICH)
    balances = check_with_ledger_cli(post(LEDGER, tmp_path, entries))

    assert balances == balances_of(entries, hledger_account)


def test_a_transaction_of_beancount_carries_line_item_customer_and_evidence(tmp_path):
    _, (transaction,) = check_with_beancount(post(BEANCOUNT, tmp_path, entries_of(RICH[0])))

    assert transaction.meta["line-id"] == "Labcdefghijklmnop"
    assert transaction.meta["evidence"] == RICH[0][0]["evidence"]
    assert transaction.narration == "ACME GmbH, invoice INV-1001"
    assert transaction.links == {"INV-1001"}
    assert {p.meta["item"] for p in transaction.postings} == {"INV-1001"}
    assert {p.meta["customer"] for p in transaction.postings} == {"C7"}


def test_hledger_finds_an_entry_by_key_code_and_item(tmp_path):
    path = post(HLEDGER, tmp_path, entries_of(*RICH))

    assert "Labcdefghijklmnop" in run_hledger(path, "print", "tag:recon-key=^K1$")
    assert run_hledger(path, "print", "tag:recon-key=^K9$") == ""
    assert "K2" in run_hledger(path, "print", "code:Labc", "cur:JPY")
    assert "INV-1001" in run_hledger(path, "register", "tag:item=INV-1001", "-O", "json")


def test_hostile_text_gives_a_file_that_beancount_accepts(tmp_path):
    entries = hostile_entries()
    balances, transactions = check_with_beancount(post(BEANCOUNT, tmp_path, entries))

    assert balances == balances_of(entries)
    assert len(transactions) == len(HOSTILE)
    narrations = {t.meta["recon-key"]: t.narration for t in transactions}
    assert narrations["H00"] == HOSTILE[0]
    assert narrations["H07"] == HOSTILE[7]
    assert narrations["H03"] == "right <U+202E>to left<U+202C> <U+2066>isolate<U+2069>"


def test_hostile_text_gives_a_file_that_hledger_accepts(tmp_path):
    entries = hostile_entries()
    path = post(HLEDGER, tmp_path, entries)

    assert check_with_hledger(path) == balances_of(entries)
    assert sorted(run_hledger(path, "accounts").split()) == sorted(set(entries["account"]))
    assert len(HLEDGER.connect({"path": path}).find(entries["entry_key"].to_list())) == len(HOSTILE)


def test_hostile_text_gives_a_file_that_ledger_cli_accepts(tmp_path):
    entries = hostile_entries()
    path = post(LEDGER, tmp_path, entries)

    assert check_with_ledger_cli(path) == balances_of(entries)


@pytest.mark.parametrize("kind", [BEANCOUNT, HLEDGER], ids=lambda kind: kind.name)
def test_appended_and_earlier_entries_leave_a_valid_file(kind, tmp_path):
    check = check_with_beancount if kind is BEANCOUNT else check_with_hledger
    rename = beancount_account if kind is BEANCOUNT else hledger_account
    ledger = kind.connect({"path": tmp_path / kind.file_name})
    for entry in (RICH[2], RICH[0], RICH[1]):  # the last is the earliest and brings a new currency
        ledger.post(entries_of(entry))
    balances, *_ = (
        result if isinstance(result := check(tmp_path / kind.file_name), tuple) else (result,)
    )

    assert balances == balances_of(entries_of(*RICH), rename)


@pytest.mark.parametrize("kind", [BEANCOUNT, HLEDGER], ids=lambda kind: kind.name)
def test_reversed_entries_leave_balances_of_zero(kind, tmp_path):
    check = check_with_beancount if kind is BEANCOUNT else check_with_hledger
    ledger = kind.connect({"path": tmp_path / kind.file_name})
    receipts = ledger.post(entries_of(*RICH))
    ledger.reverse(receipts)
    balances, *_ = (
        result if isinstance(result := check(tmp_path / kind.file_name), tuple) else (result,)
    )

    assert balances == {}
    assert ledger.verify(receipts)["outcome"].to_list() == ["accepted"] * 3


def test_a_ledger_that_opens_accounts_elsewhere_can_be_included(tmp_path):
    path = tmp_path / "recon.beancount"
    BEANCOUNT.connect({"path": path, "open_accounts": False}).post(entries_of(RICH[0]))
    main = tmp_path / "main.beancount"
    accounts = "".join(f"2020-01-01 open {row['account']}\n" for row in RICH[0])
    main.write_text(f'{accounts}include "recon.beancount"\n', encoding="utf-8")
    balances, _ = check_with_beancount(main)

    assert balances == balances_of(entries_of(RICH[0]))


def test_a_journal_included_below_a_decimal_comma_keeps_its_amounts(tmp_path):
    HLEDGER.connect({"path": tmp_path / "recon.journal", "declare": False}).post(
        entries_of(RICH[0])
    )
    main = tmp_path / "main.journal"
    accounts = "".join(f"account {row['account']}\n" for row in RICH[0])
    main.write_text(f"commodity 1.000,00 EUR\n{accounts}include recon.journal\n", encoding="utf-8")

    assert "account" not in (tmp_path / "recon.journal").read_text(encoding="utf-8")
    assert check_with_hledger(main) == balances_of(entries_of(RICH[0]))


def test_an_account_a_person_opened_in_another_form_is_not_opened_again(tmp_path):
    path = tmp_path / "ledger.beancount"
    path.write_text(
        '2020-01-01 open Assets:Receivable EUR "STRICT"\n  owner: "us"\n', encoding="utf-8"
    )
    post(BEANCOUNT, tmp_path, entries_of(RICH[0]))
    check_with_beancount(path)

    assert path.read_text(encoding="utf-8").count("open Assets:Receivable") == 1


def test_entries_never_go_into_a_journal_with_another_decimal_mark(tmp_path):
    path = tmp_path / "ledger.journal"
    path.write_text("decimal-mark ,\n", encoding="utf-8")
    with pytest.raises(MalformedFile, match="decimal mark"):
        HLEDGER.connect({"path": path}).post(entries_of(RICH[0]))

    assert path.read_text(encoding="utf-8") == "decimal-mark ,\n"


def test_a_journal_that_a_person_began_gets_the_decimal_mark(tmp_path):
    path = tmp_path / "ledger.journal"
    path.write_text("commodity 1.000,00 EUR\n", encoding="utf-8")
    post(HLEDGER, tmp_path, entries_of(RICH[0]))

    assert check_with_hledger(path) == balances_of(entries_of(RICH[0]))


@pytest.mark.parametrize("account", ["Cash", "Bank:Cash", "Assets", "Assets:", "Assets::X", ""])
def test_an_account_that_beancount_cannot_have_is_rejected(tmp_path, account):
    postings = [("cash", account, 1, "EUR"), ("receivable", "Assets:Receivable", -1, "EUR")]
    outcomes = BEANCOUNT.connect({"path": tmp_path / "x"}).post(
        entries_of(entry_rows("K1", postings))
    )

    assert outcomes["outcome"].to_list() == ["rejected"]


def test_two_accounts_never_become_one():
    names = ["12/34", "12-34", "12 34", "12.34", "12//34", " 12-34", "12-34 "]
    for translate in (beancount_account, hledger_account):
        assert len({translate(f"Assets:Bank:{name}") for name in names}) == len(names)


# ---------------------------------------------------------------- random entries

SAFE_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
ACCOUNTS = st.builds(
    "{}:{}".format,
    st.sampled_from(["Assets:Bank", "Income", "Liabilities:On", "Expenses"]),
    SAFE_TEXT.filter(lambda name: name.strip() and not re.search(r":\s*(:|$)|^\s*:", name)),
)


@st.composite
def random_entry(draw):
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD", "USD"]))
    amounts = draw(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=4))
    amounts.append(-sum(amounts))
    texts = {
        name: draw(SAFE_TEXT) for name in ("description", "evidence", "item_number", "customer_id")
    }
    postings = [("cash", draw(ACCOUNTS), amount, currency) for amount in amounts]
    return postings, texts | {"date": draw(st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)))}


BATCHES = st.lists(random_entry(), min_size=60, max_size=60)
FEW = settings(max_examples=4, deadline=None)


@FEW
@given(BATCHES)
def test_random_entries_pass_bean_check_with_our_balances(tmp_path_factory, batch):
    entries = entries_of(*(entry_rows(f"K{n}", p, **f) for n, (p, f) in enumerate(batch)))
    path = post(BEANCOUNT, tmp_path_factory.mktemp("beancount"), entries)
    balances, transactions = check_with_beancount(path)

    assert balances == balances_of(entries, beancount_account)
    assert len(transactions) == len(batch)


@FEW
@given(BATCHES)
def test_random_entries_pass_ledger_cli_with_our_balances(tmp_path_factory, batch):
    entries = entries_of(*(entry_rows(f"K{n}", p, **f) for n, (p, f) in enumerate(batch)))
    path = post(LEDGER, tmp_path_factory.mktemp("ledger"), entries)

    assert check_with_ledger_cli(path) == balances_of(entries, hledger_account)


@FEW
@given(BATCHES)
def test_random_entries_pass_hledger_strict_with_our_balances(tmp_path_factory, batch):
    entries = entries_of(*(entry_rows(f"K{n}", p, **f) for n, (p, f) in enumerate(batch)))
    path = post(HLEDGER, tmp_path_factory.mktemp("hledger"), entries)

    assert check_with_hledger(path) == balances_of(entries, hledger_account)
