"""Sections, records and fields; what is kept, skipped, refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import ConfigurationError, MalformedFile, ReconError, SourceFile
from recon.testing.conformance import check_format
from recon_qif.plugin import Qif
from tests.corpus_index import ROOT
from tests.formats.qif.qif_reading import USD, bank, read
from tests.statement_golden import check_golden

FOLDER = ROOT / "fixtures" / "statements" / "qif"
FIXTURES = sorted(FOLDER.glob("*.qif"))
TEXTS = st.text(alphabet="ABCxyz 0189,.-&'()[]:/", max_size=30).map(str.strip)


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.name)
def test_a_fixture_is_read_as_its_golden_file_says(fixture):
    check_golden(Qif(), fixture, USD)


def test_every_golden_file_has_its_fixture():
    orphans = {path.name for path in FOLDER.glob("*.json")} - {f"{p.name}.json" for p in FIXTURES}

    assert FIXTURES
    assert not orphans


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.name)
def test_the_conformance_kit_passes_on_each_dialect(fixture):
    if "rejected" in fixture.name:
        return
    parsed = check_format(Qif(), SourceFile(fixture.name, fixture.read_bytes()), USD, damages=2)

    assert parsed.lines.height > 0
    assert parsed.rejects.is_empty()


def test_a_file_without_currency_is_refused_with_the_option_to_set():
    with pytest.raises(MalformedFile, match="names no currency") as caught:
        read(bank("D2026-01-02\nT1"), {})

    assert "currency" in str(caught.value.hint)


def test_the_policy_may_name_the_account_of_a_file_with_one():
    text = bank("D2026-01-02\nT1.00")
    assert read(text, USD | {"account": "12 345"}).statements["account"].to_list() == ["12345"]

    two = "!Account\nNA\n^\n" + text + "!Account\nNB\n^\n" + text
    assert read(two).statements["account"].to_list() == ["A", "B"]
    with pytest.raises(MalformedFile, match="reports on 2"):
        read(two, USD | {"account": "1"})


def test_a_list_of_accounts_before_the_transactions_names_the_last():
    text = "!Account\nNA\nTBank\n^\nNB\nTBank\n^\n" + bank("D2026-01-02\nT1.00")

    assert read(text).statements["account"].to_list() == ["B"]


def test_splits_are_kept_in_order_and_the_transaction_is_one_line():
    parsed = read(bank("D2026-01-02\nT3.00\nSRent\nEMay\n$2.00\nSHeat\n$1.00\n%33"))

    assert parsed.lines["amount"].to_list() == [300]
    assert json.loads(parsed.lines["extras"][0])["splits"] == [
        {"amount": "2.00", "category": "Rent", "memo": "May"},
        {"amount": "1.00", "category": "Heat", "percent": "33"},
    ]


def test_every_field_is_kept():
    parsed = read(bank('D2026-01-02\nT3.00\nCX\nLSales\nAStreet 1\nACity\nXodd "one"\nZ2'))

    assert json.loads(parsed.lines["extras"][0]) == {
        "address": "Street 1\nCity",
        "category": "Sales",
        "cleared": "X",
        "other_fields": 'Xodd "one"\nZ2',
    }


def test_lists_and_securities_are_skipped_with_a_finding():
    text = "!Type:Cat\nNSales\n^\nNRent\n^\n" + bank("D2026-01-02\nT1.00") + "!Type:Invst\nD1\n^\n"
    parsed = read(text)

    assert parsed.lines.height == 1
    assert parsed.findings == (
        "2 records of !Type:Cat are not read",
        "1 records of !Type:Invst are not read",
    )


def test_a_file_of_lists_alone_is_refused():
    with pytest.raises(MalformedFile, match="no transactions"):
        read("!Type:Cat\nNSales\n^\n")


def test_the_opening_balance_that_quicken_writes_is_no_transaction():
    parsed = read(bank("D2026-01-02\nT9.00\nPOpening Balance", "D2026-01-02\nT1.00\nPX"))

    assert parsed.lines["status"].to_list() == ["information", "booked"]
    assert len(parsed.findings) == 1


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("D2026-01-02\nT1.00\nD2026-01-03\nT2.00", "repeated-field"),
        ("D2026-01-02\nT1.00\nU2.00", "two-amounts"),
        ("D2026-01-02\nTx\nU2.00", "no-amount"),
        ("D2026-01-02\nPNo amount", "no-amount"),
        ("T1.00", "no-date"),
    ],
)
def test_a_record_that_is_not_certain_is_a_reject_of_its_own(record, code):
    parsed = read(bank("D2026-01-01\nT7.00", record, "D2026-01-04\nT8.00"))

    assert parsed.rejects.select("code", "record", "line_number").rows() == [(code, 2, 5)]
    assert parsed.lines["amount"].to_list() == [700, 800]


def test_an_amount_in_u_alone_is_read():
    assert read(bank("D2026-01-02\nU1.00")).lines["amount"].to_list() == [100]


def test_cut_anywhere_a_record_is_whole_or_rejected():
    whole = bank("D2026-01-31\nT100.00\nPA", "D2026-01-30\nT2000.00\nPB\nMText")
    for end in range(len("!Type:Bank\n"), len(whole), 4):
        try:
            parsed = read(whole[:end])
        except MalformedFile:
            continue

        assert parsed.lines["amount"].to_list() in ([], [10000], [10000, 200000])
        assert set(parsed.rejects["code"]) <= {"cut-off"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_raw_record_is_found_again(end, encoding):
    text = bank("D2026-01-02\nT1.00\nPCafé Zoë, Müller und Söhne", "D2026-01-03\nT2.00\nPB")
    data = text.replace("\n", end).encode(encoding)
    parsed = read(data)

    offset, length = parsed.lines.select("byte_offset", "byte_length").row(1)
    assert data[offset : offset + length].decode() == f"D2026-01-03{end}T2.00{end}PB{end}^"
    assert parsed.lines["payer_name"][0] == "Café Zoë, Müller und Söhne"


@pytest.mark.parametrize(
    "options",
    [
        {"curency": "USD"},
        {"currency": "usd"},
        {"date_order": "mdy"},
        {"decimal_mark": ";"},
        {"account": 7},
    ],
)
def test_an_option_that_means_nothing_is_named(options):
    with pytest.raises(ConfigurationError, match=r"formats\.qif"):
        read(bank("D2026-01-02\nT1.00"), options)


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        ("!Type:Bank\nD1/2/26\n", True),
        ("\ufeff!type:bank \r\nD1/2/26\r\n", True),
        ("!Account\nNX\n^\n", True),
        ("!Option:AutoSwitch\n!Account\n", True),
        ("!Type:Oth L\nD", True),
        ("! shell\n", False),
        ("!Type\n", False),
        ("Type:Bank\nD", False),
        ("", False),
    ],
)
def test_a_file_is_claimed_by_its_header(head, claimed):
    assert Qif().sniff(head.encode(), "x.csv") == claimed
    assert ("it begins with a QIF" in Qif().explain(head.encode(), "x")) == claimed


@given(
    st.lists(
        st.tuples(st.dates(), st.integers(-(10**10), 10**10), TEXTS, TEXTS),
        min_size=1,
        max_size=8,
    )
)
def test_records_are_read_back_as_they_were_written(rows):
    text = bank(
        *(
            f"D{day.isoformat()}\nT{'-' * (size < 0)}{abs(size) // 100:,}.{abs(size) % 100:02d}\nP{payee}\nM{memo}"
            for day, size, payee, memo in rows
        )
    )
    parsed = read(text)

    assert parsed.rejects.is_empty()
    assert parsed.lines.select("booking_date", "amount").rows() == [row[:2] for row in rows]
    assert parsed.lines["payer_name"].to_list() == [row[2] or None for row in rows]
    assert parsed.lines["remittance"].to_list() == [row[3] for row in rows]


@given(st.text(alphabet="!^DTUPMNSE$%\n 0123456789/.,-'Type:Bank", max_size=120))
def test_any_text_is_counted_in_full_or_refused(text):
    try:
        parsed = read(f"!Type:Bank\nD2026-01-02\nT1.00\n^\n{text}")
    except ReconError:
        return

    assert parsed.statements["line_count"].sum() == len(parsed.lines) + len(parsed.rejects)
