"""Customers, closed items and our own accounts."""

from __future__ import annotations

import pytest

from recon.api import UnreadableItems
from tests.plugins.item_file.writing import HEADER, fetch, write_csv, write_xlsx

ITEMS = f"{HEADER}\n1,A,EUR,1\n"


@pytest.fixture
def items(tmp_path):
    return write_csv(tmp_path, ITEMS)


def test_customers_have_several_accounts_and_aliases(tmp_path, items):
    text = (
        "customer_id,name,country,iban,parent_customer_id,aliases\n"
        "C1,ACME GmbH,DE,DE02 1203 0000 0000 2020 51|DE02500105170137075030,C0,Acme| A.C.M.E. |Acme|\n"
        "C2,,,,,\n"
    )
    parties = fetch(items, customers=write_csv(tmp_path, text, "customers.csv")).parties

    assert parties.rows(named=True) == [
        {
            "customer_id": "C1",
            "name": "ACME GmbH",
            "country": "DE",
            "parent_customer_id": "C0",
            "accounts": ["DE02120300000000202051", "DE02500105170137075030"],
            "aliases": ["Acme", "A.C.M.E."],
        },
        {
            "customer_id": "C2",
            "name": None,
            "country": None,
            "parent_customer_id": None,
            "accounts": [],
            "aliases": [],
        },
    ]


def test_customer_headers_can_be_renamed(tmp_path, items):
    path = write_csv(tmp_path, "Konto,name\n10001,ACME\n", "customers.csv")
    parties = fetch(items, customers=path, customer_columns={"customer_id": "Konto"}).parties

    assert parties["customer_id"].to_list() == ["10001"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("customer_id,name\nC1,a\nC1,b\n", 3),
        ("customer_id,name\n,a\n", 2),
        ("name\na\n", 1),
        ("customer_id,country\nC1,Germany\n", 2),
    ],
)
def test_a_wrong_customer_stops_with_its_place(tmp_path, items, text, line):
    with pytest.raises(UnreadableItems) as caught:
        fetch(items, customers=write_csv(tmp_path, text, "customers.csv"))

    assert caught.value.place.line == line
    assert caught.value.place.file.endswith("customers.csv")


def test_a_bank_account_that_excel_made_a_number_is_refused(tmp_path, items):
    path = write_xlsx(
        tmp_path, [["customer_id", "iban"], ["C1", 370400440532013000]], "customers.xlsx"
    )
    with pytest.raises(UnreadableItems, match="15 digits"):
        fetch(items, customers=path)


def test_closed_items_need_their_number_alone(tmp_path, items):
    bare = write_csv(tmp_path, "number\nINV-0\n", "bare.csv")
    full = write_csv(
        tmp_path, "number,customer_id,currency,amount\nINV-0,C1,JPY,500\nINV-0,,,\n", "full.csv"
    )

    assert fetch(items, closed=bare).closed.rows() == [("INV-0", None, None, None)]
    assert fetch(items, closed=full).closed.rows() == [
        ("INV-0", "C1", "JPY", 500),
        ("INV-0", None, None, None),
    ]


def test_an_amount_without_a_currency_is_an_error(tmp_path, items):
    path = write_csv(tmp_path, "number,amount\nINV-0,5\n", "closed.csv")
    with pytest.raises(UnreadableItems, match="without a currency"):
        fetch(items, closed=path)


def test_own_accounts_lose_their_blanks_and_nothing_else(tmp_path, items):
    path = write_csv(
        tmp_path, "account,currency\nDE02 1203 0000,EUR\n37040044/0532,\n", "accounts.csv"
    )

    assert fetch(items, accounts=path).own_accounts.rows() == [
        ("DE0212030000", "EUR"),
        ("37040044/0532", None),
    ]


def test_a_default_currency_says_nothing_about_our_accounts(tmp_path, items):
    path = write_csv(tmp_path, "account,currency\nX,\n", "accounts.csv")

    assert fetch(items, accounts=path, default_currency="EUR").own_accounts.rows() == [("X", None)]


@pytest.mark.parametrize(
    "text", ["account\nA B\nAB\n", "account,currency\nA,XQX\n", "currency\nEUR\n"]
)
def test_a_wrong_own_account_is_an_error(tmp_path, items, text):
    with pytest.raises(UnreadableItems):
        fetch(items, accounts=write_csv(tmp_path, text, "accounts.csv"))
