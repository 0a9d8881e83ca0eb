"""Physical lines, continuations and the structure of files, groups and accounts."""

from __future__ import annotations

import datetime as dt

import pytest

from recon.api import ConfigurationError, MalformedFile
from recon_bai2.plugin import Bai2
from tests.formats.bai2.bai2_files import GROUP, HEADER, Account, bai2, details, read

CREDIT = "16,195,10000,,B1,C1,PAYMENT INV-1/"


def test_a_continuation_may_stand_between_a_type_code_and_its_amount():
    parsed = read(details(account="03,12345,USD,010,500,,,015/\n88,700,,/\n88,040,1,,/"))

    assert parsed.statements["opening_balance"].to_list() == [500]
    assert parsed.statements["closing_balance"].to_list() == [700]


@pytest.mark.parametrize("comma", ["", ","])
def test_a_summary_before_a_continuation_may_end_with_a_comma_more_or_less(comma):
    parsed = read(details(account=f"03,12345,USD,010,500,,{comma}/\n88,015,700,,/"))

    assert parsed.statements["closing_balance"].to_list() == [700]


@pytest.mark.parametrize(
    "funds", ["S,1,2,3", "S,,,", "V,260115,", "V,,", "D,2,0,5,1,6", "Z", "0", "1", "2", "", "z"]
)
def test_a_summary_is_as_wide_as_its_funds_type(funds):
    parsed = read(details(account=f"03,12345,USD,010,500,2,{funds},015,700,,/"))

    row = parsed.statements.row(0, named=True)
    assert (row["opening_balance"], row["closing_balance"]) == (500, 700)


def test_summaries_that_cannot_be_read_to_their_end_give_no_balance():
    parsed = read(details(account="03,12345,USD,010,500,,,015,7x0,,/"))

    assert parsed.statements["opening_balance"].to_list() == [None]
    assert any("cannot be read to their end" in finding for finding in parsed.findings)


def test_a_balance_that_is_written_twice_with_two_values_is_none():
    parsed = read(details(account="03,12345,USD,010,500,,,010,501,,,015,7,,/"))

    assert parsed.statements["opening_balance"].to_list() == [None]
    assert parsed.statements["closing_balance"].to_list() == [7]


def test_text_holds_commas_and_slashes_and_goes_on_over_lines():
    parsed = read(details("16,195,1,,B,C,A, B / C\n88,D/E, F/\n88,/G"))

    assert parsed.lines["remittance"].to_list() == ["A, B / C D/E, F /G"]


def test_a_line_of_full_width_is_glued_to_its_continuation():
    first = "16,195,1,,B,C,".ljust(80, "x")
    parsed = read(details(f"{first}\n88,yz/"))

    assert parsed.lines["remittance"].to_list() == ["x" * 66 + "yz"]


