"""Declared profiles: one is forced, found by its header, or refused when two fit."""

from __future__ import annotations

import pytest

from recon.api import ConfigurationError, MalformedFile
from tests.formats.csv.reading import amounts, days, read_text

BARE = "01/02/2026,INV 1001,1234.50,500.00\n02/02/2026,FEE,-3.50,496.50\n"
BARE_PROFILE = {
    "columns": {"booking_date": "#1", "remittance": "#2", "amount": "#3", "balance": "#4"},
    "date_format": "%d/%m/%Y",
    "delimiter": ",",
    "currency": "GBP",
    "order": "oldest_first",
}
NAMED = "Konto;4711\nTag;Text;Soll;Haben\n01.02.2026;a;1,50;\n02.02.2026;b;;2,00\n"
NAMED_PROFILE = {
    "header": ["Tag", "Soll", "Haben"],
    "columns": {"booking_date": "Tag", "remittance": "Text", "debit": "Soll", "credit": "Haben"},
    "date_format": "%d.%m.%Y",
    "decimal_mark": ",",
    "thousands_mark": ".",
    "currency": "EUR",
}


def test_a_file_without_a_header_is_read_only_by_a_declared_profile():
    with pytest.raises(MalformedFile, match="no row names"):
        read_text(BARE, currency="GBP")

    parsed = read_text(BARE, profile="bare", profiles={"bare": BARE_PROFILE})

    assert (amounts(parsed), days(parsed)) == ([123450, -350], ["2026-02-01", "2026-02-02"])
    assert parsed.reader == "csv-profile"


def test_the_profile_whose_header_stands_in_the_file_is_taken():
    parsed = read_text(NAMED, profiles={"mine": NAMED_PROFILE, "bare": BARE_PROFILE})

    assert amounts(parsed) == [-150, 200]
    assert "read by the profile mine" in parsed.findings


def test_two_profiles_that_fit_are_an_error_that_names_both():
    with pytest.raises(MalformedFile, match="alpha and beta both fit"):
        read_text(NAMED, profiles={"beta": NAMED_PROFILE, "alpha": NAMED_PROFILE})


def test_a_forced_profile_that_does_not_fit_is_an_error():
    with pytest.raises(MalformedFile, match="no row holds the columns 'Tag'"):
        read_text("a;b\n1;2\n", profile="mine", profiles={"mine": NAMED_PROFILE})


def test_a_flag_decides_the_sign_and_an_unknown_flag_is_a_reject():
    profile = {
        "header": ["Datum", "Bedrag", "Kant"],
        "columns": {"booking_date": "Datum", "amount": "Bedrag", "flag": "Kant"},
        "date_format": "%Y%m%d",
        "decimal_mark": ",",
        "debit_flags": ["Af"],
        "credit_flags": ["Bij"],
        "currency": "EUR",
    }
    parsed = read_text(
        "Datum;Bedrag;Kant\n20260113;1,00;Af\n20260114;2,00;Bij\n20260115;3,00;?\n",
        profiles={"p": profile},
    )

    assert amounts(parsed) == [-100, 200]
    assert parsed.rejects["code"].to_list() == ["wrong-flag"]


@pytest.mark.parametrize(
    ("sign", "expected"),
    [("positive", [-150, 150]), ("negative", [150, -150]), ("either", [-150, -150])],
)
def test_the_sign_of_the_debit_column_is_as_declared(sign: str, expected: list[int]):
    text = "Tag;Text;Soll;Haben\n01.02.2026;a;1,50;\n02.02.2026;b;-1,50;\n"

    parsed = read_text(text, profiles={"p": {**NAMED_PROFILE, "debit_sign": sign}})

    assert amounts(parsed) == expected


def test_a_declared_encoding_that_does_not_fit_is_an_error_with_its_line():
    with pytest.raises(MalformedFile, match="0xff") as caught:
        read_text(
            b"Tag;Soll;Haben\n\xff;;\n",
            profile="p",
            profiles={"p": {**NAMED_PROFILE, "encoding": "utf-8"}},
        )

    assert caught.value.place is not None
    assert caught.value.place.line == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": {"booking_date": "Tag"}}, "needs amount"),
        ({"columns": {"booking_date": "Tag", "amount": "A", "shoe": "B"}}, "unknown fields shoe"),
        ({"columns": {"amount": "A"}}, "needs booking_date"),
        ({"columns": {"booking_date": "T", "amount": "A", "flag": "F"}}, "debit_flags"),
        ({"date_format": "%d.%m."}, "date_format"),
        ({"thousands_mark": ","}, "the same"),
        ({"currency": "EUX"}, "ISO 4217"),
        ({"delimiter": "#"}, "delimiter"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_profile_that_contradicts_itself_is_a_configuration_error(
    change: dict[str, object], message: str
):
    with pytest.raises(ConfigurationError, match=message):
        read_text(NAMED, profiles={"p": {**NAMED_PROFILE, **change}})


def test_a_profile_that_is_not_declared_is_a_configuration_error():
    with pytest.raises(ConfigurationError, match="not declared"):
        read_text(NAMED, profile="other", profiles={"p": NAMED_PROFILE})
