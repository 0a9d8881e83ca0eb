"""Stripe: the five steps in which a customer's balance is reconciled.

Source: "Customer balance reconciliation". Its steps 3 and 4 apply whatever comes to the amount; here a group is
applied only where it is the only one and no coincidence, and the oldest invoices are offered, not paid.
"""

from __future__ import annotations

import pytest

from tests.oracles.worlds import decide, profile

# Some hundred matches of documented tables: the scenarios cover the same ways day by day.
pytestmark = pytest.mark.slow

_FROM = 'from "ACME GmbH" account DE75512108001245126199'
_BOOKS = """
item INV-1001 812.43 EUR of C1 due 2026-01-01
item INV-1002 529.17 EUR of C1 due 2026-01-02
item INV-1003 433.09 EUR of C1 due 2026-01-03
item INV-1004 95.61 EUR of C1 due 2026-01-04
customer C1 "ACME GmbH" account DE75512108001245126199
"""
STEPS = [
    # Step 1: the reference is one invoice's number.
    ("529.17", "INV-1002", "applied", ("payment INV-1002 52917",)),
    # Step 2 concerns payment intents; here the nearest is an amount of one item.
    ("433.09", "thanks", "applied", ("payment INV-1003 43309",)),
    # Step 3: a group of up to five whose sum is exact.
    ("1341.60", "thanks", "applied", ("payment INV-1001 81243", "payment INV-1002 52917")),
    (
        "1870.30",
        "thanks",
        "applied",
        ("payment INV-1001 81243", "payment INV-1002 52917", "payment INV-1003 43309",
         "payment INV-1004 9561"),
    ),
    # Step 4: invoices in full, oldest first; the rest to the oldest intents (step 5), here on account.
    ("1400.00", "thanks", "suggested", ("payment INV-1001 81243", "payment INV-1002 52917",
                                        "payment INV-1003 5840")),
    # A reference wins over a group: the rest of 812.43 is the customer's money.
    ("530.00", "INV-1002", "applied", ("on_account - 83", "payment INV-1002 52917")),
    # Invoices are never paid in part.
    ("500.00", "INV-1002", "suggested", ("payment INV-1002 50000",)),
]  # fmt: skip


@pytest.mark.parametrize(("amount", "text", "fate", "rows"), STEPS)
def test_the_steps(amount, text, fate, rows, tmp_path):
    world = f'line L1 2026-01-15 {amount} EUR "{text}" {_FROM}{_BOOKS}'
    seen = decide(world, profile("stripe", tmp_path))["L1"]

    assert (seen.fate, seen.rows) == (fate, rows)


def test_step_3_the_smallest_group_is_no_proof_where_two_fit(tmp_path):
    # Stripe takes the smallest group; two that fit are ambiguous here, the smaller one is offered first.
    world = f"""
line L1 2026-01-15 1341.60 EUR "thanks" {_FROM}
item INV-1001 812.43 EUR of C1
item INV-1002 529.17 EUR of C1
item INV-1003 500.00 EUR of C1
item INV-1004 441.60 EUR of C1
item INV-1005 400.00 EUR of C1
customer C1 "ACME GmbH" account DE75512108001245126199
"""
    seen = decide(world, profile("stripe", tmp_path))["L1"]

    assert (seen.fate, seen.reason) == ("suggested", "ambiguous")
    assert seen.rows == ("payment INV-1001 81243", "payment INV-1002 52917")


def test_a_group_of_strangers_is_coincidence(tmp_path):
    world = f'line L1 2026-01-15 1341.60 EUR "thanks" from "Stranger Ltd"{_BOOKS}'
    seen = decide(world, profile("stripe", tmp_path))["L1"]

    assert seen.fate == "unmatched"
