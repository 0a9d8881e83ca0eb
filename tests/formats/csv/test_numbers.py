"""How amounts and dates are written, one rule a test."""

from __future__ import annotations

import pytest

from recon_csv.amounts import Style, looks_like_amount, plain_text
from recon_csv.dates import find_formats, parse_date
from recon_csv.styles import find_styles
from recon_csv.words import currency_in_name, plain_words, roles_of

POINT = Style(".", ",")
COMMA = Style(",", ".")


@pytest.mark.parametrize(
    ("text", "style", "plain"),
    [
        ("1,234.50", POINT, "1234.50"),
        ("(1,234.50)", POINT, "-1234.50"),
        ("1.234,50-", COMMA, "-1234.50"),
        ("1.234,50 -", COMMA, "-1234.50"),
        ("\u22121.234,50", COMMA, "-1234.50"),
        ("+ £1,100.00", POINT, "1100.00"),
        ("-$76.00", POINT, "-76.00"),
        ("$-76.00", POINT, "-76.00"),
        ("$.23", POINT, "0.23"),
        ("EUR 12,00", COMMA, "12.00"),
        ("12,00 €", COMMA, "12.00"),
        ("1'234.50", Style(".", "'"), "1234.50"),
        ("1\u2019234.50", Style(".", "'"), "1234.50"),
        ("1\u202f234,50", Style(",", " "), "1234.50"),
        ("7.", POINT, "7."),
        ("1,23.50", POINT, None),
        ("1.234.50", POINT, None),
        ("12,3456", POINT, None),
        ("--1.00", POINT, None),
        ("-1.00-", POINT, None),
        ("(-1.00)", POINT, None),
        ("(1.00", POINT, None),
        ("1.00 EUR EUR", POINT, None),
        ("1e3", POINT, None),
        ("12%", POINT, None),
        ("\u0661\u0662", POINT, None),
        ("", POINT, None),
        ("-", POINT, None),
    ],
)
def test_an_amount_is_read_exactly_or_not_at_all(text: str, style: Style, plain: str | None):
    assert plain_text(text, style) == plain


@pytest.mark.parametrize(
    ("texts", "count"),
    [
        (["1.234"], 2),
        (["1,234", "5,678"], 2),
        (["1.234", "1"], 2),
        (["0.123"], 1),
        (["1234.567"], 1),
        (["1.234.567"], 1),
        (["1,5", "1.5"], 0),
        (["100"], 1),
    ],
)
def test_a_style_is_open_only_where_every_number_is(texts: list[str], count: int):
    assert len(find_styles(texts)) == count


@pytest.mark.parametrize("text", ["", "-", "abc", "12 apples", "2026-01-13x", "€"])
def test_words_do_not_look_like_amounts(text: str):
    assert not looks_like_amount(text)


@pytest.mark.parametrize(
    ("text", "date_format", "day"),
    [
        ("1.3.2025", "%d.%m.%Y", "2025-03-01"),
        ("31 Jan 2020", "%d %b %Y", "2020-01-31"),
        ("12-Dec-2019", "%d-%b-%Y", "2019-12-12"),
        ("2026-01-15 23:59:59", "%Y-%m-%d", "2026-01-15"),
        ("2026-01-15T23:59:59+02:00", "%Y-%m-%d", "2026-01-15"),
        ("20260115", "%Y%m%d", "2026-01-15"),
        ("31.12.69", "%d.%m.%y", None),
        ("31.12.99", "%d.%m.%y", "1999-12-31"),
        ("31.06.2026", "%d.%m.%Y", None),
        ("1111/11/11", "%Y/%m/%d", None),
        ("2026-01-15 or so", "%Y-%m-%d", None),
        ("15.01.26", "%d.%m.%Y", None),
    ],
)
def test_a_date_is_the_day_as_the_bank_wrote_it_or_none(
    text: str, date_format: str, day: str | None
):
    found = parse_date(text, date_format)

    assert (str(found) if found else None) == day


def test_dates_between_full_stops_have_the_day_first():
    assert find_formats(["01.02.2026"]) == ["%d.%m.%Y"]


def test_a_currency_at_the_end_of_a_name_is_no_part_of_it():
    assert plain_words("Saldo CHF") == "saldo"
    assert plain_words("Accredito in CHF") == "accredito"
    assert currency_in_name("Betrag (EUR)") == "EUR"
    assert currency_in_name("Montant €") == "EUR"
    assert currency_in_name("EUR") is None


def test_a_name_with_lost_letters_is_compared_around_them():
    assert roles_of("W\ufffdhrung")[0][0] == "currency"
    assert roles_of("Verwendung 3")[0][0] == "remittance"
    assert roles_of("Shoe size") == ()


def test_a_long_span_of_years_excludes_no_reading():
    # Found by the round trip: the true day/month/year was dropped, and 2012-01-01 was read as 2001-01-12.
    assert "%d/%m/%y" in find_formats(["01/01/01", "01/01/01", "01/01/12"])
