"""How payers write numbers, and what they deduct: each scenario is what its name says."""

from __future__ import annotations

from collections import Counter

import pytest
from stdnum import iban, iso11649

from benchmarks.generate import World, build_world
from benchmarks.world.accounts import draw_account
from benchmarks.world.chance import Chance
from benchmarks.world.references import PRINT
from benchmarks.world.spelling import plain
from benchmarks.world.text import fold_range, letters_for_digits, swap_digits


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(10_000, 20_000, "high", 8)


def played(world, scenario):
    """Book, line and the items it pays, of each line of a scenario."""
    found = [
        (book, line, [book.by_number[row.number] for row in line.expected if row.number])
        for book, month in zip(world.books, world.months, strict=True)
        for line in month
        if line.scenario == scenario
    ]
    assert found, scenario
    return found


def test_a_branch_draws_the_same_whatever_others_draw():
    trunk = Chance(3, "payments")
    before = trunk.branch("part").digits(9)
    trunk.unit()

    assert trunk.branch("part").digits(9) == before
    assert trunk.branch("other").digits(9) != before


@pytest.mark.parametrize("scenario", ["transposed_number", "mistyped_number", "cut_number"])
def test_a_damaged_number_is_nobodys_and_payer_and_amount_tell_the_item(world, scenario):
    for book, line, (item,) in played(world, scenario):
        assert item.number not in line.text.upper()
        assert book.is_amount_unique(item)
        customer = book.customers[item.customer]
        assert customer.is_known_by_account or customer.has_distinct_name


def test_swapped_digits_are_the_same_digits_in_another_order():
    swapped = swap_digits("RE202600123", Chance(1, ""))

    assert swapped != "RE202600123"
    assert sorted(swapped) == sorted("RE202600123")
    assert swap_digits("RE202611111", Chance(1, "")) == "RE202611111"


def test_letters_for_digits_are_read_back_as_digits():
    written = letters_for_digits("RE202600123", Chance(2, ""))

    assert written != "RE202600123"
    assert written.replace("O", "0").replace("I", "1") == "RE202600123"


def test_a_mistyped_reference_is_another_than_the_printed_one(world):
    for _, line, (item,) in played(world, "reference_mistyped"):
        printed = "".join(char for char in item.reference if char.isalnum())
        typed = "".join(char for char in line.text if char.isalnum())
        assert len(typed) == len(printed)
        assert typed != printed
        if printed.startswith("RF"):
            assert iso11649.is_valid(printed)
            assert not iso11649.is_valid(typed)


def test_a_right_reference_stands_in_its_own_field_or_in_the_text(world):
    carriers = set()
    for _, line, (item,) in played(world, "reference_right"):
        digits = "".join(char for char in item.reference if char.isdigit())
        carried = line.structured or line.text
        assert "".join(char for char in carried if char.isdigit()) == digits
        carriers.add(bool(line.structured))
    assert carriers == {True, False}


@pytest.mark.parametrize(
    ("scheme", "digits", "printed"),
    [
        ("RF", "539007547034", "RF18539007547034"),
        ("kenmerk", "56789012345", "5000056789012345"),
        ("QRR", "21000000000313947143000901", "210000000003139471430009017"),
        ("OGM", "0909337554", "+++090/9337/55493+++"),
        ("KID", "60224", "602243"),
        ("viite", "123456", "1234561"),
    ],
)
def test_references_are_as_published_examples_show(scheme, digits, printed):
    assert PRINT[scheme](digits) == printed


@pytest.mark.parametrize("country", ["DE", "GB", "NL", "BE", "CH", "NO", "SE", "FI"])
def test_accounts_hold_by_international_and_national_rules(country):
    chance = Chance(1, country)

    assert all(iban.is_valid(draw_account(country, chance)) for _ in range(200))


def test_a_range_holds_consecutive_numbers_of_one_customer(world):
    for _, line, items in played(world, "range_quoted"):
        running = sorted(int(item.number[-5:]) for item in items)
        assert running == list(range(running[0], running[0] + len(items)))
        assert len({item.customer for item in items}) == 1
        assert line.amount == sum(item.amount for item in items)


def test_a_range_is_written_with_first_and_last():
    for seed in range(8):
        first, last = fold_range("RE202600123", "RE202600126", Chance(seed, "")).split("-")
        assert first.strip() == "RE202600123"
        assert "RE202600126".endswith(last.strip())


def test_a_shared_prefix_quotes_one_number_in_full(world):
    for _, line, items in played(world, "shared_prefix"):
        assert [item.number in line.text.upper() for item in items].count(True) == 1
        for item in items:
            assert item.number[-2:] in line.text


def test_a_purchase_order_belongs_to_one_item(world):
    for book, line, (item,) in played(world, "purchase_order_quoted"):
        assert item.purchase_order in line.text.upper()
        assert book.purchase_orders[item.purchase_order] == 1


def test_only_the_end_to_end_id_holds_the_number(world):
    for book, line, (item,) in played(world, "end_to_end_number"):
        assert book.seller.has_end_to_end
        assert line.end_to_end == item.number
        assert item.number not in line.text


def test_a_late_discount_is_taken_after_its_end_and_an_early_one_before(world):
    for _, line, (item,) in played(world, "discount_late"):
        assert line.day > item.discount_until
        assert line.amount == item.amount - item.discount
    for _, line, (item,) in played(world, "discount_in_time"):
        assert line.day <= item.discount_until


def test_instalments_are_equal_and_never_more_than_the_item(world):
    parts = {}
    for _, line, (item,) in played(world, "instalments"):
        parts.setdefault(item.number, (item, []))[1].append(line.amount)
    for item, amounts in parts.values():
        assert sum(amounts) <= item.amount
        assert max(amounts) - min(amounts) < len(amounts) + 1


def test_two_customers_are_paid_by_their_agent(world):
    for book, line, items in played(world, "two_customers"):
        agents = {book.customers[item.customer].habits.agent for item in items}
        assert len({item.customer for item in items}) == 2
        assert {agent.name.upper() for agent in agents} == {line.name.upper()}


def test_a_settlement_is_less_than_its_items_and_a_cheque_batch_their_sum(world):
    for _, line, items in played(world, "provider_settlement"):
        assert 0 < line.amount < sum(item.amount for item in items)
    for _, line, items in played(world, "cheque_batch"):
        assert line.amount == sum(item.amount for item in items)


def test_an_item_of_another_currency_is_paid_in_ours(world):
    for scenario in ("other_currency", "other_currency_rate"):
        for book, line, (item,) in played(world, scenario):
            assert item.currency
            assert item.currency != book.seller.currency
            assert item.number in line.text.upper()


def test_a_prepayment_is_of_no_item(world):
    for _, line, items in played(world, "prepayment"):
        assert not items
        assert "on_account" in line.fate


def test_an_ambiguous_amount_is_owed_more_than_once_in_the_currency_of_the_line(world):
    for book, line, (item,) in played(world, "ambiguous_amount"):
        owed = [
            one.number
            for one in book.items
            if not one.currency and line.amount in {one.amount, one.amount - one.discount}
        ]
        assert item.number in owed
        assert len(owed) > 1


def test_customers_of_sellers_with_one_currency_are_told_apart_by_name(world):
    books = [book for book in world.books if book.seller.currency == "EUR"]
    names = Counter(plain(customer.base) for book in books for customer in book.customers)
    marked = [one for book in books for one in book.customers if one.has_distinct_name]

    assert len(marked) > 100
    assert all(names[plain(customer.base)] == 1 for customer in marked)
