"""Rules of what may be applied that an auditor would ask for: one quick world each, found missing by `make mutants`."""

from __future__ import annotations

import itertools

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.match.decision.components import find_components
from recon.match.decision.decide import _left_over, _other_lines, _other_sets
from recon.match.decision.score import _added, _outspoken
from recon.match.proposals.propose import Proposed
from tests.match.test_lessons import fates_of, world_of
from tests.scenarios.build import run_world

KNOWN = "DE75512108001245126199"
ACME = f'customer C1 "ACME GmbH" account {KNOWN}'
ITEM = "item INV-1001 812.47 EUR of C1"


def line(name, amount, text, account=KNOWN, payer="ACME GmbH"):
    return f'line {name} 2026-01-14 {amount} EUR "{text}" from "{payer}" account {account}'


def test_account_payments_oldest_first_let_no_other_line_through_with_an_amount_alone():
    seen = fates_of(
        'line L1 2026-01-14 812.47 EUR "thank you"',
        ITEM,
        ACME,
        'policy decide.account_payment = "oldest_first"',
    )

    assert seen["L1"] == ("suggested", "one_class_only")


@pytest.mark.parametrize(("choice", "fate"), [("suggest", "suggested"), ("on_account", "applied")])
def test_an_overpayment_of_a_certain_payer_follows_the_policy(choice, fate):
    seen = fates_of(
        line("L1", "900.00", "INV-1001"), ITEM, ACME, f'policy decide.overpayment = "{choice}"'
    )

    assert seen["L1"][0] == fate


@pytest.mark.parametrize("amount", ["500.00", "900.00"])
def test_money_that_is_short_or_over_is_a_persons_where_the_payer_is_not_certain(amount):
    # A name that paid once before speaks for the customer, and makes it no certain payer.
    seen = fates_of(
        f'line L1 2026-03-14 {amount} EUR "INV-1001" from "Rotwild Bikes"', ITEM, ACME,
        'past P1 2026-01-05 100.00 EUR from "Rotwild Bikes" of C1',
    )  # fmt: skip

    assert seen["L1"] == ("suggested", "short_payment" if amount < "8" else "overpayment")


def test_a_line_that_quotes_two_open_items_and_pays_one_of_them_is_a_persons():
    seen = fates_of(
        line("L1", "812.47", "INV-1001 INV-1002"), ITEM, "item INV-1002 555.10 EUR of C1", ACME
    )

    assert seen["L1"] == ("suggested", "reference_conflict")


def test_the_best_explanation_stands_first():
    world = world_of(
        'line L1 2026-01-14 812.47 EUR "INV-1001"', ITEM, "item INV-2001 812.47 EUR of C2", ACME,
        'customer C2 "Bolt AG"',
    )  # fmt: skip
    matched = run_world(world.inputs, world.policy).matched

    first = matched.members.filter(pl.col("rank") == 1)["item_id"].to_list()
    assert first == ["INV-1001"]


def test_a_second_payment_of_a_quoted_item_is_the_payers_money_and_a_part_of_it_is_not():
    again = fates_of(line("L1", "812.47", "INV-1001"), line("L2", "812.47", "INV-1001"), ITEM, ACME)
    part = fates_of(line("L1", "812.47", "INV-1001"), line("L2", "300.00", "INV-1001"), ITEM, ACME)

    assert sorted(again.values()) == [
        ("applied", "evidence_agrees"),
        ("on_account", "duplicate_payment"),
    ]
    assert part["L2"] == ("unmatched", "item_settled_by_other_line")


def test_two_lines_do_not_both_take_one_credit_note():
    world = world_of(
        line("L1", "712.47", "INV-1001 CN-1"), line("L2", "455.10", "INV-1002 CN-1"), ITEM,
        "item INV-1002 555.10 EUR of C1", "item CN-1 -100.00 EUR of C1", ACME,
    )  # fmt: skip
    outcome = run_world(world.inputs, world.policy)

    taken = outcome.allocations.filter(item_number="CN-1", status="applied", kind="payment")
    assert taken["amount"].to_list() in ([], [-10_000])


