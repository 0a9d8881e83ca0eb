from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.match.decision import solve as room
from recon.match.decision.options import Option, Share
from recon.match.decision.programs import Answer, assignment_program, is_one_to_one
from recon.match.decision.solve import solve
from tests.examples import examples


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
@settings(max_examples=examples(40))
def test_branch_and_bound_finds_the_best_total(options):
    gap, chosen = solve(options)

    assert gap == 0
    assert_is_an_answer(options, chosen)
    assert total(chosen) == best_by_trying_all(options)


@given(components())
@settings(max_examples=examples(15))
def test_the_integer_program_finds_the_best_total_too(options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_MOST_STEPS", 0)
        gap, chosen = solve(options)

    assert gap == 0
    assert_is_an_answer(options, chosen)
    assert total(chosen) == best_by_trying_all(options)


@given(components())
@settings(max_examples=examples(30))
def test_beyond_the_bound_the_gap_is_no_less_than_what_was_missed(options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "LARGEST_COMPONENT", 0)
        gap, chosen = solve(options)

    assert_is_an_answer(options, chosen)
    # Ties between lines are broken by less than a millibit a line.
    assert total(chosen) + gap >= best_by_trying_all(options) - len(options)


@given(components())
@settings(max_examples=examples(20))
def test_without_any_program_the_gap_is_a_bound_too(options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "LARGEST_COMPONENT", 0)
        patch.setattr(room, "LARGEST_PROGRAM", 0)
        gap, chosen = solve(options)

    assert_is_an_answer(options, chosen)
    assert total(chosen) + gap >= best_by_trying_all(options) - len(options)


def test_a_cut_component_whose_answer_reaches_the_bound_has_no_gap(monkeypatch):
    monkeypatch.setattr(room, "LARGEST_COMPONENT", 0)
    options = [Option(line, line, 9_000, (Share(line, 3, 10), Share(9, 2, 10))) for line in (0, 1)]

    assert solve(options) == (0, options)


@st.composite
def one_to_one(draw):
    """Up to six lines, each of which takes one of five items whole."""
    lines = draw(st.integers(1, 6))
    wants = st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True)
    return [
        Option(line, line * 10 + item, draw(st.integers(1, 6)) * 1000, (Share(item, 60, 100),))
        for line in range(lines)
        for item in draw(wants)
    ]


@given(one_to_one())
@settings(max_examples=examples(40))
def test_the_linear_program_of_a_one_to_one_component_is_whole_and_the_best(options):
    answer = assignment_program(options, {one.proposal: one.millibits for one in options})
    whole = [round(weight) for weight in answer.weights]

    assert is_one_to_one(options)
    assert answer.is_optimal
    assert answer.weights == pytest.approx(whole, abs=1e-6)
    taken = [option for option, weight in zip(options, whole, strict=True) if weight]
    assert fits(taken)
    assert total(taken) == best_by_trying_all(options)


@given(one_to_one())
@settings(max_examples=examples(20))
def test_a_one_to_one_component_is_never_cut(options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "LARGEST_COMPONENT", 0)
        gap, chosen = solve(options)

    assert gap == 0
    assert_is_an_answer(options, chosen)
    # Between equal totals the earlier line goes first, which costs less than a millibit a line.
    assert total(chosen) >= best_by_trying_all(options) - len(options)


@pytest.mark.parametrize(
    "shares",
    [
        [(Share(0, 50, 100),), (Share(0, 50, 100),)],  # both fit
        [(Share(0, 60, 100), Share(1, 60, 100)), (Share(0, 60, 100),)],  # takes two
    ],
)
def test_parts_and_sets_are_no_one_to_one_component(shares):
    assert not is_one_to_one([Option(at, at, 1_000, each) for at, each in enumerate(shares)])


def test_five_thousand_lines_of_as_many_equal_items_are_solved_without_a_cut():
    count = 5_000
    turns = [(line, item) for line in range(count) for item in range(line, min(line + 3, count))]
    options = [
        Option(line, at, 20_000, (Share(item, 100, 100),)) for at, (line, item) in enumerate(turns)
    ]

    gap, chosen = solve(options)

    assert gap == 0
    assert [(one.line, one.shares[0].item) for one in chosen] == [(at, at) for at in range(count)]


@given(components(), st.randoms(use_true_random=False))
@settings(max_examples=examples(30))
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

    assert solve(options) == (0, [options[0]])


