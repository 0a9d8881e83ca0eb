"""Rules of what is not open: a payer who is known for certain may still pay something that the books do not hold."""

from __future__ import annotations

import datetime as dt

import polars as pl

from recon.config import Policy
from recon.run.matching import match_lines
from tests.scenarios.build import inputs_of, items_frame, lines_frame

DAY = dt.date(2026, 1, 15)


def confidence_of(own_items: int, text: str = "thank you", prices: int = 0) -> int:
    """The confidence that a known payer pays the one of its items that has this amount."""
    line = {"booking_date": DAY, "amount": 81_247, "payer_name": "ACME GmbH", "remittance": text}
    owed = [
        {"number": f"INV-{at:04}", "open_amount": 81_247 if at == 0 else 50_003 + 7 * at}
        | {"customer_id": "C1", "customer_name": "ACME GmbH"}
        for at in range(own_items)
    ]
    others = [
        {"number": f"INV-{9000 + at}", "open_amount": 81_247 if at < prices else 90_001 + 7 * at}
        | {"customer_id": f"C{at + 2}", "customer_name": f"Bolt Nr {at}"}
        for at in range(200)
    ]
    matched = match_lines(inputs_of(lines_frame([line]), items_frame([*owed, *others])), Policy())
    return matched.proposals.filter(pl.col("rank") == 1)["confidence_ppm"].item()


def test_the_more_a_payer_owes_the_likelier_its_amount_meets_one_of_its_items_by_chance():
    assert confidence_of(60) < confidence_of(20) < confidence_of(1)


def test_a_price_that_others_owe_as_well_is_met_by_chance_more_often():
    assert confidence_of(20, prices=100) < 995_000 < confidence_of(20)


def test_a_number_that_names_no_item_speaks_for_something_that_is_not_open():
    assert confidence_of(20, text="order 7788123") < confidence_of(20)


def test_the_number_of_the_item_outweighs_what_is_not_open():
    assert confidence_of(60, text="INV-0000") > confidence_of(1)
