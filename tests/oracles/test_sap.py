"""SAP: the lower of amount and percentage, an empty percentage, partial payment against residual item.

Source: SAP knowledge base 3539821 (tolerances) and 3399348 (partial payments and residual items).
"""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from recon.config import Tolerance
from tests.oracles.worlds import decide, profile

# Some hundred matches of documented tables: the scenarios cover the same ways day by day.
pytestmark = pytest.mark.slow


def _paid(due, paid, policy):
    text = f"""
line L1 2026-01-25 {paid} EUR "INV-1001" from "ACME GmbH"
item INV-1001 {due} EUR of C1
customer C1 "ACME GmbH"
"""
    return decide(text, policy)["L1"]


@pytest.mark.parametrize(
    ("due", "tolerated"), [("400.00", "20.00"), ("2000.00", "50.00"), ("1000.00", "50.00")]
)
def test_the_lower_of_50_and_5_percent_is_written_off_and_a_cent_more_is_not(
    due, tolerated, tmp_path
):
    policy = profile("sap", tmp_path)
    within, minor = Decimal(due) - Decimal(tolerated), int(Decimal(tolerated) * 100)

    assert f"write_off INV-1001 {minor}" in _paid(due, within, policy).rows
    assert _paid(due, within - Decimal("0.01"), policy).rows == (
        f"payment INV-1001 {int(within * 100) - 1}",
    )


def test_an_empty_percentage_tolerates_nothing(tmp_path):
    nothing = Tolerance(amount=Decimal(50), percent=Decimal(0))
    policy = msgspec.structs.replace(profile("sap", tmp_path), tolerance=nothing)

    assert _paid("400.00", "399.99", policy).rows == ("payment INV-1001 39999",)


def test_a_partial_payment_leaves_300_of_500_open(tmp_path):
    # Residual items are not made here: the balance of 300 stands on the invoice itself, as with a partial payment.
    seen = _paid("500.00", "200.00", profile("sap", tmp_path))

    assert (seen.fate, seen.rows) == ("applied", ("payment INV-1001 20000",))


@pytest.mark.parametrize(
    "text",
    [
        "RE-00412",  # the prefix is lost in parts
        "RE 2026 00412",  # blanks between the digits
        "RE.2026.00412",  # points between the digits
        "XRE-2026-00412 RE-2026-00412",  # a longer number before it
        "re-2026-412",  # leading zeros lost
    ],
)
def test_a_number_that_interpretation_algorithm_001_misses_is_found(text, tmp_path):
    # 001 finds a document only "in exactly the same form and with exactly the same number of characters".
    world = f"""
line L1 2026-01-25 812.43 EUR "{text}" from "ACME GmbH"
item RE-2026-00412 812.43 EUR of C1
item RE-2026-00413 77.31 EUR of C1
customer C1 "ACME GmbH"
"""
    assert decide(world, profile("sap", tmp_path))["L1"].rows == ("payment RE-2026-00412 81243",)
