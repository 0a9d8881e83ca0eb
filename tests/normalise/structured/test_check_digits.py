"""Check digits against published examples, against python-stdnum where it knows the rule, and against a slip of the pen."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649
from stdnum import luhn as stdnum_luhn
from stdnum.be import ogm_vcs
from stdnum.ch import esr

from recon.normalise.structured import check_digits

NUMBERS = st.lists(st.from_regex(r"[0-9]{1,26}[1-9]", fullmatch=True), max_size=30)
# Every rule, with a published reference that it holds for.
EXAMPLES = [
    (check_digits.luhn, "602243"),  # KID modulo 10
    (check_digits.luhn, "123455"),  # OCR
    (check_digits.luhn, "004040400000669"),  # FIK
    (check_digits.recursive_modulo_10, "210000000003139471430009017"),  # QR reference
    (check_digits.weights_731, "1234561"),  # viite
    (check_digits.belgian_modulo_97, "090933755493"),  # OGM-VCS
    (check_digits.belgian_modulo_97, "312401398067"),  # Luxembourg
    (check_digits.iso_11649, "RF18539007547034"),
    (check_digits.modulo_11, "20207891"),  # HR01
    (check_digits.betalingskenmerk, "5000056789012345"),
    (check_digits.betalingskenmerk, "12234534622567"),
]


def series(*texts):
    return pl.Series("reference", list(texts), dtype=pl.String)


@pytest.mark.parametrize(("holds", "reference"), EXAMPLES)
def test_a_published_reference_holds(holds, reference):
    assert holds(series(reference)).to_list() == [True]


# The Dutch rule writes a check of 10 as 1, so one slip in eleven passes it.
@pytest.mark.parametrize(
    ("holds", "reference"),
    [example for example in EXAMPLES if example[0] is not check_digits.betalingskenmerk],
)
def test_one_wrong_digit_is_found_wherever_it_stands(holds, reference):
    last = len(reference) - 1
    places = range(2 if reference.startswith("RF") else 0, last)
    wrong = [
        reference[:at] + str((int(reference[at]) + 1) % 10) + reference[at + 1 :] for at in places
    ]

    assert not holds(series(*wrong)).any()


@pytest.mark.parametrize(
    "holds", sorted({rule for rule, _ in EXAMPLES}, key=lambda rule: rule.__name__)
)
def test_no_reference_gives_no_answer(holds):
    assert holds(series()).to_list() == []


def test_the_check_of_kid_modulo_11():
    # Weights 2 to 7 from the right: 1*5 + 2*4 + 3*3 + 4*2 = 30, and 11 - 30 % 11 = 3.
    assert check_digits.kid_modulo_11(series("12343", "12344")).to_list() == [True, False]


@given(NUMBERS)
def test_the_rules_agree_with_the_library(numbers):
    texts = series(*numbers)

    assert check_digits.luhn(texts).to_list() == [stdnum_luhn.is_valid(one) for one in numbers]
    assert check_digits.recursive_modulo_10(texts).to_list() == [
        esr.is_valid(one.zfill(27)) for one in numbers
    ]
    twelve = series(*(one.zfill(12)[-12:] for one in numbers))
    assert check_digits.belgian_modulo_97(twelve).to_list() == [
        ogm_vcs.is_valid(one) for one in twelve
    ]


@given(st.lists(st.from_regex(r"RF[0-9]{2}[0-9A-Z]{1,21}", fullmatch=True), max_size=20))
def test_iso_11649_agrees_with_the_library(references):
    held = check_digits.iso_11649(series(*references)).to_list()

    assert held == [iso11649.is_valid(one) for one in references]


@given(st.lists(st.from_regex(r"[1-9][0-9]{0,19}", fullmatch=True), min_size=1, max_size=20))
def test_a_reference_written_as_rf_holds_and_keeps_its_digits(bodies):
    written = check_digits.rf_of(series(*bodies))

    assert [one[4:] for one in written] == bodies
    assert all(iso11649.is_valid(one) for one in written)
