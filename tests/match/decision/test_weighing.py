"""Rules of weighing that no whole world shows alone: which lines name a number, what is one explanation, what is shared."""

from __future__ import annotations

import polars as pl
import pytest

from recon.match.decision.score import _added, _flags, _quotes_other, _together, with_confidence
from recon.match.proposals.propose import Proposed
from tests.match.test_lessons import ACME, fates_of

MAKERS = (
    "reference_millibits",
    "amount_millibits",
    "party_millibits",
    "history_millibits",
    "date_millibits",
    "prior_millibits",
)


@pytest.mark.parametrize(
    ("text", "customer_numbers", "names_a_number"),
    [
        pytest.param("invoice 48121", 0, True, id="one number that could be an invoice's"),
        pytest.param("customer 48121", 1, False, id="the customer's own number alone"),
        pytest.param("customer 48121 invoice 90210", 1, True, id="one beside the customer's own"),
        pytest.param("thank you 2026", 0, False, id="a year is none"),
        pytest.param("thank you\x1e48121", 0, False, id="it stands outside the remittance"),
    ],
)
def test_a_line_names_a_number_where_one_stands_that_is_not_the_customers_own(
    text, customer_numbers, names_a_number
):
    receipts = pl.DataFrame(
        {
            "line": [1],
            "text": [text],
            "amount": [100],
            **{name: [False] for name in ("is_disguised", "is_held", "is_uncombined")},
        }
    )
    proposals = pl.DataFrame({"line": [1], "reference_millibits": [0]})
    absent = pl.DataFrame(
        {"line": [1] * customer_numbers, "party_kind": ["customer_number"] * customer_numbers},
        schema={"line": pl.Int64, "party_kind": pl.String},
    )

    seen = _flags(receipts, proposals, absent)

    assert seen["names_a_number"].to_list() == [names_a_number]


def made(proposal: int, items: list[int], *, shape: str = "several_items", **of_proposal: int):
    """What a maker proposes for line 1: items of one amount, in this order."""
    weights = dict.fromkeys(MAKERS, 0) | of_proposal
    return Proposed(
        pl.DataFrame([{"proposal": proposal, "line": 1, "shape": shape, **weights}]),
        pl.DataFrame(
            [
                {"proposal": proposal, "line": 1, "item": item, "kind": "payment", "amount": 100}
                for item in items
            ]
        ),
    )


def test_one_set_in_two_orders_is_one_proposal_and_the_stronger_of_the_two():
    weak, strong = made(1, [7, 8]), made(2, [8, 7], reference_millibits=5_000)

    seen = _together([weak, strong])

    assert seen.proposals["proposal"].to_list() == [2]
    assert seen.members["proposal"].unique().to_list() == [2]


def test_two_sets_of_equal_sums_of_places_and_amounts_stay_two_proposals():
    # 6 + 9 and 7 + 8: alike in size, amounts and the sum of the items' numbers, and still not the same items.
    seen = _together([made(1, [6, 9]), made(2, [7, 8])])

    assert sorted(seen.proposals["proposal"]) == [1, 2]


EQUAL = {
    "line": 1,
    "customer": 7,
    "shape": "one_item",
    "settlement": "exact",
    "millibits": 10_000,
    "amount_millibits": 9_000,
    "absent_millibits": None,
    "equals": 2,
    "is_outspoken": False,
    "is_uncombined": False,
    "rest_is_a_price": False,
}


@pytest.mark.parametrize(
    "differs",
    [
        {"amount_millibits": 8_000},
        {"customer": 8},
        {"shape": "several_items"},
        {"millibits": 9_999},
        {"equals": 1},
    ],
)
def test_equal_items_share_their_probability_and_what_differs_does_not(differs):
    rows = pl.DataFrame([EQUAL | {"proposal": 1}, EQUAL | {"proposal": 2}])
    other = pl.DataFrame([EQUAL | {"proposal": 1}, EQUAL | {"proposal": 2} | differs])

    alike = with_confidence(rows, pl.lit(1.0))["confidence_ppm"].to_list()
    unlike = with_confidence(other, pl.lit(1.0))["confidence_ppm"].to_list()

    # One against "none of these": 2 * 2**10 to 1, and half of that for each of two that differ.
    assert alike == [999_511, 999_511]
    assert max(unlike[1:]) < 600_000


@pytest.mark.parametrize(
    ("day", "fate"),
    [
        pytest.param("2026-01-20", ("applied", "evidence_agrees"), id="on its last day of grace"),
        pytest.param("2026-01-21", ("suggested", "late_discount"), id="a day late"),
    ],
)
def test_a_discount_taken_after_its_time_is_a_persons_where_the_policy_asks(day, fate):
    seen = fates_of(
        f'line L1 {day} 980.00 EUR "INV-1001" from "ACME GmbH" account DE75512108001245126199',
        "item INV-1001 1000.00 EUR of C1 issued 2026-01-01 discount 20.00 until 2026-01-15",
        f"{ACME} account DE75512108001245126199",
        "policy discount.grace_days = 5",
        'policy discount.late = "suggest"',
    )

    assert seen["L1"] == fate


def test_many_weak_explanations_add_up_to_a_strong_one():
    # One of 4 bits beside twenty of 3 bits: 16 + 20 * 8 = 176 = 2 ** 7.459.
    of_line = pl.DataFrame({"millibits": [4_000, *[3_000] * 20]})

    assert of_line.select(_added("millibits")).item() == 7_459


QUOTED_AND_AGREEING = {"reference_millibits": 9_000, "amount_millibits": 6_000}


@pytest.mark.parametrize(
    ("other", "is_open", "weighs", "told"),
    [
        pytest.param("INV 2002", True, QUOTED_AND_AGREEING, [1], id="another open item counts"),
        pytest.param("INV 2002", False, QUOTED_AND_AGREEING, [], id="a number that is none's"),
        pytest.param(
            "INV 2002", False, QUOTED_AND_AGREEING | {"amount_millibits": 0}, [1],
            id="a number that is none's, where the amount does not agree",
        ),
        pytest.param(
            "INV 2002", False, QUOTED_AND_AGREEING | {"reference_millibits": 0}, [1],
            id="a number that is none's, where the item is not quoted itself",
        ),
        pytest.param("INV 1001", True, QUOTED_AND_AGREEING, [], id="its own item again"),
    ],
)  # fmt: skip
def test_what_a_line_quotes_beside_what_it_is_said_to_pay(other, is_open, weighs, told):
    joined = Proposed(
        pl.DataFrame([{"proposal": 1, "line": 1, **weighs}]),
        pl.DataFrame([{"proposal": 1, "line": 1, "item": 7}]),
    )
    hit = {"line": 1, "item": 7, "span": "INV 1001", "millibits": 9_000}
    hits = [hit, hit | {"item": 8, "span": other}] if is_open else [hit]
    foreign = pl.DataFrame(
        {"line": [1], "span": [other]} if not is_open else {"line": [], "span": []},
        schema={"line": pl.Int64, "span": pl.String},
    )
    pairs = pl.DataFrame(schema={"line": pl.Int64, "item": pl.Int64, "reference_text": pl.String})

    seen = _quotes_other(joined, pl.DataFrame(hits), foreign, pairs)

    assert seen["proposal"].to_list() == told
