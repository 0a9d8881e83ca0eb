from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.match.proposals import subsets as room
from recon.match.proposals.subsets import MOST_COUNTED, MOST_ITEMS, find_subsets
from tests.examples import examples


def by_trying_all(amounts, total):
    """Every non-empty subset of amounts other than zero, the fewest members first, then the earliest places."""
    places = [at for at, amount in enumerate(amounts) if amount]
    picks = (
        pick for size in range(1, len(places) + 1) for pick in itertools.combinations(places, size)
    )
    return [pick for pick in picks if sum(amounts[at] for at in pick) == total]


@st.composite
def pools(draw):
    """A few amounts, equal ones and credit notes among them, and a total that often fits."""
    largest = draw(st.sampled_from([5, 60, 5_000, 10**9]))
    amounts = draw(st.lists(st.integers(-largest // 4, largest), max_size=10))
    chosen = draw(st.lists(st.booleans(), min_size=len(amounts), max_size=len(amounts)))
    fitting = sum(amount for amount, taken in zip(amounts, chosen, strict=True) if taken)
    return amounts, draw(st.sampled_from([fitting, fitting, fitting + 1, -fitting, 0]))


@given(pools())
@settings(max_examples=examples(100))
def test_all_subsets_are_counted_and_the_simplest_are_named(pool):
    amounts, total = pool
    every = by_trying_all(amounts, total)

    answer = find_subsets(amounts, total)

    assert answer.is_complete
    assert answer.count == min(len(every), MOST_COUNTED)
    assert set(answer.found) <= set(every)
    assert list(answer.found) == sorted(answer.found, key=lambda one: (len(one), one))
    if len(every) <= 10:
        assert list(answer.found) == every


@pytest.mark.parametrize("list_cost", [0, 1 << 21])
@given(pool=pools())
@settings(max_examples=examples(50))
def test_sums_held_as_a_list_or_as_an_array_count_the_same(list_cost, pool):
    amounts, total = pool
    if sum(map(abs, amounts)) >= 1 << 20:
        return
    with pytest.MonkeyPatch.context() as patch:
        # Else all subsets of a pool that can be tried are one table, and neither is ever made.
        patch.setattr(room, "SMALL_POOL", 2)
        patch.setattr(room, "_LIST_COST", list_cost)
        answer = find_subsets(amounts, total)

    every = by_trying_all(amounts, total)
    assert answer.count == min(len(every), MOST_COUNTED)
    assert set(answer.found) <= set(every)


# The invoice and payment model of LINDO (MatchInvoicesRE): every other one of the 8,191 subsets misses.
INVOICES = (83744, 98922, 59803, 42355, 2121, 4942, 2340, 96210, 4310, 1101, 58791, 5324, 60374)


@pytest.mark.parametrize(
    ("payment", "invoices"),
    [
        (101_262, (2, 7)),
        (102_158, (3, 4)),
        (88_054, (1, 9)),
        (119_165, (11, 13)),
    ],
)
def test_four_payments_of_the_published_model_have_one_subset_each(payment, invoices):
    answer = find_subsets(INVOICES, payment)

    assert answer.count == 1
    assert answer.found == (tuple(number - 1 for number in invoices),)


def test_the_fifth_payment_of_the_published_model_misses_by_nine_cents():
    assert find_subsets(INVOICES, 99_423).count == 0
    assert (4, 7, 9) in find_subsets(INVOICES, 99_432).found


def test_forty_items_are_tried_in_full():
    # Powers of two make each number in one way only.
    amounts = [1 << at for at in range(40)]

    answer = find_subsets(amounts, (1 << 3) + (1 << 20) + (1 << 39))

    assert answer == room.Subsets(1, ((3, 20, 39),))


def test_many_equal_items_are_counted_up_to_the_bound():
    answer = find_subsets([5_000] * 60, 15_000)

    assert answer.count == MOST_COUNTED
    assert all(len(one) == 3 for one in answer.found)


def test_more_items_than_the_bound_are_refused_and_not_guessed():
    answer = find_subsets([100] * (MOST_ITEMS + 1), 300)

    assert not answer.is_complete
    assert answer.count == 0


def test_too_many_different_sums_are_refused_and_not_guessed():
    amounts = [(1 << 50) + (1 << at) for at in range(46)]

    assert not find_subsets(amounts, 23 * (1 << 50) + 12_345).is_complete


# Every sum of powers of two has one subset: the bits of the total.
def bits_of(total):
    return tuple(at for at in range(total.bit_length()) if total >> at & 1)


@pytest.mark.parametrize(
    "total", [1, (1 << 30) - 1, 0x2AAAAAAA, 0x15555555, 1 << 29, (1 << 29) + 1]
)
def test_the_one_subset_is_found_wherever_its_sums_stand_in_long_lists(total):
    amounts = [1 << at for at in range(30)]

    assert find_subsets(amounts, total) == room.Subsets(1, (bits_of(total),))


@pytest.mark.parametrize("total", [1, 0x2AAAAAA, 0x1555555, (1 << 26) - 1])
def test_amounts_too_large_to_share_a_number_with_their_count_are_exact(total):
    # The added cent keeps them from being counted in larger units.
    amounts = [(1 << at + 32) + 1 for at in range(26)]
    wanted = sum(amounts[at] for at in bits_of(total))

    assert find_subsets(amounts, wanted) == room.Subsets(1, (bits_of(total),))
    assert find_subsets(amounts, wanted + 1) == room.Subsets(0, ())


@pytest.mark.parametrize("scale", [1, (1 << 30) + 1])
def test_equal_sums_of_long_lists_are_counted_one_by_one(scale):
    # Three of the largest, of which one is paid; and three of the smallest, of which one or all are.
    powers = [1 << at for at in range(27)]
    amounts = [scale * amount for amount in [1, 1, *powers, powers[-1], powers[-1]]]

    answer = find_subsets(amounts, scale * (powers[-1] + 4 + 1))

    assert answer.count == 3 * 4
    assert len(answer.found) == 3 * 4


@pytest.mark.parametrize(("fitting", "named"), [(12, 12), (13, 3)])
def test_where_many_sets_fit_a_few_are_named_and_all_are_counted(fitting, named):
    answer = find_subsets([700] * fitting, 700)

    assert answer.count == fitting
    assert len(answer.found) == named


@given(pool=pools())
@settings(max_examples=examples(30))
def test_sums_that_are_looked_for_in_many_blocks_name_the_same_sets(pool):
    amounts, total = pool
    whole = find_subsets(amounts, total)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_BLOCK", 2)
        assert find_subsets(amounts, total) == whole
