"""Oracle Receivables AutoCash: its rules one by one, and both worked examples.

Source: "Examples of Using Each AutoCash Rule" and "Example of Using an AutoCash Rule Set". Where this engine is more
careful by principle, the test says so: a round amount that fits is suggested first, not applied.
"""

from __future__ import annotations

import pytest

from tests.oracles.worlds import decide, profile

# Some hundred matches of documented tables: the scenarios cover the same ways day by day.
pytestmark = pytest.mark.slow

_CUSTOMER = 'customer C1 "ACME GmbH" account DE75512108001245126199\n'
_FROM = 'from "ACME GmbH" account DE75512108001245126199'


def test_rule_1_example_a_an_invoice_less_its_earned_discount(tmp_path):
    # Invoice 2000, 10 % within 10 days of 1 January; 1800 on 14 January, 5 days of grace. The page prints a discount
    # of 20; 10 % are 200.
    text = f"""
line L1 2003-01-14 1800.00 USD "payment" {_FROM}
item 1001 2000.00 USD of C1 issued 2003-01-01 due 2003-01-31 discount 200.00 until 2003-01-11
{_CUSTOMER}"""
    seen = decide(text, profile("oracle-autocash", tmp_path))["L1"]

    assert seen.fate == "applied"
    assert seen.rows == ("discount 1001 20000", "payment 1001 180000")


def test_rule_1_is_left_to_a_person_where_only_a_name_and_a_round_amount_agree(tmp_path):
    # AutoCash applies; here 100 of a name without an account is coincidence too often.
    text = """
line L1 2003-01-14 100.00 USD "payment" from "ACME GmbH"
item 1001 100.00 USD of C1 issued 2003-01-01 due 2003-01-31
item 1002 529.17 USD of C1 issued 2003-01-01 due 2003-01-31
customer C1 "ACME GmbH"
"""
    seen = decide(text, profile("oracle-autocash", tmp_path))["L1"]

    assert (seen.fate, seen.reason) == ("suggested", "below_threshold")
    assert seen.rows == ("payment 1001 10000",)


def test_rule_1_of_equal_invoices_the_one_due_first(tmp_path):
    text = f"""
line L1 2003-01-14 812.43 USD "payment" {_FROM}
item 1002 812.43 USD of C1 due 2003-01-20
item 1001 812.43 USD of C1 due 2003-01-21
{_CUSTOMER}"""
    seen = decide(text, profile("oracle-autocash", tmp_path))["L1"]

    assert (seen.fate, seen.rows) == ("applied", ("payment 1002 81243",))


def test_rule_2_the_whole_account_credit_notes_included(tmp_path):
    text = f"""
line L1 2003-01-14 1221.50 USD "payment" {_FROM}
item 1001 812.43 USD of C1 due 2003-01-20
item 1002 529.17 USD of C1 due 2003-01-21
item CN-7 -120.10 USD of C1
{_CUSTOMER}"""
    seen = decide(text, profile("oracle-autocash", tmp_path))["L1"]

    assert seen.fate == "applied"
    assert seen.rows == ("payment 1001 81243", "payment 1002 52917", "payment CN-7 -12010")


def test_rule_3_what_is_past_due(tmp_path):
    # Past due are 1001 and 1002; no other items come to the amount, so it is the same answer.
    text = f"""
line L1 2003-01-14 1341.60 USD "payment" {_FROM}
item 1001 812.43 USD of C1 due 2003-01-02
item 1002 529.17 USD of C1 due 2003-01-03
item 1003 433.09 USD of C1 due 2003-02-20
{_CUSTOMER}"""
    seen = decide(text, profile("oracle-autocash", tmp_path))["L1"]

    assert (seen.fate, seen.rows) == ("applied", ("payment 1001 81243", "payment 1002 52917"))


def test_rule_3_is_refused_where_other_items_come_to_the_amount_as_well(tmp_path):
    # AutoCash applies; here two answers are no answer.
    text = f"""
line L1 2003-01-14 1341.60 USD "payment" {_FROM}
item 1001 812.43 USD of C1 due 2003-01-02
item 1002 529.17 USD of C1 due 2003-01-03
item 1003 530.00 USD of C1 due 2003-02-20
item 1004 811.60 USD of C1 due 2003-02-21
{_CUSTOMER}"""
    seen = decide(text, profile("oracle-autocash", tmp_path))["L1"]

    assert (seen.fate, seen.reason) == ("suggested", "ambiguous")


def test_rule_5_example_b_the_oldest_first_the_last_one_in_part(tmp_path):
    # 600 on 10 December; 124 is due on the 8th, 123 on the 11th, 125 on the 13th. Rules 1 and 2 fail: 650 are open.
    text = f"""
line L1 2002-12-10 600.00 USD "payment" {_FROM}
item 123 200.00 USD of C1 due 2002-12-11
item 124 300.00 USD of C1 due 2002-12-08
item 125 150.00 USD of C1 due 2002-12-13
{_CUSTOMER}"""
    seen = decide(text, profile("oracle-autocash", tmp_path))["L1"]

    assert seen.fate == "applied"
    assert seen.rows == ("payment 123 20000", "payment 124 30000", "payment 125 10000")


def test_the_remainder_goes_on_account(tmp_path):
    text = f"""
line L1 2002-12-10 700.00 USD "payment" {_FROM}
item 123 200.00 USD of C1 due 2002-12-11
item 124 300.00 USD of C1 due 2002-12-08
{_CUSTOMER}"""
    seen = decide(text, profile("oracle-autocash", tmp_path))["L1"]

    assert seen.fate == "applied"
    assert seen.rows == ("on_account - 20000", "payment 123 20000", "payment 124 30000")


def test_a_receipt_of_nobody_known_is_unidentified(tmp_path):
    text = f"""
line L1 2002-12-10 600.00 USD "payment" from "Stranger Ltd"
item 123 200.00 USD of C1 due 2002-12-11
item 124 300.00 USD of C1 due 2002-12-08
{_CUSTOMER}"""
    seen = decide(text, profile("oracle-autocash", tmp_path))["L1"]

    assert (seen.fate, seen.reason) == ("unmatched", "no_candidate")


def test_the_number_quoted_identifies_the_customer(tmp_path):
    # Lockbox with AutoAssociate: the matching number names the customer.
    text = f"""
line L1 2002-12-10 812.43 USD "INV-4711"
item INV-4711 812.43 USD of C1 due 2002-12-11
item INV-4712 77.31 USD of C1 due 2002-12-08
{_CUSTOMER}"""
    seen = decide(text, profile("oracle-autocash", tmp_path))["L1"]

    assert (seen.fate, seen.rows) == ("applied", ("payment INV-4711 81243",))
