"""The CSV journal: its columns, its numbers, and no cell that a spreadsheet runs."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import MalformedFile
from recon_journal_csv.rows import CELL_LIMIT, HEADER, read_rows, render_rows, safe_cell
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
    read = read_rows(render_rows([HEADER, *rows]), "journal.csv")

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
    rows = read_rows(path.read_text(encoding="utf-8"), "journal.csv")

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
