"""Noise of binary numbers is undone exactly, and nothing else is; what a policy has rounded is rounded half up."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from recon_ofx.finer import minor_of, rounded_minor_of


@given(
    minor=st.integers(1, 10**12),
    decimals=st.sampled_from([0, 2, 3]),
    digits=st.sampled_from([16, 17]),
)
def test_what_a_program_prints_of_an_amount_is_that_amount(
    minor: int, decimals: int, digits: int
) -> None:
    # The division of whole numbers is rounded as IEEE 754 wants it.
    printed = format(minor / 10**decimals, f".{digits}g")

    assert "e" in printed or minor_of(printed, decimals) == minor


@given(minor=st.integers(1, 10**12), last=st.integers(1, 9))
def test_another_last_digit_is_another_number(minor: int, last: int) -> None:
    printed = format(minor / 100, ".17g")
    changed = printed[:-1] + str((int(printed[-1]) + last) % 10)
    is_short = len(printed.replace(".", "").lstrip("0")) < 17
    # Without its last digit it can be the print of sixteen digits.
    found = minor_of(changed, 2)

    assert is_short or found is None or (changed.endswith("0") and found == minor)


@given(
    whole=st.integers(-(10**12), 10**12),
    digits=st.integers(0, 10**9 - 1),
    decimals=st.sampled_from([0, 2, 3]),
)
def test_a_rounded_amount_is_at_most_half_a_unit_off_and_half_goes_away_from_zero(
    whole: int, digits: int, decimals: int
) -> None:
    text = f"{whole}.{digits:09}"
    exact = Fraction(text) * 10**decimals
    found = rounded_minor_of(text, decimals)

    assert found is not None
    assert abs(found - exact) <= Fraction(1, 2)
    assert abs(found - exact) < Fraction(1, 2) or abs(found) > abs(exact)


def test_what_is_too_large_for_an_amount_is_not_rounded() -> None:
    assert rounded_minor_of("9" * 30 + ".005", 2) is None