def test_padding_to_eighty_columns_says_nothing():
    plain = details(CREDIT, "16,475,5,,B2,77,/")
    padded = "".join(line.ljust(80) + "\n" for line in plain.splitlines())

    assert read(padded).lines.drop("byte_offset").equals(read(plain).lines.drop("byte_offset"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read_and_the_raw_record_is_found_again(end):
    data = details(CREDIT, "16,195,2,,B2,C2,A\n88,MORE/").replace("\n", end).encode()
    parsed = read(data)

    raw = [
        data[offset : offset + length]
        for offset, length in parsed.lines.select("byte_offset", "byte_length").iter_rows()
    ]
    assert raw == [CREDIT.encode(), f"16,195,2,,B2,C2,A{end}88,MORE/".encode()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_places_are_bytes_in_every_encoding(encoding):
    text = details("16,195,1,,B1,C1,Café Zoë Müller GmbH/", CREDIT)
    data = text.encode(encoding)
    parsed = read(data)

    offset, length = parsed.lines.select("byte_offset", "byte_length").row(1)
    assert data[offset : offset + length] == CREDIT.encode()
    assert parsed.lines["remittance"][0] == "Café Zoë Müller GmbH"


def test_no_place_is_told_where_the_bytes_were_written_anew():
    parsed = read(details(CREDIT).encode("utf-16"))

    assert parsed.lines["byte_offset"].to_list() == [None]
    assert parsed.lines["amount"].to_list() == [10000]


def test_records_on_one_line_are_read_apart_where_the_file_counts_them():
    text = details(CREDIT, "16,195,20000,,B2,C2,SECOND/")
    parsed = read(text.replace("/\n16", "/   16").replace("/\n49", "/ 49"))

    assert parsed.lines["amount"].to_list() == [10000, 20000]
    assert parsed.lines["remittance"].to_list() == ["PAYMENT INV-1", "SECOND"]


def test_a_record_that_a_payer_writes_into_a_text_stays_text():
    parsed = read(details("16,195,1,,B,C,RENT / 16,195,99999999,,X,Y,Z/"))

    assert parsed.lines["amount"].to_list() == [1]
    assert any("looks like a record" in finding for finding in parsed.findings)


def test_a_line_without_a_record_code_is_read_on_as_text_and_told():
    parsed = read(details("16,195,1,,B,C,A\n88:EREF: 7\nmore of it"))

    assert parsed.lines["remittance"].to_list() == ["A 88:EREF: 7 more of it"]
    assert any("2 lines begin with no record code" in finding for finding in parsed.findings)


@pytest.mark.parametrize("damaged", ["1x,195,7,,B,C,T/", "16;195;7;;;/", "l6,195,7,,B,C,T/"])
def test_a_transaction_with_a_damaged_code_is_a_reject_and_no_text_of_its_neighbour(damaged):
    parsed = read(details(CREDIT, damaged, "16,475,5,,,1,/"))

    assert parsed.lines["amount"].to_list() == [10000, -5]
    assert parsed.rejects["code"].to_list() == ["damaged-record"]
    assert parsed.lines["remittance"][0] == "PAYMENT INV-1"


def test_a_damaged_account_header_books_nothing_on_the_account_before():
    text = bai2(Account(["03,1,USD,,,,/", CREDIT]), Account(["03,2,USD,,,,/", CREDIT]))
    parsed = read(text.replace("03,2,", "0?,2,"))

    assert parsed.statements["account"].to_list() == ["1"]
    assert parsed.lines.height == 1
    assert parsed.rejects["code"].to_list() == ["outside-account"]


@pytest.mark.parametrize("date", ["260230", "2601", "26-01-14", "", "abcdef"])
def test_a_group_without_a_day_rejects_its_transactions(date):
    parsed = read(details(CREDIT, group=f"02,OURCO,BANK,1,{date},2400,USD,2/"))

    assert parsed.lines.is_empty()
    assert parsed.rejects["code"].to_list() == ["no-date"]


@pytest.mark.parametrize(
    ("date", "is_told"),
    [("260114", False), ("260116", False), ("250115", False), ("860114", True), ("260214", True)],
)
def test_a_date_that_does_not_fit_the_day_the_file_was_made_is_told(date, is_told):
    parsed = read(details(CREDIT, group=f"02,OURCO,BANK,1,{date},2400,USD,2/"))

    assert any("do not fit the day" in finding for finding in parsed.findings) == is_told


@pytest.mark.parametrize("time", ["0000", "2400", "9999", "14:59:35", ""])
def test_the_time_of_day_never_moves_the_day(time):
    parsed = read(details(CREDIT, group=f"02,OURCO,BANK,1,260114,{time},USD,2/"))

    assert parsed.lines["booking_date"].to_list() == [dt.date(2026, 1, 14)]


def test_several_files_in_one_are_read_together():
    parsed = read(details(CREDIT) + details(CREDIT, CREDIT))

    assert parsed.statements["line_count"].to_list() == [1, 2]
    assert parsed.findings == ()


def test_a_file_that_is_cut_off_is_refused_unless_the_policy_says_otherwise():
    text = details(CREDIT, CREDIT).partition("98,")[0]
    with pytest.raises(MalformedFile, match="cut off"):
        read(text)

    assert read(text, {"trailer": "optional"}).lines.height == 2


def test_cut_anywhere_no_transaction_is_lost_in_silence():
    whole = details(CREDIT, "16,475,5,V,260116,,B,77,\n88,CHEQUE/", "16,195,3,S,1,1,1,B,C,T/")
    sums = set()
    for end in range(0, len(whole), 5):
        try:
            parsed = read(whole[:end])
        except MalformedFile:
            continue
        sums.add((parsed.lines.height, parsed.lines["amount"].sum()))

    assert sums == {(3, 9998)}


def test_a_test_file_is_refused():
    with pytest.raises(MalformedFile, match="marks this file as a test"):
        read(details(CREDIT, group="02,OURCO,BANK,4,260114,2400,USD,2/"))


@pytest.mark.parametrize(
    ("status", "word"), [("2", "deletion"), ("3", "correction"), ("7", "no known status")]
)
def test_deletions_corrections_and_what_is_unknown_are_information(status, word):
    group = f"02,OURCO,BANK,{status},260114,2400,USD,2/"
    parsed = read(details(CREDIT, account="03,1,USD,010,5,,,015,6,,/", group=group))

    assert parsed.lines["status"].to_list() == ["information"]
    assert parsed.statements["opening_balance"].to_list() == [None]
    assert any(word in finding for finding in parsed.findings)


@pytest.mark.parametrize(
    ("modifier", "kind"),
    [("1", "interim"), ("2", "final"), ("3", "interim"), ("4", "final"), ("", "final")],
)
def test_the_as_of_date_modifier_tells_interim_from_final(modifier, kind):
    parsed = read(details(group=f"02,OURCO,BANK,1,260114,2400,USD,{modifier}/"))

    assert parsed.statements["kind"].to_list() == [kind]


def test_the_accounts_currency_goes_before_its_groups_and_the_standards_stands_in():
    text = bai2(Account(["03,1,EUR,,,,/", CREDIT]), Account(["03,2,,,,,/", CREDIT]))

    assert read(text).lines["currency"].to_list() == ["EUR", "USD"]
    unnamed = text.replace(",USD,2/", ",,2/")
    assert read(unnamed).lines["currency"].to_list() == ["EUR", "USD"]
    assert any("name no currency" in finding for finding in read(unnamed).findings)
    assert read(unnamed, {"currency": "GBP"}).lines["currency"].to_list() == ["EUR", "GBP"]


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        (("49,10001,", "49,10002,"), "account trailer (49): the total"),
        (("49,10001,3", "49,10001,4"), "account trailer (49): the number of records"),
        (("98,10001,1,5", "98,10001,2,5"), "group trailer (98): the number of accounts"),
        (("98,10001,1,5", "98,10001,1,6"), "group trailer (98): the number of records"),
        (("99,10001,1,7", "99,10001,1,8"), "file trailer (99): the number of records"),
        (("99,10001,1,7", "99,10,1,7"), "file trailer (99): the total"),
        (("16,195,10000", "16,195,10001"), "account trailer (49): the total"),
    ],
)
def test_trailers_are_checked_and_hold_nothing(broken, finding):
    text = bai2(Account(["03,1,USD,010,1,,/", CREDIT], total=10001))
    assert read(text).findings == ()
    parsed = read(text.replace(*broken))

    assert any(found.startswith(finding) for found in parsed.findings)
    assert parsed.lines.height == 1


def test_a_blank_trailer_says_nothing():
    parsed = read(bai2(Account(["03,1,USD,010,1,,/"])).replace("49,0,2", "49,,2"))

    assert [found for found in parsed.findings if "(49)" in found] == []


def test_totals_of_credits_and_debits_are_compared_with_the_transactions():
    parsed = read(details(CREDIT, account="03,1,USD,100,10001,1,,400,0,0,/"))

    assert [finding for finding in parsed.findings if "total of credits (100)" in finding]
    assert not [finding for finding in parsed.findings if "(400)" in finding]


@pytest.mark.parametrize("version", ["1", "3", ""])
def test_another_version_is_refused(version):
    with pytest.raises(MalformedFile, match="neither BAI version 2 nor NAI"):
        read(details().replace(HEADER, f"01,BANK,OURCO,260115,0600,1,,,{version}/"))


def test_the_policy_may_say_what_a_file_of_another_version_is():
    text = details("16,195,100,Z,BANKREF,OURREF,RENT/")
    sound = read(text)
    parsed = read(text.replace(HEADER, "01,BANK,OURCO,260115,0600,1,,,1/"), {"dialect": "bai2"})

    assert parsed.lines.drop("byte_offset").equals(sound.lines.drop("byte_offset"))
    assert parsed.statements["dialect"].to_list() == ["bai2"]


def test_a_file_that_says_version_2_is_not_read_as_anything_else():
    text = details("16,195,100,Z,BANKREF,OURREF,RENT/")

    assert read(text, {"dialect": "nai"}).lines.equals(read(text).lines)


@pytest.mark.parametrize(
    "options",
    [
        {"encodings": "x"},
        {"trailer": "none"},
        {"dialect": "bai1"},
        {"currency": "usd"},
        {"credit_codes": "905"},
        {"credit_codes": ["195"]},
        {"credit_codes": ["905"], "debit_codes": ["905"]},
    ],
)
def test_an_option_that_means_nothing_is_named(options):
    with pytest.raises(ConfigurationError, match=r"formats\.bai2|`debit_codes`"):
        read(details(), options)


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        (f"{HEADER}\n{GROUP}\n", True),
        (f"\ufeff{HEADER}\r\n{GROUP}\r\n", True),
        (f"{HEADER}   {GROUP}", True),
        ("01,S,R,260115,,1/\n88,,,2/\n02,R,S,1,260114/", True),
        ("01,BANK,OURCO,260115,0600,1,,,2/\n03,1,USD/", False),
        ("01,name,amount\n02,name,amount\n", False),
        ("00,0004,12345,060321,0829,001/\n02,", False),
        ("", False),
    ],
)
def test_a_file_is_claimed_by_its_two_headers(head, claimed):
    format_ = Bai2()

    assert format_.sniff(head.encode(), "x.csv") == claimed
    assert ("it begins with a BAI2" in format_.explain(head.encode(), "x")) == claimed
