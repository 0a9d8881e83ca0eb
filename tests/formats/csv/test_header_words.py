"""What the guess takes a column for, by its name."""

from __future__ import annotations

import pytest

from recon_csv.words import roles_of
from tests.formats.csv.reading import read_text

ENGLISH = (
    "Date,Value date,Amount,Currency,Payer,Payer account,Remittance,Reference,Balance\n"
    "2026-10-12,2026-10-13,745.20,GBP,Pennine Joinery,GB94BARC10201530093459,INV UK5508,GB001,8945.20\n"
    "2026-10-14,2026-10-14,-45.20,GBP,,,FEE,GB002,8900.00\n"
)


def test_an_english_export_with_all_columns_is_read_in_full():
    line = read_text(ENGLISH).lines.row(0, named=True)

    assert (line["payer_name"], line["payer_account"]) == (
        "Pennine Joinery",
        "GB94BARC10201530093459",
    )
    assert (line["remittance"], line["bank_reference"]) == ("INV UK5508", "GB001")
    assert (str(line["booking_date"]), str(line["value_date"])) == ("2026-10-12", "2026-10-13")
    assert line["extras"] is None


def test_a_bare_reference_is_the_payers_text_where_no_column_holds_it():
    parsed = read_text(ENGLISH.replace("Remittance", "Notice"))

    assert parsed.lines["remittance"].to_list() == ["GB001", "GB002"]


def test_a_bare_reference_stays_text_beside_a_reference_of_the_bank():
    parsed = read_text(ENGLISH.replace("Payer,", "Transaction ID,"))

    assert parsed.lines["bank_reference"].to_list() == ["Pennine Joinery", None]
    assert parsed.lines["remittance"][0] == "INV UK5508 GB001"


def test_a_bare_reference_beside_a_general_description_stays_text():
    parsed = read_text(ENGLISH.replace("Remittance", "Description"))

    assert parsed.lines["remittance"][0] == "INV UK5508 GB001"


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Remittance Information", "remittance"),
        ("Payment Details", "remittance"),
        ("Payer IBAN", "payer_account"),
        ("Debtor account", "payer_account"),
        ("Counter account", "payer_account"),
        ("Remitter", "payer_name"),
        ("Booked", "booking_date"),
        ("Entry date", "booking_date"),
        ("Bank reference", "bank_reference"),
        ("End-to-end reference", "end_to_end_id"),
        ("Ledger balance", "balance"),
        ("Amount debited", "debit"),
        ("Amount credited", "credit"),
    ],
)
def test_common_english_names_are_known(name: str, role: str):
    assert role in {known for known, _ in roles_of(name)}
