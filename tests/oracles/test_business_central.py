"""Business Central: its matrix of confidence, and its tables of payment tolerance and payment discount tolerance.

Source: dynamics365smb-docs, "Set up rules for automatic payment application" and "Work with payment tolerances and
payment discount tolerances". Where this engine is more careful by principle, the test says so.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from recon.config import Tolerance
from tests.oracles.worlds import decide, profile

# Some hundred matches of documented tables: the scenarios cover the same ways day by day.
pytestmark = pytest.mark.slow

# Related party: fully, partially, not. Document number in the text: several, one, none. Amount: one match, several,
# none, not considered. Confidence as documented; then whether it is applied here.
MATRIX = [
    ("high", "fully", "several", "one", True),
    ("high", "fully", "several", "several", True),
    ("high", "fully", "one", "one", True),
    ("high", "fully", "one", "several", True),
    ("high", "partially", "several", "one", True),
    ("high", "partially", "several", "several", True),
    ("high", "partially", "one", "one", True),
    ("high", "fully", "none", "one", True),
    ("high", "no", "several", "one", True),
    ("high", "no", "several", "several", True),
    # The account and the number are both the customer's: the rest of the money is put on its account.
    ("medium", "fully", "several", "any", True),
    ("medium", "fully", "one", "any", True),
    # Another customer owes the same amount; the account says whose it is.
    ("medium", "fully", "none", "several", True),
    ("medium", "partially", "several", "any", False),
    ("medium", "partially", "one", "any", False),
    # Number and amount to the cent are two witnesses.
    ("medium", "no", "one", "one", True),
    ("medium", "no", "several", "any", False),
    # A name nearly the customer's and a rare amount are two witnesses.
    ("medium", "partially", "none", "one", True),
    ("medium", "no", "one", "any", False),
    ("low", "fully", "none", "none", False),
    ("low", "partially", "none", "several", False),
    ("low", "partially", "none", "none", False),
    ("low", "no", "none", "one", False),
    ("low", "no", "none", "several", False),
]
_PAYERS = {
    "fully": 'from "Meyer Werkzeuge GmbH" account DE75512108001245126199',
    "partially": 'from "Meyer Werkzeug GmbH"',
    "no": "",
}
_TEXTS = {"several": "INV-1001 INV-1002", "one": "INV-1001", "none": "thank you"}


@pytest.mark.parametrize(("confidence", "party", "document", "amount", "is_applied"), MATRIX)
def test_the_matrix(confidence, party, document, amount, is_applied, tmp_path):
    due = 134160 if document == "several" else 81243
    paid = due if amount in ("one", "several") else due + 1111
    rows = [
        f'line L1 2026-01-15 {paid / 100:.2f} EUR "{_TEXTS[document]}" {_PAYERS[party]}',
        'customer C1 "Meyer Werkzeuge GmbH" account DE75512108001245126199',
        'customer C2 "Bolt AG"',
        "item INV-1001 812.43 EUR of C1 issued 2026-01-01",
        "item INV-2001 77.31 EUR of C2",
    ]
    if document == "several":
        rows.append("item INV-1002 529.17 EUR of C1 issued 2026-01-01")
    if amount == "several":
        rows.append(f"item INV-2002 {due / 100:.2f} EUR of C2 issued 2026-01-01")
    seen = decide("\n".join(rows), profile("business-central", tmp_path))["L1"]

    assert (seen.fate == "applied") == is_applied, seen
    assert not (confidence == "low" and seen.fate == "applied")
    # Nothing is lost from sight: what is not applied is suggested, with a reason.
    assert seen.fate in ("applied", "suggested")
    assert any("INV-1001" in row for row in seen.rows)


def test_the_number_is_found_where_its_first_occurrence_is_a_piece_of_a_word(tmp_path):
    # Business Central looks at the first occurrence only, and misses this one.
    text = """
line L1 2026-01-15 812.43 EUR "XINV1001 our invoice INV1001"
item INV1001 812.43 EUR of C1
item INV1002 77.31 EUR of C1
customer C1 "Bolt AG"
"""
    assert decide(text, profile("business-central", tmp_path))["L1"].rows == (
        "payment INV1001 81243",
    )


IN_TIME, IN_GRACE, OVER = dt.date(2026, 1, 15), dt.date(2026, 1, 20), dt.date(2026, 1, 21)
# Paid on, late discount accepted, paid; then what the table says, and the rows here.
TOLERANCE = [
    (IN_TIME, True, 985, "closed, tolerance -5", "paid 985, discount 15"),
    (IN_TIME, True, 980, "closed", "paid 980, discount 20"),
    (IN_TIME, True, 975, "closed, tolerance 5", "paid 975, discount 20, write_off 5"),
    # An overpayment is no tolerance here: it is the customer's money.
    (IN_GRACE, False, 1005, "closed, tolerance -5", "paid 1000, on_account 5"),
    (IN_GRACE, False, 1000, "closed", "paid 1000"),
    (IN_GRACE, False, 995, "closed, tolerance 5", "paid 995, write_off 5"),
    # Business Central grants the discount to who did not take it, and leaves 25, 20 and 15 on the payment.
    (IN_GRACE, True, 1005, "25 left on the payment", "paid 1000, on_account 5"),
    (IN_GRACE, True, 1000, "20 left on the payment", "paid 1000"),
    (IN_GRACE, True, 995, "15 left on the payment", "paid 995, write_off 5"),
    (IN_GRACE, True, 985, "closed, tolerance -5", "paid 985, discount 15"),
    (IN_GRACE, True, 980, "closed", "paid 980, discount 20"),
    (IN_GRACE, True, 975, "closed, tolerance 5", "paid 975, discount 20, write_off 5"),
    (OVER, True, 1005, "closed, tolerance -5", "paid 1000, on_account 5"),
    (OVER, True, 1000, "closed", "paid 1000"),
    (OVER, True, 995, "closed, tolerance 5", "paid 995, write_off 5"),
    (OVER, True, 985, "15 left on the invoice", "paid 985"),
    (OVER, True, 980, "20 left on the invoice", "paid 980"),
    (OVER, True, 975, "25 left on the invoice", "paid 975"),
]


@pytest.mark.parametrize(("day", "is_accepted", "paid", "documented", "here"), TOLERANCE)
def test_one_invoice_of_1000_with_discount_20_and_tolerance_5(
    day, is_accepted, paid, documented, here, tmp_path
):
    policy = _accepting(profile("business-central", tmp_path), is_accepted=is_accepted)
    text = f"""
