"""Transactions: signs by type code, references behind funds types, texts, rejects, batches."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.formats.bai2.bai2_files import details, read


@pytest.mark.parametrize(
    ("code", "amount"),
    [
        ("108", 7),
        ("195", 7),
        ("399", 7),
        ("409", -7),
        ("475", -7),
        ("699", -7),
        ("722", 7),
        ("760", -7),
        ("920", 7),
        ("959", 7),
        ("960", -7),
        ("999", -7),
    ],
)
def test_the_type_code_gives_the_sign(code, amount):
    assert read(details(f"16,{code},7,,B,C,T/")).lines["amount"].to_list() == [amount]


@pytest.mark.parametrize("code", ["010", "100", "400", "701", "799", "905", "000"])
def test_a_code_that_is_neither_credit_nor_debit_is_a_reject(code):
    parsed = read(details(f"16,{code},7,,B,C,T/", "16,195,1,,B,C,T/"))

    assert parsed.rejects["code"].to_list() == ["unknown-sign"]
    assert parsed.lines["amount"].to_list() == [1]


def test_the_policy_gives_the_sign_of_the_banks_own_codes():
    options = {"credit_codes": ["905", "970"], "debit_codes": ["906"]}
    parsed = read(details("16,905,7,,,,/", "16,906,7,,,,/", "16,970,7,,,,/"), options)

    assert parsed.lines["amount"].to_list() == [7, -7, 7]


@pytest.mark.parametrize("written", ["", "1.00", "1,00", "abc", "-7", "9" * 19, "1" + "0" * 17])
def test_what_is_no_amount_in_whole_minor_units_is_a_reject(written):
    record = f"16,195,{written},,B,C,T/"
    parsed = read(details(record))

    if written == "1,00":  # two fields: the comma cannot be told from the next one
        assert parsed.lines["amount"].to_list() == [1]
        assert any("funds type" in finding for finding in parsed.findings)
    else:
        assert parsed.rejects["field"].to_list() == ["amount"]
        assert parsed.rejects["excerpt"].to_list() == [record.removesuffix("/")]


def test_non_monetary_information_moves_nothing():
    parsed = read(details("16,890,,,,,NEW RATES/", "16,890,0,,,,AGAIN/", "16,890,5,,,,MONEY/"))

    assert parsed.lines.select("amount", "status").rows() == [(0, "information")] * 2
    assert parsed.rejects["code"].to_list() == ["signed-amount"]


@pytest.mark.parametrize(
    ("funds", "kept"),
    [
        ("", None),
        ("Z", '{"funds":"Z"}'),
        ("S,1,2,3", '{"funds":"S,1,2,3"}'),
        ("V,260116,1200", '{"funds":"V,260116,1200"}'),
        ("V,,", '{"funds":"V,,"}'),
        ("D,1,0,7", '{"funds":"D,1,0,7"}'),
        ("D,3,0,1,1,2,5,4", '{"funds":"D,3,0,1,1,2,5,4"}'),
        ("S,1/\n88,2,3", '{"funds":"S,1,2,3"}'),
        ("D,2,0/\n88,1,1/\n88,2", '{"funds":"D,2,0,1,1,2"}'),
    ],
)
def test_references_stand_behind_a_funds_type_of_any_width(funds, kept):
    row = read(details(f"16,195,7,{funds},BANKREF,CUSTREF,A, B/\n88,C/")).lines.row(0, named=True)

    assert (row["bank_reference"], row["customer_reference"]) == ("BANKREF", "CUSTREF")
    assert row["remittance"] == "A, B C"
    assert row["extras"] == kept


def test_the_value_date_is_that_of_funds_type_v_alone():
    parsed = read(
        details("16,195,7,V,260116,,B,C,/", "16,195,7,V,260230,,B,C,/", "16,195,7,1,B,C,/")
    )

    assert parsed.lines["value_date"].to_list() == [dt.date(2026, 1, 16), None, None]


@pytest.mark.parametrize(
    "record", ["16,195,7", "16,195,7/", "16,195,7,/", "16,195,7,Z,B", "16,195,7,,,,/"]
)
def test_a_record_may_end_after_its_amount(record):
    assert read(details(record)).lines["amount"].to_list() == [7]


def test_returns_are_reversals_with_their_reason():
    parsed = read(
        details(
            "16,557,7,,,,RETURN R02 ACCOUNT CLOSED/",
            "16,257,7,,,,RETURN R10 NOT AUTHORISED/",
            "16,195,7,,,,ROOM R02/",
        )
    )

    assert parsed.lines["is_reversal"].to_list() == [True, True, False]
    assert parsed.lines["return_reason"].to_list() == ["AC04", None, None]
    assert parsed.lines["extras"].to_list() == [
        '{"ach_return":"R02"}',
        '{"ach_return":"R10"}',
        None,
    ]


def test_keyed_lines_name_the_other_party_by_direction():
    keyed = "\n88,DBNM: PAYER LTD\n88,CRNM: PAYEE LTD\n88,DACT: 1 2\n88,CACT: 3\n88,DBIC: DDDDGB2L\n88,CABA: 021000021\n88,CHKN: 44\n88,EREF: E1"
    parsed = read(details(f"16,195,7,,B,C,IN{keyed}", f"16,495,7,,B,C,OUT{keyed}"))

    assert parsed.lines["payer_name"].to_list() == ["PAYER LTD", "PAYEE LTD"]
    assert parsed.lines["payer_account"].to_list() == ["12", "3"]
    assert parsed.lines["payer_bank"].to_list() == ["DDDDGB2L", "021000021"]
    assert parsed.lines["cheque_number"].to_list() == ["44", "44"]
    assert parsed.lines["end_to_end_id"].to_list() == ["E1", "E1"]


def test_american_ach_and_wire_texts_name_the_other_party():
    parsed = read(
        details(
            "16,142,7,,,,ACME LLC DES:PAY ID:1 INDN:US CO ID:2 CCD/",
            "16,195,7,,,,ORIG:BLUE CO ID:9 BNF:US ID:1/",
            "16,495,7,,,,ORIG:US ID:9 BNF:GREEN CO ID:1/",
            "16,195,7,,,,NOBODY IS NAMED/",
        )
    )

    assert parsed.lines["payer_name"].to_list() == ["ACME LLC", "BLUE CO", "GREEN CO", None]


def test_items_that_add_up_stand_for_their_deposit():
    parsed = read(
        details("16,115,9,,L1,,BOX/", "16,116,4,,I1,,A/", "16,116,5,,I2,,B/", "16,195,1,,,,C/")
    )

    assert parsed.lines.select("amount", "batch").rows() == [(4, 1), (5, 1), (1, None)]
    assert parsed.statements["line_count"].to_list() == [3]
    assert '"batch_text":"BOX"' in parsed.lines["extras"][0]


@pytest.mark.parametrize(
    ("records", "statuses"),
    [
        (["16,115,9,,,,/", "16,116,4,,,,/"], ["booked", "information"]),
        (["16,116,4,,,,/", "16,116,5,,,,/"], ["booked", "booked"]),
        (["16,195,9,,,,/", "16,116,9,,,,/"], ["booked", "booked"]),
        (["16,115,9,,,,/", "16,195,1,,,,/", "16,116,9,,,,/"], ["booked"] * 3),
    ],
)
def test_items_that_stand_for_no_deposit_take_none_away(records, statuses):
    parsed = read(details(*records))

    assert parsed.lines["status"].to_list() == statuses
    assert parsed.lines["batch"].null_count() == len(statuses)


def test_an_item_that_cannot_be_read_leaves_its_deposit_standing():
    parsed = read(details("16,115,9,,,,/", "16,116,4,,,,/", "16,116,x,,,,/"))

    assert parsed.lines.select("amount", "status").rows() == [(9, "booked"), (4, "information")]
    assert parsed.rejects.height == 1


def test_nai_pairs_signs_behind_digits_and_codes_of_its_own():
    parsed = read(
        "01,,OURCO,260115,0000,1,78,78/\n02,OURCO,NATAAU33,1,260114,0000/\n"
        "03,082-001 1,AUD,010,500-,015,450,100,1000/\n88,102,1,400,50/\n"
        "16,905,1000,0,,INTEREST, CREDIT/\n16,950,50,0,77,FEE/\n"
        "49,1,1/\n98,1,1,1/\n99,1,1,7,1/\n"
    )

    assert parsed.statements.select("opening_balance", "closing_balance").row(0) == (-500, 450)
    assert parsed.statements["dialect"].to_list() == ["nai"]
    assert parsed.lines["amount"].to_list() == [1000, -50]
    assert parsed.lines["remittance"].to_list() == ["INTEREST, CREDIT", "FEE"]
    assert parsed.lines["bank_reference"].to_list() == [None, "77"]
