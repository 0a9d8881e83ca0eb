"""Whose account the money came from: one's own, another's, a new one, or nobody can tell."""

from __future__ import annotations

import polars as pl
import pytest

from recon.review.payers import account_verdicts, families, is_new_account
from tests.scenarios.build import parties_frame

PARTIES = parties_frame(
    [
        {"customer_id": "TOP", "accounts": ["DE 01"]},
        {"customer_id": "SUB", "parent_customer_id": "TOP", "accounts": ["DE02"]},
        {"customer_id": "LEAF", "parent_customer_id": "SUB"},
        {"customer_id": "ELSE", "accounts": ["DE03"]},
        {"customer_id": "BARE"},
    ]
)


def test_a_family_is_named_by_its_topmost_parent():
    assert dict(families(PARTIES).iter_rows()) == {
        "TOP": "TOP",
        "SUB": "TOP",
        "LEAF": "TOP",
        "ELSE": "ELSE",
        "BARE": "BARE",
    }


def test_a_ring_of_parents_and_a_parent_that_nobody_lists_end():
    ring = parties_frame(
        [
            {"customer_id": "A", "parent_customer_id": "B"},
            {"customer_id": "B", "parent_customer_id": "A"},
            {"customer_id": "C", "parent_customer_id": "GONE"},
        ]
    )
    found = dict(families(ring).iter_rows())

    assert set(found) == {"A", "B", "C"}
    assert found["C"] == "GONE"


CASES = [
    ("TOP", "de01", "own"),
    ("LEAF", "DE 01", "own"),
    ("TOP", "DE02", "own"),
    ("LEAF", "DE99", "new"),
    ("TOP", "DE03", "foreign"),
    ("BARE", "DE03", "foreign"),
    ("BARE", "DE99", "unknown"),
    ("NOBODY", "DE01", "unknown"),
    (None, "DE01", "unknown"),
    ("TOP", None, "unknown"),
    ("TOP", " - ", "unknown"),
]


@pytest.mark.parametrize(("customer", "account", "verdict"), CASES)
def test_the_verdict_on_an_account(customer, account, verdict):
    paid = pl.DataFrame(
        {"customer_id": [customer], "payer_account": [account]},
        schema={"customer_id": pl.String, "payer_account": pl.String},
    )

    assert account_verdicts(PARTIES, paid)["verdict"].to_list() == [verdict]
    if customer is not None:
        is_new = is_new_account(PARTIES, {"payer_account": account}, [customer])
        assert is_new is (verdict == "new")


def test_an_account_that_is_new_for_one_of_several_customers_is_new():
    line = {"payer_account": "DE99"}

    assert is_new_account(PARTIES, line, ["BARE", "TOP"])
    assert not is_new_account(PARTIES, line, ["BARE"])
    assert not is_new_account(PARTIES, line, [])
