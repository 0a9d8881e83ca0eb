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
from stdnum.iso7064 import mod_11_10, mod_97_10

from recon.normalise.structured import check_digits

NUMBERS = st.lists(st.from_regex(r"[0-9]{1,26}[1-9]", fullmatch=True), max_size=30)
# Every rule, with a published reference that it holds for.
EXAMPLES = [
    (check_digits.luhn, "602243"),  # KID modulo 10
    (check_digits.luhn, "123455"),  # OCR
    (check_digits.luhn, "004040400000669"),  # FIK
    (check_digits.recursive_modulo_10, "210000000003139471430009017"),  # QR reference
    (check_digits.luhn, "000016725"),  # BPAY, MOD10V01
    *(
        (check_digits.places_modulo_10, number)  # BPAY, MOD10V05
        for number in [
            "394523459",
            "518619363",
            "284468818",
            "886651112",
            "295157771",
            "132240108",
            "634092742",
            "241029332",
            "758423990",
            "758081227",
        ]
    ),
    (check_digits.weights_731, "1234561"),  # viite
    (check_digits.weights_731, "121312952"),  # viitenumber
    (check_digits.belgian_modulo_97, "090933755493"),  # OGM-VCS
    (check_digits.belgian_modulo_97, "312401398067"),  # Luxembourg
    (check_digits.iso_11649, "RF18539007547034"),
    (check_digits.modulo_11, "20207891"),  # HR01
    (check_digits.modulo_11, "1234567890120"),  # SI12
    (check_digits.model_97, "14123412"),  # National Bank of Serbia, payment QR code
    (check_digits.model_97, "163220000111111111000"),
    (check_digits.betalingskenmerk, "5000056789012345"),
    (check_digits.betalingskenmerk, "12234534622567"),
]


def series(*texts):
    return pl.Series("reference", list(texts), dtype=pl.String)


@pytest.mark.parametrize(("holds", "reference"), EXAMPLES)
def test_a_published_reference_holds(holds, reference):
    assert holds(series(reference)).to_list() == [True]


# The Dutch rule writes a check of 10 as 1, the rule of SI12 10 and 11 as 0: one slip in eleven passes them.
@pytest.mark.parametrize(
    ("holds", "reference"),
    [
        example
        for example in EXAMPLES
        if example[0] is not check_digits.betalingskenmerk and not example[1].endswith("0120")
    ],
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


def test_a_kid_check_of_ten_is_written_as_a_dash():
    # 1*2 = 2 leaves 9, 6*2 = 12 leaves 1, and 11 - 1 = 10.
    assert check_digits.kid_modulo_11(series("19", "6-", "60", "1-")).to_list() == [
        True,
        True,
        False,
        False,
    ]


def test_an_ocr_with_length_digit_states_its_length_in_front_of_the_check_digit():
    # Six digits: 1234, then 6 for the length, then the Luhn digit of 12346.
    right = "12346" + stdnum_luhn.calc_check_digit("12346")
    other_length = "12345" + stdnum_luhn.calc_check_digit("12345")

    assert check_digits.ocr_with_length(series(right, other_length)).to_list() == [True, False]
    assert check_digits.luhn(series(right, other_length)).all()


@given(st.lists(st.from_regex(r"[0-9]{1,16}", fullmatch=True), min_size=1, max_size=20))
def test_the_rest_of_93_stands_behind_an_italian_number(bodies):
    written = [f"{body}{int(body) % 93:02d}" for body in bodies]
    wrong = [f"{body}{(int(body) + 1) % 93:02d}" for body in bodies]

    assert check_digits.modulo_93(series(*written)).all()
    assert not check_digits.modulo_93(series(*wrong)).any()


def test_places_are_counted_from_the_left_of_each_number():
    # 1*1 + 2*2 + 3*3 = 14; with a zero in front 1*2 + 2*3 + 3*4 = 20.
    held = check_digits.places_modulo_10(series("1234", "01230", "01234", "394523459"))

    assert held.to_list() == [True, True, False, True]


@given(st.lists(st.from_regex(r"[0-9]{2,11}", fullmatch=True), max_size=20))
def test_modulo_11_10_agrees_with_the_library(references):
    held = check_digits.modulo_11_10(series(*references)).to_list()

    assert held == [mod_11_10.is_valid(one) for one in references]


@given(st.lists(st.from_regex(r"[0-9]{3,22}", fullmatch=True), min_size=1, max_size=20))
def test_model_97_agrees_with_the_library(references):
    held = check_digits.model_97(series(*references)).to_list()

    assert held == [mod_97_10.is_valid(one[2:] + one[:2]) for one in references]


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
