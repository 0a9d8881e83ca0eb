"""The CSV journal: its columns, its numbers, and no cell that a spreadsheet runs."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import ConfigurationError, MalformedFile
from recon_journal_csv.layout import HEADER, OWN, PROFILES, chosen_layout, profile_names
from recon_journal_csv.rows import CELL_LIMIT, read_rows, render_rows, safe_cell
from tests.plugins.ledgers.oracles import TYPES, entries_of, entry_rows

KIND = TYPES["journal-csv"]

EXPECTED = """\
entry_key,posting,date,account,role,debit,credit,currency,item_number,customer_id,line_id,description,evidence
K1,1,2026-01-15,Assets:Bank:X1,cash,1234.50,,EUR,INV-1,,Labcdefghijklmnop,"ACME, ""the"" payer",exact amount
K1,2,2026-01-15,Assets:Receivable,receivable,,1234.50,EUR,INV-1,,Labcdefghijklmnop,"ACME, ""the"" payer",exact amount
"""


def test_the_journal_has_a_row_a_posting(tmp_path):
    path = tmp_path / "journal.csv"
    postings = [
        ("cash", "Assets:Bank:X1", 123_450, "EUR"),
        ("receivable", "Assets:Receivable", -123_450, "EUR"),
    ]
    texts = {
        "item_number": "INV-1",
        "customer_id": None,
        "description": 'ACME, "the" payer',
        "evidence": "exact amount",
    }
    KIND.connect({"path": path}).post(entries_of(entry_rows("K1", postings, **texts)))

    assert path.read_text(encoding="utf-8") == EXPECTED


@pytest.mark.parametrize(
    "payload",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        '"=1',
        "'=1",
        "\uff1d1",
        "\x00=1",
        "\ufeff=1",
        "\n\n-2",
    ],
)
def test_no_text_cell_begins_as_a_formula(tmp_path, payload):
    path = tmp_path / "journal.csv"
    texts = dict.fromkeys(
        ("item_number", "customer_id", "description", "evidence", "line_id"), payload
    )
    postings = [("cash", payload, 1, "EUR"), ("receivable", "Assets:Receivable", -1, "EUR")]
    KIND.connect({"path": path}).post(entries_of(entry_rows("K1", postings, **texts)))
    with path.open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))

    for name in (*texts, "account"):
        assert row[name][0] in "'<", name
    assert row["debit"] == "0.01"


@given(st.text())
def test_a_safe_cell_is_one_printable_line_and_stays_safe(text):
    cell = safe_cell(text)

    assert "\n" not in cell
    assert "\r" not in cell
    assert cell.lstrip(' "')[:1] not in tuple("=+-@")


def test_a_text_longer_than_a_spreadsheet_cell_says_its_length():
    assert safe_cell("x" * 50_000) == "x" * CELL_LIMIT + "… (50000 characters)"


@given(st.lists(st.lists(st.text().map(safe_cell), min_size=len(HEADER), max_size=len(HEADER))))
def test_rendered_rows_are_read_back(rows):
    read = read_rows(render_rows([HEADER, *rows], OWN), "journal.csv", OWN)

    assert sorted(row for found in read.values() for row in found) == sorted(rows)


def test_polars_reads_the_journal_back_to_the_cent(tmp_path):
    path = tmp_path / "journal.csv"
    KIND.connect({"path": path}).post(
        entries_of(*(entry_rows(f"K{n}", date=dt.date(2026, 1, 1)) for n in range(50)))
    )
    frame = pl.read_csv(path, infer_schema=False)

    assert frame.columns == list(HEADER)
    assert sum(Decimal(cell) for cell in frame["debit"] if cell) == Decimal("6172.50")
    assert sum(Decimal(cell) for cell in frame["credit"] if cell) == Decimal("6172.50")


def test_a_reversal_swaps_debit_and_credit(tmp_path):
    path = tmp_path / "journal.csv"
    ledger = KIND.connect({"path": path})
    ledger.reverse(ledger.post(entries_of(entry_rows("K1"))))
    rows = read_rows(path.read_text(encoding="utf-8"), "journal.csv", OWN)

    assert [(row[5], row[6]) for row in rows["K1"]] == [("123.45", ""), ("", "123.45")]
    assert [(row[5], row[6]) for row in rows["reversal-of-K1"]] == [("", "123.45"), ("123.45", "")]


@pytest.mark.parametrize(
    "text", ["date,amount\n2026-01-01,5\n", EXPECTED + "a,b\n", EXPECTED + '"open', "\n" + EXPECTED]
)
def test_a_file_that_is_no_journal_of_ours_is_refused_with_its_line(tmp_path, text):
    path = tmp_path / "journal.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MalformedFile) as caught:
        KIND.connect({"path": path}).post(entries_of(entry_rows("K9")))

    assert caught.value.place.line >= 1
    assert path.read_text(encoding="utf-8") == text


# ---------------------------------------------------------------- layouts of other programs

NETSUITE = """\
External ID,Date,Currency,Memo,Account,Debit,Credit,Line Memo,Name
K1,01/15/2026,EUR,ACME,1000,123.45,,exact amount,C7
K1,01/15/2026,EUR,ACME,1200,,123.45,exact amount,C7
"""
DYNAMICS = """\
Posting Date,Document No.,Account Type,Account No.,Description,Currency Code,Amount,External Document No.,Comment
2026-01-15,K1,G/L Account,1000,ACME,EUR,123.45,INV-1001,K1
2026-01-15,K1,G/L Account,1200,ACME,EUR,-123.45,INV-1001,K1
"""
SAP = """\
BUKRS;BLART;BLDAT;BUDAT;WAERS;XBLNR;BKTXT;HKONT;WRSOL;WRHAB;ZUONR;SGTXT
1000;SA;15.01.2026;15.01.2026;EUR;INV-1001;C7;1000;123.45;;INV-1001;K1
1000;SA;15.01.2026;15.01.2026;EUR;INV-1001;C7;1200;;123.45;INV-1001;K1
"""
ACCOUNTS = {"Assets:Bank:DE02120300000000202051": "1000", "Assets:Receivable": "1200"}
WHOLE = {"netsuite": NETSUITE, "dynamics-365-bc": DYNAMICS, "sap": SAP}


def open_profile(path, name):
    return KIND.connect({"path": path, "profile": name, "accounts": ACCOUNTS})


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_writes_the_layout_of_its_program(tmp_path, name):
    path = tmp_path / "journal.csv"
    entry = entries_of(entry_rows("K1", description="ACME", evidence="exact amount"))
    open_profile(path, name).post(entry)

    assert path.read_text(encoding="utf-8") == WHOLE[name]


@pytest.mark.parametrize("name", profile_names())
def test_a_journal_in_another_layout_is_read_back_as_our_own(tmp_path, name):
    path = tmp_path / "journal.csv"
    ledger = open_profile(path, name)
    receipts = ledger.post(entries_of(entry_rows("K1"), entry_rows("K2")))

    assert ledger.post(entries_of(entry_rows("K1")))["outcome"].to_list() == ["duplicate"]
    assert ledger.find(["K1", "K9"]) == {"K1": "K1"}
    assert ledger.verify(receipts)["outcome"].to_list() == ["accepted"] * 2
    assert ledger.reverse(receipts.head(1)).row(0) == ("K1", "accepted", None, "reversal-of-K1")
    assert ledger.reverse(receipts.head(1))["outcome"].to_list() == ["duplicate"]

    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("123.45", "123.46", 1), encoding="utf-8")

    assert ledger.verify(receipts)["outcome"].to_list() == ["needs_confirmation", "accepted"]


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_names_its_source(name):
    assert "# Source: " in (PROFILES / f"{name}.toml").read_text(encoding="utf-8")


def test_an_account_without_a_counterpart_is_rejected_by_name(tmp_path):
    postings = [("cash", "Assets:Till", 1, "EUR"), ("receivable", "Assets:Receivable", -1, "EUR")]
    ledger = open_profile(tmp_path / "journal.csv", "sap")
    outcomes = ledger.post(entries_of(entry_rows("K1", postings), entry_rows("K2")))

    assert outcomes["outcome"].to_list() == ["rejected", "accepted"]
    assert "Assets:Till" in outcomes["reason"][0]


def test_a_map_of_the_policy_lays_the_journal_out(tmp_path):
    columns = [
        {"header": "Ref", "value": "entry_key"},
        {"header": "Amt", "value": "amount"},
        {"header": "Text", "value": "description", "width": 4},
        {"header": "Kind", "text": "BANK"},
    ]
    path = tmp_path / "journal.csv"
    KIND.connect({"path": path, "columns": columns, "delimiter": "\t"}).post(
        entries_of(entry_rows("K1"))
    )

    assert path.read_text(encoding="utf-8") == (
        "Ref\tAmt\tText\tKind\nK1\t123.45\tACME\tBANK\nK1\t-123.45\tACME\tBANK\n"
    )


@pytest.mark.parametrize(
    "options",
    [
        {"profile": "no-such"},
        {"profile": "sap", "columns": []},
        {"columns": [{"header": "A", "value": "amount"}]},
        {
            "columns": [
                {"header": "A", "value": "entry_key", "width": 9},
                {"header": "B", "value": "amount"},
            ]
        },
        {"columns": [{"header": "A", "value": "entry_key"}]},
        {"columns": [{"header": "A", "value": "entry_key"}, {"header": "A", "value": "amount"}]},
        {"columns": [{"header": "A", "value": "entry_key"}, {"header": "B", "value": "colour"}]},
        {"columns": [{"header": "A", "value": "entry_key"}, {"header": "B"}]},
        {"columns": [{"heading": "A"}]},
        {"delimiter": "--"},
    ],
)
def test_a_layout_that_could_not_be_read_back_is_refused(options):
    with pytest.raises(ConfigurationError):
        chosen_layout(options)
