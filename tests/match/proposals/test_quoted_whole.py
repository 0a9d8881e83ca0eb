"""A number that is quoted whole is not also a quotation of another number that shares its digits."""

from __future__ import annotations

import polars as pl

from recon.match.evidence.references import _outermost


def hits(*rows):
    names = ["line", "item", "kind", "millibits", "span", "key"]
    return pl.DataFrame(rows, schema=names, orient="row")


def kept(*rows):
    return _outermost(hits(*rows))["item"].to_list()


WHOLE = (1, 10, "number", 20_000, "RE202504443", "RE202504443")


def test_the_digits_of_a_quoted_number_are_no_quotation_of_another_even_at_equal_bits():
    digits = (1, 20, "number_without_letters", 20_000, "RE202504443", "202504443")

    assert kept(WHOLE, digits) == [10]


def test_the_same_digits_on_another_line_or_in_another_place_stay():
    elsewhere = (2, 20, "number_without_letters", 20_000, "RE202504443", "202504443")
    apart = (1, 30, "number_without_letters", 20_000, "202504999", "202504999")

    assert kept(WHOLE, elsewhere, apart) == [10, 20, 30]


def test_a_stronger_piece_of_a_weaker_whole_stays():
    weak_whole = (1, 10, "number", 9_000, "RE 443", "RE443")
    strong_piece = (1, 20, "payment_reference_tail", 15_000, "443", "443")

    assert kept(weak_whole, strong_piece) == [10, 20]


def test_digits_that_happen_to_pass_as_a_structured_reference_are_a_piece_too():
    whole = (1, 10, "number", 20_000, "TE 2026 00004", "TE202600004")
    scheme = (1, 20, "betalingskenmerk_reference", 16_588, "2026 00004", "202600004")

    assert kept(whole, scheme) == [10]


def test_a_structured_reference_of_the_same_span_stays():
    whole = (1, 10, "number", 20_000, "202600004", "202600004")
    scheme = (1, 20, "viite_reference", 16_588, "202600004", "202600004")

    assert kept(whole, scheme) == [10, 20]


def test_check_digits_that_hold_inside_a_quoted_number_prove_nothing():
    whole = (1, 10, "number", 20_000, "VK 2026 00279", "VK202600279")
    proven = (1, 20, "ogm_reference", 24_000, "2026 00279", "202600279")

    assert kept(whole, proven) == [10]


def test_check_digits_prove_nothing_of_digits_that_are_glued_to_the_letters_of_a_number():
    whole = (1, 10, "number", 20_000, "VF202500331", "VF202500331")
    proven = (1, 20, "ogm_reference", 22_900, "VF202500331", "202500331")

    assert kept(whole, proven) == [10]
