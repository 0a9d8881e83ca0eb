"""NetSuite refuses two candidates; QuickBooks Online looks 90 days back and 20 days ahead, and at exact amounts only.

Source: NetSuite's pages on intelligent transaction matching; QuickBooks' help on transactions that find no match.
"""

from __future__ import annotations

import pytest

from tests.oracles.worlds import decide, profile

# Some hundred matches of documented tables: the scenarios cover the same ways day by day.
pytestmark = pytest.mark.slow

_CUSTOMER = 'customer C1 "ACME GmbH" account DE75512108001245126199\n'
_FROM = 'from "ACME GmbH" account DE75512108001245126199'


def test_netsuite_two_candidates_of_70_are_no_match(tmp_path):
    text = f"""
line L1 2023-03-22 70.00 USD "payment" {_FROM}
item P1 70.00 USD of C1 issued 2023-02-14
item P2 70.00 USD of C1 issued 2023-01-16
{_CUSTOMER}"""
    seen = decide(text, profile("netsuite", tmp_path))["L1"]

    assert (seen.fate, seen.reason) == ("suggested", "equal_items")


def test_netsuite_number_and_amount_exact_is_a_match(tmp_path):
    text = f"""
line L1 2023-03-22 70.00 USD "INV-4711" {_FROM}
item INV-4711 70.00 USD of C1 issued 2023-02-14
item INV-4712 70.00 USD of C1 issued 2023-01-16
{_CUSTOMER}"""
    seen = decide(text, profile("netsuite", tmp_path))["L1"]

    assert (seen.fate, seen.rows) == ("applied", ("payment INV-4711 7000",))


@pytest.mark.parametrize(("issued", "is_seen"), [("2022-03-22", True), ("2022-03-21", False)])
def test_netsuite_an_old_item_is_not_captured(issued, is_seen, tmp_path):
    text = f"""
line L1 2023-03-22 812.43 USD "payment" {_FROM}
item INV-4711 812.43 USD of C1 issued {issued}
item INV-4712 77.31 USD of C1 issued 2023-01-16
{_CUSTOMER}"""
    rows = decide(text, profile("netsuite", tmp_path))["L1"].rows

    assert ("payment INV-4711 81243" in rows) == is_seen


@pytest.mark.parametrize(
    ("issued", "is_seen"),
    [
        ("2026-04-01", True),  # 90 days before the payment
        ("2026-03-31", False),
        ("2026-07-20", True),  # 20 days after it
        ("2026-07-21", False),
    ],
)
def test_quickbooks_the_window(issued, is_seen, tmp_path):
    text = f"""
line L1 2026-06-30 812.43 AUD "payment" {_FROM}
item INV-4711 812.43 AUD of C1 issued {issued}
item INV-4712 77.31 AUD of C1 issued 2026-06-01
{_CUSTOMER}"""
    rows = decide(text, profile("quickbooks", tmp_path))["L1"].rows

    assert (rows == ("payment INV-4711 81243",)) == is_seen


def test_quickbooks_an_item_of_the_same_day_is_applied_only_with_its_payer(tmp_path):
    # QuickBooks proposes on amount and date; neither is ever enough here.
    text = f"""
line L1 2026-06-30 812.43 AUD "payment"
line L2 2026-06-30 529.17 AUD "payment" {_FROM}
item INV-4711 812.43 AUD of C1 issued 2026-06-29
item INV-4712 529.17 AUD of C1 issued 2026-06-29
{_CUSTOMER}"""
    seen = decide(text, profile("quickbooks", tmp_path))

    assert (seen["L1"].fate, seen["L1"].reason) == ("suggested", "one_class_only")
    assert seen["L2"].fate == "applied"


@pytest.mark.parametrize("paid", ["812.42", "797.43"])
def test_quickbooks_nothing_short_is_applied(paid, tmp_path):
    text = f"""
line L1 2026-06-30 {paid} AUD "INV-4711" {_FROM}
item INV-4711 812.43 AUD of C1 issued 2026-06-29
{_CUSTOMER}"""
    seen = decide(text, profile("quickbooks", tmp_path))["L1"]

    assert (seen.fate, seen.reason) == ("suggested", "short_payment")
