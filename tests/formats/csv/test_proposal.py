"""What is proposed for a sample: valid TOML, a `?` at what is open, and once filled in the file is read by it."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from recon.api import ConfigurationError, MalformedFile, SourceFile
from recon_csv.plugin import CsvFormat
from tests.formats.csv.reading import amounts, days, read_text
from tests.formats.csv.test_catalogue import LLOYDS, N26

OPEN = "Date,Description,Amount\n01/02/2026,a,-1.234\n03/02/2026,b,2.500\n"


def draft(text: str) -> str:
    return CsvFormat().draft(SourceFile("sample.csv", text.encode()))


def options(text: str) -> dict[str, Any]:
    return tomllib.loads(text)["formats"]["csv"]


def test_a_certain_guess_is_proposed_whole_and_reads_its_file():
    text = "Date;Value date;Text;Amount;Currency\n13.01.2026;13.01.2026;a;-1,50;EUR\n"
    proposed = draft(text)

    assert '"?"' not in proposed
    assert amounts(read_text(text, **options(proposed))) == [-150]


def test_what_is_open_is_blank_and_reads_nothing_before_it_is_filled_in():
    proposed = draft(OPEN)

    assert proposed.count('"?"') == 4
    assert "# open: which is the day and which the month of the dates" in proposed
    with pytest.raises(ConfigurationError):
        read_text(OPEN, **options(proposed))


def test_a_proposal_reads_its_file_once_the_blanks_are_filled_in():
    filled = draft(OPEN)
    for key, value in {
        "date_format": "%d/%m/%Y",
        "decimal_mark": ".",
        "amount_sign": "debit_positive",
        "currency": "BHD",
    }.items():
        filled = filled.replace(f'{key} = "?"', f'{key} = "{value}"')
    parsed = read_text(OPEN, **options(filled))

    assert amounts(parsed) == [1234, -2500]
    assert days(parsed) == ["2026-02-01", "2026-02-03"]
    assert parsed.reader.startswith("csv-profile")


@pytest.mark.parametrize("header", ["Wann;Wozu;Wieviel;x\n", ""])
def test_columns_that_nobody_knows_are_shown_with_their_cells(header: str):
    text = header + "13.01.2026;Miete;-1,50;\n14.01.2026;Lohn;2,00;\n"
    proposed = draft(text)

    assert '"13.01.2026", "14.01.2026"' in proposed
    filled = options(proposed)["profiles"]["my_bank"]
    columns = {"booking_date": "#1", "remittance": "#2", "amount": "#3"}
    filled |= {"decimal_mark": ",", "amount_sign": "credit_positive", "currency": "EUR"}
    parsed = read_text(text, profiles={"my_bank": filled | {"columns": columns}}, profile="my_bank")
    assert amounts(parsed) == [-150, 200]


def test_a_file_of_a_shipped_layout_needs_no_profile():
    text = LLOYDS + "01/02/2026,DEB,12-34-56,1,a,,1.00,1.00\n"
    proposed = draft(text)

    assert "Lloyds Bank (GB)" in proposed
    assert options(proposed) == {}
    copied = "\n".join(row.removeprefix("# ") for row in proposed.splitlines()[3:])
    assert amounts(read_text(text, **options(copied))) == [100]


def test_what_a_shipped_layout_leaves_open_is_asked_for():
    text = N26 + "01/02/2026,a,,,,,-1.00,,,\n"
    filled = draft(text).replace('date_order = "?"', 'date_order = "day_first"')

    assert days(read_text(text, **options(filled))) == ["2026-02-01"]


def test_a_text_that_is_no_table_is_refused():
    with pytest.raises(MalformedFile):
        draft("Dear Sir or Madam\nplease find enclosed\n")