def test_possible_payers_of_something_not_open_add_up():
    of_line = pl.DataFrame({"millibits": [3_000, 3_000]})

    assert of_line.select(_added("millibits")).item() == 4_000


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 2, 0, 3, 1), (1, 3, 0, 2, 4)])
def test_a_chain_of_lines_is_one_component_however_they_come(order):
    pairs = [(line, item) for line in order for item in (9 - line, 8 - line)]
    wanted = pl.DataFrame([*pairs, (7, 99), (7, 99)], schema=["line", "item"], orient="row")

    found = find_components(wanted)
    assert dict(found.rows()) == {0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 7: 7}


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=20))
def test_lines_are_tied_exactly_as_far_as_items_lead(pairs):
    wanted = pl.DataFrame(pairs, schema=["line", "item"], orient="row")
    tied = {line: {line} for line, _ in pairs}
    # As many rounds as there are pairs reach every line.
    for _ in pairs:
        for (one, item), (other, same) in itertools.product(pairs, pairs):
            if item == same:
                tied[one] |= tied[other]

    assert dict(find_components(wanted).rows()) == {line: min(tied[line]) for line in tied}


@pytest.mark.parametrize(
    ("differs", "disputed"),
    [
        pytest.param({}, [], id="one payment made twice: the earlier line has the item"),
        pytest.param(
            {"reference_millibits": 0}, [1], id="two payers' words differ: a person looks"
        ),
        pytest.param({"party_millibits": 8_000}, [1], id="two payers"),
        pytest.param({"settlement": "part"}, [1], id="one pays it in part"),
    ],
)
def test_lines_with_the_same_evidence_for_an_item_are_one_payment_made_twice(differs, disputed):
    first = {"line": 1, "proposal": 10, "millibits": 21_000, "customer": 7, "settlement": "exact"}
    first |= {"party_millibits": 9_000, "reference_millibits": 8_000}
    second = first | {"line": 2, "proposal": 20, "millibits": 20_500}
    proposals = pl.DataFrame([first, second | differs])
    seen = _other_lines(*dispute(proposals), 2_000)

    assert seen["line"].to_list() == disputed


@pytest.mark.parametrize(
    ("got", "disputed"),
    [
        pytest.param(22_500, [], id="what it got is better by the margin: it is content"),
        pytest.param(22_499, [1], id="what it got is hardly better: it still wants the item"),
        pytest.param(None, [1], id="it got nothing"),
    ],
)
def test_a_rival_that_got_something_clearly_better_disputes_nothing(got, disputed):
    wanting = {"customer": 7, "settlement": "exact", "reference_millibits": 0}
    first = {"line": 1, "proposal": 10, "millibits": 21_000, "party_millibits": 9_000}
    rival = {"line": 2, "proposal": 20, "millibits": 20_500, "party_millibits": 8_000}
    scored, mine, items, won = dispute(pl.DataFrame([first | wanting, rival | wanting]))
    chosen = won.select("line", "proposal", "millibits")
    if got is not None:
        better = pl.DataFrame([{"line": 2, "proposal": 21, "millibits": got}])
        chosen = pl.concat([chosen, better])

    assert _other_lines(scored, mine, items, chosen, 2_000)["line"].to_list() == disputed


def dispute(proposals: pl.DataFrame):
    """Two lines want one item, and the first has it."""
    items = pl.DataFrame({"line": [1, 2], "proposal": [10, 20], "item": [5, 5]})
    won = proposals.filter(pl.col("line") == 1)
    return Proposed(proposals, items), won, items, won


@pytest.mark.parametrize(
    ("rival", "disputed"),
    [
        pytest.param({}, [], id="an item that nobody can tell from it"),
        pytest.param({"equals": 1}, [1], id="one that can be told apart"),
        pytest.param({"customer": 8}, [1], id="another customer's"),
        pytest.param({"millibits": 20_500}, [1], id="nearly as good"),
        pytest.param({"millibits": 19_000}, [], id="weaker by the margin"),
        pytest.param({"line": 2}, [], id="another line's"),
    ],
)
def test_another_set_that_is_nearly_as_good_disputes_the_choice(rival, disputed):
    mine = {
        "line": 1,
        "proposal": 10,
        "millibits": 21_000,
        "customer": 7,
        "shape": "one_item",
        "equals": 2,
        "amount_millibits": 9_000,
    }
    proposals = pl.DataFrame([mine, mine | {"proposal": 20} | rival])
    items = proposals.select("line", "proposal", item=pl.col("proposal") + 100)
    nobody = pl.DataFrame(schema={"item": pl.Int64, "taker": pl.Int64})

    seen = _other_sets(Proposed(proposals, items), proposals[:1], items, nobody, 2_000)

    assert seen["line"].to_list() == disputed


