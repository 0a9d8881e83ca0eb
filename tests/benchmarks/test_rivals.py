"""The rules of others keep what is documented of them, and are judged by the judge that judges the matcher."""

from __future__ import annotations

import argparse

import pytest

from benchmarks.bench.judge import Verdict
from benchmarks.compare import Compared, table
from benchmarks.frames import match_inputs
from benchmarks.generate import build_world
from benchmarks.rivals.business_central import SCORES, match_business_central
from benchmarks.rivals.exact import match_exact
from benchmarks.rivals.fuzzy_loop import match_fuzzy
from benchmarks.rivals.given import Customer, Found, Given, Item, Line, quoted_words, read_given
from benchmarks.rivals.judged import allotted, judge_found, write_given
from benchmarks.rivals.nearness import Names, nearness


def line(line_id="L1", amount=10_000, text="", **more):
    facts = {"day": "2026-03-10", "currency": "EUR", "name": "", "account": "", "structured": ""}
    return Line(line_id=line_id, amount=amount, text=text, end_to_end="", **(facts | more))


def item(item_id="i1", number="RE-1001", amount=10_000, customer_id="C1", **more):
    facts = {
        "customer_name": "Acme Werke GmbH",
        "currency": "EUR",
        "issued": "2026-02-01",
        "reference": "",
        "purchase_order": "",
        "discount": 0,
        "discount_until": "",
    }
    return Item(
        item_id=item_id,
        number=number,
        amount=amount,
        customer_id=customer_id,
        **(facts | more),
    )


ACME = Customer("C1", "Acme Werke GmbH", ("DE02120300000000202051",))
BOLT = Customer("C2", "Bolt Handels KG", ())


def given(lines, items, customers=(ACME, BOLT)):
    return Given(tuple(lines), tuple(items), tuple(customers))


# ---------------------------------------------------------------- nearness


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("The Cannon Group PLC", "Cannon Group PLC, The", 80),
        ("Selangorian Ltd.", "SELANGORIAN LIMITED", 81),
        ("John Haddock Insurance Co.", "HADDOCK JOHN INSURANCE", 100),
        ("Autohaus Mielberg KG", "Mielberg Autohaus KG", 100),
        ("BYT-KOMPLET s.r.o.", "BYT KOMPLET SRO", 60),
        ("ACME CORP payment 1234", "Acme", 100),
        ("IBM Deutschland", "IBM", 0),
        # Shorter than 65 % of the name.
        ("Acme", "Acme Werke", 0),
        ("", "Acme", 0),
    ],
)
def test_nearness_is_what_is_documented(text, name, expected):
    assert nearness(text, name) == expected


def test_looking_names_up_finds_what_comparing_with_each_finds():
    world = match_inputs(build_world(300, 300, "high", 5))
    names = world.parties["name"].unique().sort().to_list()
    texts = world.lines["payer_name"].drop_nulls().unique().sort().to_list()[:60]
    found = Names(names)

    for text in texts:
        assert found.near(text) == {name for name in names if nearness(text, name) >= 95}


# ---------------------------------------------------------------- Business Central


@pytest.mark.parametrize(
    ("facts", "score"),
    [
        (("F", "YM", "1"), 3999),
        (("N", "YM", "M"), 3990),
        (("F", "YM", "0"), 2999),
        (("P", "N", "1"), 2992),
        (("N", "Y", "0"), 2991),
        (("F", "N", "0"), 1999),
        (("N", "N", "M"), 1995),
    ],
)
def test_the_first_rule_whose_cells_hold_gives_the_score(facts, score):
    assert SCORES[facts] == score


def test_nothing_known_and_no_amount_has_no_rule():
    assert ("N", "N", "0") not in SCORES


@pytest.mark.parametrize(
    ("one", "is_applied"),
    [
        (line(text="Rechnung RE-1001", name="Acme Werke GmbH"), True),
        # Party alone and one match of the amount is High; a document alone with its amount is Medium.
        (line(account="DE02 1203 0000 0000 2020 51"), True),
        (line(text="RE-1001"), False),
    ],
)
def test_high_confidence_alone_is_applied_without_review(one, is_applied):
    (found,) = match_business_central(given([one], [item()]))

    assert (found.item_ids, found.is_applied) == (("i1",), is_applied)


def test_a_number_inside_another_word_is_no_document():
    items = [item(amount=9_000)]

    assert not list(match_business_central(given([line(text="XRE-1001")], items)))
    # Only the first place is looked at, as documented.
    assert not list(match_business_central(given([line(text="XRE-1001 RE-1001")], items)))
    assert list(match_business_central(given([line(text="RE-1001")], items)))


