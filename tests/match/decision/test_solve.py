from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.match.decision import solve as room
from recon.match.decision.solve import Option, Share, solve


@st.composite
def components(draw):
    """Up to five lines with up to three options each over four items, some settled in part."""
    opens = draw(st.lists(st.integers(1, 20), min_size=4, max_size=4))
    options = []
    for line in range(draw(st.integers(1, 5))):
        for _ in range(draw(st.integers(1, 3))):
            items = draw(st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True))
            shares = tuple(
                Share(item, draw(st.integers(1, opens[item])), opens[item])
                for item in sorted(items)
            )
            options.append(Option(line, len(options), draw(st.integers(1, 40)) * 1000, shares))
    return options


def fits(chosen):
    used = Counter()
    for option in chosen:
        for item, settles, _ in option.shares:
            used[item] += settles
    opens = {share.item: share.open for option in chosen for share in option.shares}
    return all(used[item] <= whole for item, whole in opens.items())


def total(chosen):
    return sum(option.millibits for option in chosen)


def best_by_trying_all(options):
    lines = sorted({option.line for option in options})
    choices = [[None, *(option for option in options if option.line == line)] for line in lines]
    picks = ([one for one in pick if one] for pick in itertools.product(*choices))
    return max(total(pick) for pick in picks if fits(pick))


def assert_is_an_answer(options, chosen):
    assert fits(chosen)
    assert len({option.line for option in chosen}) == len(chosen)
    assert [option.line for option in chosen] == sorted(option.line for option in chosen)
    assert set(chosen) <= set(options)


@given(components())
@settings(max_examples=150)
def test_branch_and_bound_finds_the_best_total(options):
    exact, chosen = solve(options)

    assert exact
    assert_is_an_answer(options, chosen)
    assert total(chosen) == best_by_trying_all(options)


@given(components())
@settings(max_examples=40)
def test_the_integer_program_finds_the_best_total_too(options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_MOST_STEPS", 0)
        exact, chosen = solve(options)

    assert exact
    assert_is_an_answer(options, chosen)
    assert total(chosen) == best_by_trying_all(options)


@given(components())
@settings(max_examples=100)
def test_beyond_the_bound_the_answer_still_fits_and_says_that_it_is_not_exact(options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "LARGEST_COMPONENT", 0)
        exact, chosen = solve(options)

    assert not exact
    assert_is_an_answer(options, chosen)


@given(components(), st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_between_equal_totals_the_order_of_lines_decides_and_not_that_of_the_call(options, random):
    grouped = {
        line: [one for one in options if one.line == line] for line in {one.line for one in options}
    }
    shuffled = list(grouped)
    random.shuffle(shuffled)
    again = [option for line in shuffled for option in grouped[line]]

    assert solve(options) == solve(again)


def test_of_two_equal_claims_the_earlier_line_has_the_item():
    options = [Option(line, line, 9_000, (Share(0, 10, 10),)) for line in (0, 1)]

    assert solve(options) == (True, [options[0]])


def test_the_best_total_beats_the_best_single_claim():
    both = Option(0, 0, 12_000, (Share(0, 1, 1), Share(1, 1, 1)))
    one, other = (Option(line, line, 8_000, (Share(line - 1, 1, 1),)) for line in (1, 2))

    assert solve([both, one, other]) == (True, [one, other])


def test_parts_that_add_up_to_the_whole_all_fit():
    # 500.00 and 312.40 of 812.40: no rounding of shares may refuse the last cent.
    options = [
        Option(0, 0, 9_000, (Share(0, 50_000, 81_240),)),
        Option(1, 1, 9_000, (Share(0, 31_240, 81_240),)),
    ]

    assert solve(options) == (True, options)


@pytest.mark.parametrize("steps", [20_000, 0])
def test_one_minor_unit_more_than_the_whole_does_not_fit(monkeypatch, steps):
    monkeypatch.setattr(room, "_MOST_STEPS", steps)
    whole = 10**15
    options = [
        Option(line, line, 9_000 - line, (Share(0, whole // 2 + 1, whole),)) for line in (0, 1)
    ]
    _, chosen = solve(options)

    assert chosen == [options[0]]
