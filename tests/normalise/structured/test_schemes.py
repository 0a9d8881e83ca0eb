from __future__ import annotations

import re

import polars as pl
import pytest
from stdnum import luhn

from recon.normalise.references import FIELD_BREAK, item_keys, line_keys
from recon.normalise.structured import SCHEMES, other_forms, recognise, scheme_of
from recon.normalise.structured.check_digits import rf_of
from recon.normalise.structured.schemes import PLAIN
from recon.normalise.text import fold

VIITE = ["1234561", "1000012", "1000025", "1000038", "1000041", "1000054", "1000067", "1000070"]


def scheme(reference, *others):
    return scheme_of(fold(pl.Series("reference", [reference, *others])))[0]


def keys_of_item(reference, *others):
    """Give the keys by which an item with this payment reference is found, in books with others."""
    texts = fold(pl.Series("text", [reference, *others]))
    numbers = pl.DataFrame(
        {"item": range(len(texts)), "text": texts, "role": scheme_of(texts)},
        schema_overrides={"item": pl.Int64},
    )
    keys = item_keys(pl.concat([numbers, other_forms(numbers)]))
    return set(keys.filter(pl.col("item") == 0)["key"])


def recognised(text):
    texts = pl.DataFrame(
        {"line": [0], "text": fold(pl.Series("text", [text]))}, schema_overrides={"line": pl.Int64}
    )
    found = recognise(line_keys(texts)).drop_nulls("scheme")
    return set(found.select("scheme", "key").rows())


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("RF18 5390 0754 7034", "rf_reference"),
        ("RF19 5390 0754 7034", "payment_reference"),
        ("+++090/9337/55493+++", "ogm_reference"),
        ("+++090/9337/55494+++", "payment_reference"),
        ("21 00000 00003 13947 14300 09017", "qr_reference"),
        ("10000000003139471430009017", "payment_reference"),
        ("HR01 2020-789-1", "hr_reference"),
        ("HR01 2020-789-2", "payment_reference"),
        ("HR05 12343-99-7", "hr_reference"),
        ("SI12 1234567890120", "si_reference"),
        ("SI00 2023-117", "payment_reference"),
        ("+71<004040400000669+12345678<", "fik_reference"),
        ("00190.50095 40144.816069 06809.350314 3 37370000000100", "boleto_reference"),
        ("97 14-123412", "model_97_reference"),
        ("3010 0000 0001 2345 19", "notice_reference"),
        (
            "602243",
            "payment_reference",
        ),  # alone, a check that one number in ten passes proves nothing
        ("PO 4711", "payment_reference"),
        ("", "payment_reference"),
    ],
)
def test_a_reference_is_named_by_its_mark_and_check_digits(reference, name):
    assert scheme(reference) == name


def test_a_common_check_is_believed_where_all_references_of_that_length_pass_it():
    assert scheme(*VIITE) == "viite_reference"
    assert scheme(*VIITE[:7]) == "payment_reference"
    assert scheme(*VIITE, "1234562") == "payment_reference"
    assert scheme(*VIITE, "47110815") == "viite_reference"  # another length says nothing


def test_a_kid_that_ends_in_a_dash_proves_its_column_like_one_that_ends_in_a_digit():
    # 6 and zeros: the rest is 1 behind an even number of zeros of six, so the check digit is 10, a dash.
    bodies = ["0006", "1015", "1026", "1031", "1042", "1053", "1064", "1071", "1082"]
    written = [body + kid_check(body) for body in bodies]

    assert any(one.endswith("-") for one in written)
    assert scheme(*written) == "kid_reference"


def kid_check(body):
    rest = sum(int(digit) * weight for weight, digit in enumerate(reversed(body), 2)) % 11
    return {0: "0", 1: "-"}.get(rest, str(11 - rest))


def test_ocr_references_that_state_their_length_prove_each_other_at_any_length():
    bodies = [str(10**at) for at in range(2, 10)]
    stated = [body + str((len(body) + 2) % 10) for body in bodies]
    written = [one + luhn.calc_check_digit(one) for one in stated]

    assert scheme(*written) == "luhn_reference"
    assert scheme(*written[:7]) == "payment_reference"