line L1 {day} {paid}.00 EUR "INV-1001" from "ACME GmbH"
item INV-1001 1000.00 EUR of C1 issued 2026-01-01 discount 20.00 until 2026-01-15
customer C1 "ACME GmbH"
"""
    seen = decide(text, policy)["L1"]
    on_invoice = sum(amount for name, amount in _amounts(seen.rows) if name != "on_account")

    assert seen.fate == "applied"
    assert ", ".join(f"{name} {amount}" for name, amount in _amounts(seen.rows)) == here
    if documented.endswith("on the invoice"):
        assert f"{1000 - on_invoice} left" in documented
    else:
        assert on_invoice == 1000


def _amounts(rows):
    order = ("payment", "discount", "write_off", "on_account")
    parts = sorted((row.split() for row in rows), key=lambda part: order.index(part[0]))
    return [("paid" if kind == "payment" else kind, int(minor) // 100) for kind, _, minor in parts]


def _accepting(policy, *, is_accepted):
    """Late discounts within the grace period are accepted for all documents, or refused for all."""
    days = policy.discount.grace_days if is_accepted else 0
    discount = msgspec.structs.replace(policy.discount, grace_days=days)
    return msgspec.structs.replace(policy, discount=discount)


# Invoice 1: 1000, discount 60 until 15 January, grace to 20. Invoice 2: 1000, discount 30 until 17, grace to 22.
# Which late discounts are accepted: none, the second's, the first's, both. What is due then, and the discounts in it.
# The documentation mislabels the rows of 18 to 20 January where only the first is accepted (C) as 16 to 18, D.
TWO_INVOICES = [
    ("2026-01-15", "none", 1910, (60, 30)),
    ("2026-01-17", "none", 1970, (0, 30)),
    ("2026-01-20", "none", 2000, (0, 0)),
    ("2026-01-22", "none", 2000, (0, 0)),
    ("2026-01-23", "none", 2000, (0, 0)),
    ("2026-01-17", "both", 1910, (60, 30)),
    ("2026-01-20", "both", 1910, (60, 30)),
    ("2026-01-22", "both", 1970, (0, 30)),
    ("2026-01-20", "second", 1970, (0, 30)),
    ("2026-01-20", "first", 1940, (60, 0)),
]
_BEYOND = (10, 0, -10)


@pytest.mark.parametrize("beyond", _BEYOND)
@pytest.mark.parametrize(("day", "accepted", "due", "discounts"), TWO_INVOICES)
def test_two_invoices_with_two_discounts_and_a_tolerance_of_10(
    day, accepted, due, discounts, beyond, tmp_path
):
    policy = _accepting(profile("business-central", tmp_path), is_accepted=accepted == "both")
    # The tolerances of two documents add up there; here one limit holds for the line.
    both = Tolerance(amount=Decimal(10), percent=Decimal("0.5"))
    policy = msgspec.structs.replace(policy, tolerance=both)
    text = f"""
line L1 {day} {due + beyond}.00 EUR "INV-1001 INV-1002" from "ACME GmbH"
item INV-1001 1000.00 EUR of C1 issued 2026-01-01 discount 60.00 until 2026-01-15
item INV-1002 1000.00 EUR of C1 issued 2026-01-02 discount 30.00 until 2026-01-17
customer C1 "ACME GmbH"
"""
    seen = decide(text, policy)["L1"]
    totals = {kind: sum(n for name, n in _amounts(seen.rows) if name == kind)
              for kind in ("paid", "discount", "write_off", "on_account")}  # fmt: skip

    if accepted in ("first", "second"):
        # Which document's late discount is granted is a person's decision; here it is asked for.
        assert (seen.fate, seen.reason) == ("suggested", "short_payment")
    else:
        assert seen.fate == "applied"
        assert totals["paid"] + totals["discount"] + totals["write_off"] == 2000
        # Who pays 10 more than what is due took a discount that much smaller, or overpaid.
        over = beyond if beyond > 0 and not any(discounts) else 0
        assert totals["discount"] == sum(discounts) - (max(beyond, 0) - over)
        assert totals["write_off"] == max(-beyond, 0)
        assert totals["on_account"] == over
