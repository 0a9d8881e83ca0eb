"""An overpayment is one only if its rest is nobody's price."""

from __future__ import annotations

import pytest

from recon.config import Policy
from recon.match.ledger import weighed_frame
from tests.match.test_lessons import ACME, world_of
from tests.scenarios.build import run_world

QUOTED = "item INV-1001 812.40 EUR of C1"


def refusals(line, *items):
    """Give the refusals of paying INV-1001 and leaving the rest on account."""
    world = world_of(f"line L1 2026-01-15 {line}", QUOTED, ACME, 'customer C2 "Bolt AG"', *items)
    matched = run_world(world.inputs, world.policy).matched
    over = weighed_frame(matched.workings, Policy()).filter(
        settlement="over", item_numbers="INV-1001"
    )
    (found,) = over["refusals"]
    return (found or "").split("|")


@pytest.mark.parametrize(
    "item",
    [
        "item INV-1002 87.67 EUR of C1",
        "item INV-1002 100.67 EUR of C1 discount 13.00 until 2026-01-20",
    ],
)
def test_a_rest_that_is_a_price_of_the_same_customer_is_no_overpayment(item):
    assert "overpayment" in refusals('900.07 EUR "INV-1001"  from "ACME GmbH"', item)


@pytest.mark.parametrize(
    "item",
    [
        "item INV-1002 87.66 EUR of C1",
        "item INV-1002 87.67 USD of C1",
        "item INV-1002 87.67 EUR of C2",
    ],
)
def test_the_price_of_another_customer_or_currency_or_a_near_one_does_not_matter(item):
    assert "overpayment" not in refusals('900.07 EUR "INV-1001"  from "ACME GmbH"', item)