def test_the_best_total_beats_the_best_single_claim():
    both = Option(0, 0, 12_000, (Share(0, 1, 1), Share(1, 1, 1)))
    one, other = (Option(line, line, 8_000, (Share(line - 1, 1, 1),)) for line in (1, 2))

    assert solve([both, one, other]) == (0, [one, other])


def test_parts_that_add_up_to_the_whole_all_fit():
    # 500.00 and 312.40 of 812.40: no rounding of shares may refuse the last cent.
    options = [
        Option(0, 0, 9_000, (Share(0, 50_000, 81_240),)),
        Option(1, 1, 9_000, (Share(0, 31_240, 81_240),)),
    ]

    assert solve(options) == (0, options)


@pytest.mark.parametrize("steps", [20_000, 0])
def test_one_minor_unit_more_than_the_whole_does_not_fit(monkeypatch, steps):
    monkeypatch.setattr(room, "_MOST_STEPS", steps)
    whole = 10**15
    options = [
        Option(line, line, 9_000 - line, (Share(0, whole // 2 + 1, whole),)) for line in (0, 1)
    ]
    _, chosen = solve(options)

    assert chosen == [options[0]]


def test_one_millibit_outweighs_every_bonus_of_the_earlier_line():
    whole = (Share(0, 5, 5),)
    earlier, later = Option(0, 0, 10_000, whole), Option(1, 1, 10_001, whole)

    assert solve([earlier, later]).chosen == [later]
    assert solve([earlier, Option(1, 1, 10_000, whole)]).chosen == [earlier]


def test_of_equal_totals_the_earlier_line_has_the_item_even_by_its_second_choice():
    wanted, too_large = (Share(1, 10, 10),), (Share(2, 11, 10),)
    options = [
        Option(0, 0, 9_000, too_large),
        Option(0, 1, 9_000, wanted),
        Option(1, 2, 9_000, wanted),
    ]

    assert [one.proposal for one in solve(options).chosen] == [1]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_options_that_a_cut_program_takes_by_half_the_stronger_has_the_item(order):
    weak = Option(1, 10, 1_000, (Share(5, 100, 100),))
    strong = Option(2, 20, 2_000, (Share(5, 100, 100),))
    options = [(weak, strong)[at] for at in order]
    values = {10: 1_000, 20: 2_000}

    taken = room._taken(options, Answer([0.5, 0.5], 2_000.0, is_optimal=False), values)

    assert taken == [strong]


TWO_FOR_ONE = [Option(line, line, 9_000, (Share(5, 60, 100),)) for line in (0, 1)]


@pytest.mark.parametrize(
    ("weights", "is_optimal", "above", "gap"),
    [
        pytest.param(
            [1.0, 0.0], True, 50_000, 0, id="whole and the best: its float bound is noise"
        ),
        pytest.param([1.0, 1e-9], True, 50_000, 0, id="what floats leave is nothing"),
        pytest.param([0.5, 0.5], True, 50_000, 5, id="halves are no answer"),
        pytest.param([0.5, 0.0], True, 50_000, 5, id="one half is none either"),
        pytest.param([1.0, 0.4], True, 50_000, 5, id="a whole one and a part of another"),
        pytest.param([1.0, 1.0], True, 50_000, 5, id="two that do not fit beside each other"),
        pytest.param([1.0, 0.0], False, 50_000, 5, id="not proven to be the best"),
        pytest.param([1.0, 0.0], False, 0, 0, id="not proven, and no answer can be better"),
    ],
)
def test_only_a_whole_answer_that_the_program_found_closes_the_gap(
    monkeypatch, weights, is_optimal, above, gap
):
    monkeypatch.setattr(room, "_MOST_STEPS", 0)
    best = max(room._values([[one] for one in TWO_FOR_ONE]).values())
    answer = Answer(weights, float(best + above), is_optimal)
    monkeypatch.setattr(room, "assignment_program", lambda *_: answer)

    solution = solve(TWO_FOR_ONE)

    assert solution.gap == gap
    assert [option.line for option in solution.chosen] == [0]


@pytest.mark.parametrize(("most", "is_enough"), [(12, True), (11, False)])
def test_the_search_counts_every_question_it_asks(monkeypatch, most, is_enough):
    # Four lines want one item: the first has it, and of each of the others it is asked in turn.
    lines = [[Option(line, line, 9_000, (Share(5, 60, 100),))] for line in range(4)]
    values = {line: 10 - line for line in range(4)}
    monkeypatch.setattr(room, "_MOST_STEPS", most)

    if is_enough:
        assert room._branch_and_bound(lines, values) == lines[0]
    else:
        with pytest.raises(room._TooManySteps):
            room._branch_and_bound(lines, values)