def test_several_documents_of_one_customer_are_paid_together_the_oldest_first():
    items = [item("i1", "RE-1001", 6_000), item("i2", "RE-1002", 4_000, issued="2026-01-01")]
    (found,) = match_business_central(given([line(text="RE-1001, RE-1002")], items))

    assert found.item_ids == ("i2", "i1")
    assert found.is_applied


def test_the_better_line_takes_the_item_and_an_item_is_paid_once():
    lines = [line("L1", text="RE-1001"), line("L2", text="RE-1001", name="Acme Werke GmbH")]
    (found,) = match_business_central(given(lines, [item()]))

    assert found.line_id == "L2"


def test_an_entry_posted_after_the_payment_is_no_candidate():
    assert not list(
        match_business_central(given([line(text="RE-1001")], [item(issued="2026-03-11")]))
    )


def test_a_discount_in_time_is_part_of_the_amount():
    items = [item(amount=10_200, discount=200, discount_until="2026-03-10")]
    (found,) = match_business_central(given([line(text="RE-1001", name="Acme Werke GmbH")], items))

    assert found.is_applied


# ---------------------------------------------------------------- the others


def test_exact_wants_number_and_amount_and_pays_an_item_once():
    lines = [line("L1", text="re 1001"), line("L2", text="RE-1001"), line("L3", text="RE-1001.")]

    assert list(match_exact(given(lines, [item()]))) == [Found("L2", ("i1",), 1.0, is_applied=True)]
    assert not list(match_exact(given([line(text="RE-1001", amount=9_999)], [item()])))


def test_the_greedy_loop_gives_the_item_to_the_first_line():
    lines = [line("L1", text="RE-1001 Acme Werke"), line("L2", text="RE-1001 Acme Werke GmbH")]
    found = list(match_fuzzy(given(lines, [item()])))

    assert [one.line_id for one in found] == ["L1"]


def test_words_are_whole_and_without_their_marks():
    assert quoted_words("Rechnung RE-2026/17, ref. 12 abc 0000123.") == {"RE202617", "0000123"}


@pytest.mark.parametrize(
    ("amount", "items", "expected"),
    [
        (100, [("a", 100)], [("a", 100)]),
        (90, [("a", 100)], [("a", 90)]),
        (130, [("a", 100)], [("a", 100), (None, 30)]),
        (120, [("a", 150), ("c", -30)], [("c", -30), ("a", 150)]),
        (150, [("a", 100), ("b", 100)], [("a", 100), ("b", 50)]),
        (100, [("a", 100), ("b", 50)], [("a", 100)]),
    ],
)
def test_money_is_spread_item_by_item_and_never_beyond_what_is_open(amount, items, expected):
    spread = list(allotted(amount, items))

    assert spread == expected
    assert sum(minor for _, minor in spread) == amount


def test_rivals_see_the_receipts_of_the_world_and_are_judged_like_the_matcher(tmp_path):
    world = build_world(600, 600, "low", 4)
    inputs = match_inputs(world)
    write_given(inputs, tmp_path)
    seen = read_given(tmp_path)
    receipts = inputs.lines.filter(inputs.lines["amount"] > 0)

    assert len(seen.lines) == receipts.height
    assert sum(one.amount for one in seen.items) == inputs.items["open_amount"].sum()

    quality = judge_found(world, inputs, match_exact(seen))

    assert quality.precision.of > 100
    assert quality.precision.hits > 0.95 * quality.precision.of
    assert quality.conservation.holds
    assert quality.lost == 0


def test_the_table_names_what_was_wrong_and_who_failed():
    share = [9, 10, "90.0000 %", "55.4983 %", "99.7472 %"]
    verdict = Verdict(
        shares={
            "applied lines that are right": share,
            "decidable receipts applied rightly": [9, 20, "45.0000 %", "1 %", "2 %"],
        },
        scenarios=[
            {"scenario": "returned", "wrong": 1},
            {"scenario": "exact", "wrong": 0},
        ],
        calibration_error=0.0,
        wrong=["12.00 EUR"],
    )
    compared = Compared("a rival", 1_000, 1.5, 1.25, 30.0, verdict)
    chosen = argparse.Namespace(noise="medium", seed=1)
    text = table([compared, "another failed: no such module"], {"processor": "P"}, chosen)

    assert text.startswith("Measured on processor P.\nOne run each, noise medium, seed 1")
    assert (
        "| a rival | 1,000 | 10 | 90.0000 %<br>(55.4983 % to 99.7472 %) | 45.0000 % | 1 | returned 1 "
        "| 12.00 EUR | 1.5 s | 1.2 s | 30 MB |"
    ) in text
    assert text.endswith("another failed: no such module")