def test_an_item_nobody_quoted_gives_way_to_the_equal_one_of_the_same_payer_that_is_quoted():
    quoted = {"line": 1, "customer": 7, "shape": "one_item", "settlement": "exact"}
    named, silent = quoted | {"reference_millibits": 15_000}, quoted | {"reference_millibits": 0}
    others = (
        silent | {"customer": 8},
        silent | {"line": 2},
        silent | {"shape": "several_items"},
        silent | {"settlement": "short"},
    )
    rows = pl.DataFrame([named, silent, *others])

    assert rows.select(_outspoken()).to_series().to_list() == [False, True, *[False] * 4]


@pytest.mark.parametrize(
    ("choice", "fate"), [("suggest", "suggested"), ("oldest_first", "applied")]
)
def test_money_that_singles_out_no_item_is_spread_where_the_policy_says_so(choice, fate):
    seen = fates_of(
        line("L1", "1000.00", "thank you"), ITEM, "item INV-1002 555.10 EUR of C1", ACME,
        f'policy decide.account_payment = "{choice}"',
    )  # fmt: skip

    assert seen["L1"][0] == fate


OUTBID = {"line": 1, "proposal": 10, "item": 5}
STRONG = {
    "line": 1,
    "proposal": 10,
    "place": 1,
    "millibits": 9_000,
    "confidence_ppm": 600_000,
    "class_count": 2,
    "classes": "reference+amount",
    "settlement": "exact",
}


@pytest.mark.parametrize(
    ("differs", "is_outbid", "fate", "reason"),
    [
        ({}, False, "suggested", "competing_lines"),
        ({"millibits": 0}, False, "suggested", "below_threshold"),
        ({"millibits": 0, "class_count": 1}, False, "suggested", "one_class_only"),
        ({"settlement": "account_payment"}, False, "suggested", "account_payment"),
        ({"confidence_ppm": 1}, False, "unmatched", "weak_evidence"),
        ({}, True, "on_account", "duplicate_payment"),
        ({"class_count": 1}, True, "unmatched", "item_settled_by_other_line"),
        ({"classes": "amount+party"}, True, "unmatched", "item_settled_by_other_line"),
        ({"settlement": "part"}, True, "unmatched", "item_settled_by_other_line"),
        ({"settlement": "other_currency"}, True, "unmatched", "item_settled_by_other_line"),
        ({"settlement": "batch_net"}, True, "unmatched", "item_settled_by_other_line"),
    ],
)
def test_what_becomes_of_a_line_that_got_nothing(differs, is_outbid, fate, reason):
    other = STRONG | {"line": 2, "proposal": 20}
    members = [OUTBID, OUTBID | {"line": 2, "proposal": 20, "item": 5 if is_outbid else 6}]
    left = pl.DataFrame({"line": [1], "is_held": [False], "is_uncombined": [False]})
    won = {"line": 2, "proposal": 20, "fate": "applied", "reason": "evidence_agrees"}

    seen = _left_over(
        left,
        Proposed(pl.DataFrame([STRONG | differs, other]), pl.DataFrame(members)),
        pl.DataFrame([won]),
    )

    assert seen.rows() == [(1, 10, fate, reason)]


@pytest.mark.parametrize(
    ("flags", "has_proposal", "fate", "reason"),
    [
        ({}, False, "unmatched", "no_candidate"),
        ({"is_uncombined": True}, False, "unmatched", "too_many_to_combine"),
        ({"is_held": True}, False, "unmatched", "held_balance_break"),
        ({"is_held": True}, True, "suggested", "held_balance_break"),
    ],
)
def test_a_held_line_and_one_whose_sums_were_not_all_tried_say_so(
    flags, has_proposal, fate, reason
):
    left = pl.DataFrame([{"line": 1, "is_held": False, "is_uncombined": False} | flags])
    scored = pl.DataFrame([STRONG])
    if not has_proposal:
        scored = scored.clear()
    nobody = pl.DataFrame(
        schema={"line": pl.Int64, "proposal": pl.Int64, "fate": pl.String, "reason": pl.String}
    )

    seen = _left_over(left, Proposed(scored, pl.DataFrame([OUTBID])), nobody)

    assert seen.select("fate", "reason").rows() == [(fate, reason)]
