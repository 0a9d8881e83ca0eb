from __future__ import annotations

from math import comb

import pytest

from recon.report.bounds import Share, clopper_pearson


# Values as printed in tables of exact binomial limits (95 %, two-sided).
@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (10, 10, 0.6915, 1.0),
        (5, 10, 0.1871, 0.8129),
        (1, 10, 0.0025, 0.4450),
        (0, 1, 0.0, 0.9750),
        (0, 30, 0.0, 0.1157),
        (50, 100, 0.3983, 0.6017),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_bounds_are_those_of_clopper_and_pearson(
    hits: int, of: int, low: float, high: float
) -> None:
    found = clopper_pearson(hits, of)

    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@pytest.mark.parametrize(("hits", "of"), [(3, 17), (16, 17), (120, 250), (1, 400)])
def test_at_each_bound_the_binomial_tail_is_just_the_allowed_chance(hits: int, of: int) -> None:
    low, high = clopper_pearson(hits, of)

    at_least = sum(comb(of, k) * low**k * (1 - low) ** (of - k) for k in range(hits, of + 1))
    at_most = sum(comb(of, k) * high**k * (1 - high) ** (of - k) for k in range(hits + 1))

    assert at_least == pytest.approx(0.025, rel=1e-9)
    assert at_most == pytest.approx(0.025, rel=1e-9)


def test_the_bounds_hold_for_a_million_trials() -> None:
    # No failure in n: the lower bound has the closed form (alpha / 2) ** (1 / n).
    low, high = clopper_pearson(1_000_000, 1_000_000)
    middle = clopper_pearson(500_000, 1_000_000)

    assert low == pytest.approx(0.025 ** (1 / 1_000_000), rel=1e-9)
    assert high == 1.0
    assert middle == (pytest.approx(0.49902, abs=1e-5), pytest.approx(0.50098, abs=1e-5))


def test_one_wrong_line_never_shows_as_a_hundred_percent() -> None:
    share = Share(9_999_999, 10_000_000)

    assert share.percent == "99.9999 %"
    assert share.high_percent == "100.0000 %"
    assert share.low_percent == "99.9999 %"


def test_a_share_of_nothing_has_no_percentage() -> None:
    assert Share(0, 0).percent == ""
