"""The shipped layouts: each claims its own sample in every language and no other header, and its arithmetic holds."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import MalformedFile, ParsedStatements, SourceFile
from recon_csv import catalogue
from recon_csv.catalogue import BankLayout, Header, bank_layouts, claimants, find_claim
from recon_csv.dialect import split_heads
from recon_csv.plugin import CsvFormat
from recon_csv.profile import FIELDS
from tests.formats.csv.reading import amounts, days, read_text
from tests.statement_golden import check_golden

SAMPLES = Path(__file__).resolve().parents[3] / "fixtures" / "statements" / "csv" / "banks"
NAMES = sorted(bank_layouts())
WITH_HEADER = [name for name in NAMES if bank_layouts()[name].headers]
WITH_BALANCE = [name for name in NAMES if "balance" in bank_layouts()[name].columns]
# What the user must say because the file does not.
SETTLED = {
    "bancastato_account_2018": {"currency": "CHF"},
    "bekb_account": {"currency": "CHF"},
    "postfinance_account_2010": {"currency": "CHF"},
    "vz_account": {"currency": "CHF"},
    "danske_lt_account": {"currency": "EUR"},
    "mint": {"currency": "USD"},
    "mint_bare": {"currency": "USD"},
    "postfinance_account_tab": {"currency": "CHF"},
}
LLOYDS = "Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,Credit Amount,Balance\n"
N26 = "Datum,Empfänger,Kontonummer,Transaktionstyp,Verwendungszweck,Kategorie,Betrag (EUR),Betrag (Fremdwährung),Fremdwährung,Wechselkurs\n"


def read_sample(name: str, data: bytes | None = None) -> ParsedStatements:
    path = SAMPLES / f"{name}.csv"
    return CsvFormat().read(SourceFile(path.name, data or path.read_bytes()), SETTLED.get(name, {}))


def test_every_sample_has_its_layout():
    assert sorted(path.stem for path in SAMPLES.glob("*.csv")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_claimed_and_read_whole_by_its_own_layout(name: str):
    data = (SAMPLES / f"{name}.csv").read_bytes()
    parsed = read_sample(name)

    assert CsvFormat().sniff(data, f"{name}.csv")
    assert parsed.reader == f"csv-profile:{name}"
    assert parsed.rejects.height == 0
    assert set(parsed.lines["booking_date"].dt.strftime("%Y-%m").to_list()) == {"2026-03"}
    assert {amount > 0 for amount in amounts(parsed)} >= {True}


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_read_as_its_golden_file_says(name: str):
    check_golden(CsvFormat(), SAMPLES / f"{name}.csv", SETTLED.get(name))


@pytest.mark.parametrize("name", WITH_BALANCE)
def test_a_sample_with_a_running_balance_balances(name: str):
    parsed = read_sample(name)
    totals = parsed.lines.group_by("statement_index").agg(pl.col("amount").sum())
    ends = parsed.statements.join(totals, on="statement_index")

    assert ends.height > 0
    assert (ends["opening_balance"] + ends["amount"] == ends["closing_balance"]).all()
    assert not any("running balance" in finding for finding in parsed.findings)


@pytest.mark.parametrize("name", WITH_HEADER)
def test_a_header_is_claimed_by_one_layout_alone(name: str):
    for header in bank_layouts()[name].headers:
        assert claimants(header.names) == (name,)


@pytest.mark.parametrize("name", WITH_HEADER)
def test_the_same_rows_below_each_header_of_a_bank_are_the_same_lines(name: str):
    text = (SAMPLES / f"{name}.csv").read_text(encoding="utf-8")
    claim = find_claim(split_heads(text), name)
    assert claim is not None
    width = len(claim.header)
    expected = amounts(read_sample(name))
    for header in claim.layout.headers:
        names = [*header.names, *[""] * (width - len(header.names))]
        suffixes = [re.search(r" \([A-Z]{3}\)$", cell) for cell in claim.header]
        names = [
            word
            if word.endswith(suffix[0] if suffix else "")
            else word + (suffix[0] if suffix else "")
            for word, suffix in zip(names, suffixes, strict=True)
        ]
        old = next(
            line for line in text.splitlines() if _cells(line, claim.delimiter) == claim.header
        )
        new = claim.delimiter.join(
            f'"{word}"' if claim.delimiter in word else word for word in names
        )

        assert amounts(read_sample(name, text.replace(old, new).encode())) == expected


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


@pytest.mark.parametrize("name", NAMES)
def test_a_layout_names_known_fields_and_existing_columns(name: str):
    layout = bank_layouts()[name]
    places = layout.places()
    widths = {len(header.names) for header in layout.headers}

    assert set(layout.columns) <= set(FIELDS)
    assert "booking_date" in places
    assert "amount" in places or {"debit", "credit"} <= set(places)
    assert bool(layout.headers) != bool(layout.shape)
    assert len(widths) <= 1
    assert bool(layout.debit_flags or layout.credit_flags) == ("flag" in places)


def test_two_layouts_that_claim_one_file_are_both_named(monkeypatch: pytest.MonkeyPatch):
    layout = BankLayout(
        bank="A",
        country="DE",
        export="a",
        columns={"booking_date": "Tag", "amount": "Betrag"},
        headers=[Header(language="de", names=["Tag", "Text", "Betrag"])],
    )
    monkeypatch.setattr(catalogue, "bank_layouts", lambda: {"one": layout, "two": layout})
    catalogue.names_by_header.cache_clear()

    with pytest.raises(MalformedFile, match="one and two both fit"):
        find_claim(split_heads("Tag;Text;Betrag\n01.02.2026;a;1,00\n"), "a.csv")

    monkeypatch.undo()
    catalogue.names_by_header.cache_clear()


def test_a_declared_profile_goes_before_the_shipped_one():
    profile = {
        "header": ["Transaction Date", "Sort Code"],
        "delimiter": ",",
        "date_format": "%m/%d/%Y",
        "currency": "EUR",
        "columns": {"booking_date": "Transaction Date", "amount": "Credit Amount"},
    }
    parsed = read_text(LLOYDS + "01/02/2026,DEB,,1,a,,1.00,1.00\n", profiles={"mine": profile})

    assert (days(parsed), parsed.lines["currency"].to_list()) == (["2026-01-02"], ["EUR"])


def test_a_bank_fixes_the_order_of_day_and_month():
    parsed = read_text(LLOYDS + "01/02/2026,DEB,12-34-56,1,a,,1.00,1.00\n")

    assert days(parsed) == ["2026-02-01"]


def test_one_day_against_the_bank_s_order_is_asked_for():
    rows = "01/02/2026,DEB,12-34-56,1,a,,1.00,1.00\n02/13/2026,DEB,12-34-56,1,b,,1.00,2.00\n"

    with pytest.raises(MalformedFile, match="which is the day"):
        read_text(LLOYDS + rows)
    assert days(read_text(LLOYDS + rows, date_order="day_first")) == ["2026-02-01"]
    assert days(read_text(LLOYDS + rows, date_order="month_first")) == ["2026-01-02", "2026-02-13"]


def test_the_user_s_order_of_other_files_is_none_of_a_file_that_excludes_it():
    rows = "01/02/2026,a,,,,,-1.00,,,\n13/02/2026,a,,,,,-1.00,,,\n"

    assert days(read_text(N26 + rows, date_order="month_first")) == ["2026-02-01", "2026-02-13"]


def test_one_damaged_day_is_refused_alone_where_the_others_run_in_the_bank_s_order():
    dates = [f"{day:02}/02/2026" for day in range(1, 7)]
    rows = [
        f"{day},DEB,12-34-56,1,a,,1.00,{n}.00\n" for n, day in enumerate([*dates, "02/13/2026"])
    ]
    parsed = read_text(LLOYDS + "".join(rows))

    assert days(parsed) == [f"2026-02-{day:02}" for day in range(1, 7)]
    assert parsed.rejects["line_number"].to_list() == [8]


def test_what_neither_bank_nor_column_decides_is_asked_for():
    with pytest.raises(MalformedFile, match=r"N26 \(n26_account\).* which is the day"):
        read_text(N26 + "01/02/2026,a,,,,,-1.00,,,\n")


def test_the_user_decides_the_order_that_the_bank_leaves_open():
    parsed = read_text(N26 + "01/02/2026,a,,,,,-1.00,,,\n", date_order="month_first")

    assert days(parsed) == ["2026-01-02"]


def test_amounts_that_are_all_like_1_234_are_asked_for_where_the_bank_has_both_marks():
    header = "Data;;Descrizione;EUR;Caus.\nOperaz.;Valuta;;;\n"

    with pytest.raises(MalformedFile, match="which is the decimal mark"):
        read_text(header + "13.01.2026;13.01.2026;a;1.234;1\n")


def test_amounts_against_the_bank_s_decimal_mark_are_asked_for():
    with pytest.raises(MalformedFile, match="which is the decimal mark"):
        read_text(LLOYDS + '13/02/2026,DEB,12-34-56,1,a,,"1,50","1,50"\n')


def test_a_broken_running_balance_is_told_and_the_file_is_read():
    rows = "14/02/2026,DEB,1,1,b,,2.00,9.00\n13/02/2026,DEB,1,1,a,,1.00,1.00\n"
    parsed = read_text(LLOYDS + rows)

    assert amounts(parsed) == [200, 100]
    assert any("running balance does not follow" in finding for finding in parsed.findings)


def test_a_header_with_lost_letters_is_still_the_bank_s():
    text = (SAMPLES / "n26_account.csv").read_text(encoding="utf-8").replace("ä", "\ufffd")

    assert claimants(text.splitlines()[0].split(",")) == ("n26_account",)


def test_a_header_with_one_other_word_is_not_claimed():
    names = list(bank_layouts()["lloyds_account"].headers[0].names)

    assert claimants([*names[:-1], "Solde"]) == ()
    assert claimants([*names, "Remark"]) == ()


def test_paypal_in_a_european_time_zone_is_not_read_as_american():
    text = (SAMPLES / "paypal_us.csv").read_text(encoding="utf-8")

    assert find_claim(split_heads(text), "a.csv") is not None
    assert find_claim(split_heads(text.replace("PST", "CET")), "a.csv") is None


def test_a_table_without_a_header_is_claimed_only_where_all_rows_have_the_shape():
    text = (SAMPLES / "easybank_account.csv").read_text(encoding="utf-8")

    assert find_claim(split_heads(text), "a.csv") is not None
    assert find_claim(split_heads(text + "12345678901;a;1.1.26;;+1,00;EUR\n"), "a.csv") is None
    assert find_claim(split_heads(text + "End of list\n"), "a.csv") is not None


def test_a_shape_that_many_banks_share_needs_a_mark_of_the_bank():
    text = (SAMPLES / "td_canada_account.csv").read_text(encoding="utf-8")

    assert find_claim(split_heads(text), "a.csv") is not None
    assert find_claim(split_heads(text.replace("SEND E-TFR ***", "Transfer ")), "a.csv") is None


def test_a_first_row_that_is_no_preamble_of_the_bank_is_never_passed_over():
    text = (SAMPLES / "bnp_paribas_account.csv").read_text(encoding="utf-8")

    assert find_claim(split_heads(text), "a.csv") is not None
    assert find_claim(split_heads(text.replace("****1234", "1234")), "a.csv") is None


def test_a_card_s_signs_are_turned_only_where_the_card_is_masked_as_its_bank_does():
    text = (SAMPLES / "corner_card.csv").read_text(encoding="utf-8")

    assert find_claim(split_heads(text), "a.csv") is not None
    assert find_claim(split_heads(text.replace("**1234", "1234")), "a.csv") is None


def test_flags_that_are_blank_count_only_beside_amounts_without_a_minus():
    text = (SAMPLES / "ms_bank_card.csv").read_text(encoding="utf-8")

    assert find_claim(split_heads(text), "a.csv") is not None
    assert find_claim(split_heads(text.replace("£89.90", "-£89.90")), "a.csv") is None


def test_a_condition_holds_to_the_last_row_or_is_asked_for():
    text = (SAMPLES / "ms_bank_card.csv").read_text(encoding="utf-8")
    header, first = text.splitlines(keepends=True)[:2]

    with pytest.raises(MalformedFile, match="what some cells of 'Amount' are"):
        read_text(header + first * 500 + first.replace("£", "-£"))


@given(st.text(alphabet='Datum;,\t"\n\ufffd\ufeff*#()€01.-', max_size=200))
def test_no_text_is_claimed_by_accident(text: str):
    assert find_claim(split_heads(text), "a.csv") is None


@given(st.sampled_from(WITH_HEADER), st.integers(0, 400))
def test_a_sample_cut_anywhere_is_read_by_its_layout_or_refused(name: str, end: int):
    data = (SAMPLES / f"{name}.csv").read_bytes()[:end]
    try:
        parsed = read_sample(name, data or b" ")
    except MalformedFile:
        return

    assert parsed.statements["line_count"].sum() == parsed.lines.height + parsed.rejects.height