def test_the_bar_code_finds_an_item_that_is_printed_as_a_typed_line():
    assert "00193373700000001000500940144816060680935031" in keys_of_item(
        "00190.50095 40144.816069 06809.350314 3 37370000000100"
    )


def test_a_notice_is_found_without_the_digit_that_says_its_kind():
    body = "3010000000012345"
    notice = f"{body}{int(body) % 93:02d}"

    assert notice[1:] in keys_of_item(notice)


def test_a_reference_of_model_97_is_found_without_the_number_of_the_model():
    assert "14123412" in keys_of_item("97 14-123412")
    assert "14123413" not in keys_of_item("97 14-123413")


def test_a_reference_of_a_model_without_check_digits_is_found_without_its_mark():
    assert "2023117" in keys_of_item("SI00 2023-117")
    assert "2345678" not in keys_of_item("SI12345678")


def test_a_viite_is_found_inside_the_rf_references_of_finnish_books():
    written = rf_of(pl.Series("reference", VIITE)).to_list()

    assert VIITE[0] in keys_of_item(*written)
    assert VIITE[0] not in keys_of_item(*written[:7])


def test_the_digits_inside_an_rf_reference_of_other_books_may_be_anybodys_invoice_number():
    written = rf_of(pl.Series("reference", ["202500035", *VIITE])).to_list()

    assert "202500035" not in keys_of_item(*written)


def test_a_viite_is_found_by_its_rf_form():
    assert "RF341234561" in keys_of_item(*VIITE)


def test_the_reference_of_a_slip_is_found_without_its_marks():
    assert "004040400000669" in keys_of_item("+71<004040400000669+12345678<")
    assert "20207891" in keys_of_item("HR01 2020-789-1")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Zahlung RF18 5390 0754 7034 danke", {("rf_reference", "RF18539007547034")}),
        ("RF19 5390 0754 7034", set()),
        ("ref 090933755493", {("ogm_reference", "090933755493")}),
        ("210000000003139471430009017", {("qr_reference", "210000000003139471430009017")}),
        (f"RF18 5390{FIELD_BREAK}0754 7034", set()),
        ("invoice 602243", set()),
        ("+++090/9337/55493+++", {("ogm_reference", "090933755493")}),
        ("090 933755493", set()),  # digits joined across a blank that no printed form has
        ("21 00000 00003 13947 14300 09017", {("qr_reference", "210000000003139471430009017")}),
        (
            "+71<004040400000669+12345678<",
            {("fik_reference", "7100404040000066912345678")},
        ),
        ("HR01 2020-789-1", {("hr_reference", "HR0120207891")}),
        ("HR02 4711-2021-788", set()),
        ("SI12 1234567890120", {("si_reference", "SI121234567890120")}),
        ("97163220000111111111000", {("model_97_reference", "97163220000111111111000")}),
        (
            "00193373700000001000500940144816060680935031",
            {("boleto_reference", "00193373700000001000500940144816060680935031")},
        ),
    ],
)
def test_a_token_of_a_line_is_recognised_by_itself(text, found):
    # A reference of which leading zeros are dropped is the same one; only the whole form is compared here.
    compacted = re.sub("[^0-9A-Z]", "", text.upper())
    assert {pair for pair in recognised(text) if pair[1] in compacted} == found


def test_tokens_keep_their_order_and_those_that_are_no_references_have_no_scheme():
    texts = pl.DataFrame(
        {"line": [0, 1], "text": ["RE 4711 VOM 01.02.2026", "RF18 5390 0754 7034"]},
        schema_overrides={"line": pl.Int64},
    )
    keys = line_keys(texts)
    named = recognise(keys)

    assert named.drop("scheme").equals(keys)
    assert set(named.filter(pl.col("scheme").is_not_null())["line"]) == {1}
    assert recognise(keys.clear()).schema["scheme"] == pl.String


def test_each_kind_of_key_is_one_that_the_matcher_weighs():
    published = [
        "RF18539007547034",
        "SI12 1234567890120",
        "HR01 2020-789-1",
        "+71<004040400000669+12345678<",
        "+++090/9337/55493+++",
        "210000000003139471430009017",
        "00193373700000001000500940144816060680935031",
        "9714123412",
        *VIITE,
    ]

    assert set(scheme_of(fold(pl.Series("reference", published)))) <= {*SCHEMES, PLAIN}
