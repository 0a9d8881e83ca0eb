from __future__ import annotations

import polars as pl
import pytest

from recon.normalise.references import FIELD_BREAK, item_keys, line_keys
from recon.normalise.structured import other_forms, recognise, scheme_of
from recon.normalise.structured.check_digits import rf_of
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
        ("+71<004040400000669+12345678<", "fik_reference"),
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
    ],
)
def test_a_token_of_a_line_is_recognised_by_itself(text, found):
    # A reference of which leading zeros are dropped is the same one; only the whole form is compared here.
    assert {pair for pair in recognised(text) if pair[1] in text.replace(" ", "")} == found
