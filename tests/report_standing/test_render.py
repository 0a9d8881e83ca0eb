"""Every form of every report: the same bytes, all cells safe, the head that control C14 asks for."""

from __future__ import annotations

import dataclasses
import io
import json
import re

import openpyxl
import polars as pl
import pytest

from recon.errors import ConfigurationError
from recon.report.standing.catalogue import REPORTS, build_report
from recon.report.standing.document import Asked
from recon.report.standing.render import FORMS, render_files, render_report
from recon.report.text import FORMULA_START
from tests.report.golden import assert_golden
from tests.report.view_builder import FORMULA, SCRIPT
from tests.report_standing.record_builder import EUR, day
from tests.report_standing.sample import BIDI, sample

OCTOBER = day(10, 20)
RAW_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def standing():
    return sample().standing(OCTOBER)


@pytest.fixture(scope="module")
def hostile():
    """Make the same record with hostile text in every text column that banks, books or people fill."""
    build = sample()
    places = {
        "lines": ("payer_name", "payer_account", "remittance", "bank_reference", "file"),
        "statements": ("statement_number", "file"),
        "decisions": ("note", "comment"),
        "allocations": ("item_number", "because"),
        "entries": ("description", "item_number", "account"),
        "outbox": ("remote_id", "reason"),
        "comments": ("comment", "owner", "actor"),
        "approvals": ("comment",),
        "periods": ("reason",),
        "parties": ("name",),
        "events": ("actor",),
    }
    payloads = (
        SCRIPT,
        FORMULA,
        BIDI,
        '"><svg onload=alert(1)>',
        "{{ 7*7 }}",
        "@SUM(A1)",
        "-2+3|cmd",
    )
    for frame, columns in places.items():
        for number, row in enumerate(build.rows[frame]):
            for place, column in enumerate(columns):
                row[column] = payloads[(number + place) % len(payloads)]
    return build.standing(OCTOBER)


def asked_of(name, standing):
    report = REPORTS[name]
    return Asked(
        earlier=sample().standing(day(8, 31)) if report.takes_earlier else None,
        book_balances={EUR: "1698.00"} if report.takes_book_balances else {},
    )


@pytest.mark.parametrize("name", REPORTS)
def test_the_same_record_gives_the_same_bytes_whatever_the_order_of_its_rows(name, standing):
    frames = {
        field.name: value.sample(fraction=1, shuffle=True, seed=7)
        for field in dataclasses.fields(standing)
        if isinstance(value := getattr(standing, field.name), pl.DataFrame)
    }
    shuffled = dataclasses.replace(standing, **frames)
    asked = asked_of(name, standing)

    assert render_files(name, shuffled, asked) == render_files(name, standing, asked)


@pytest.mark.parametrize("name", REPORTS)
def test_no_cell_of_a_csv_can_be_run_and_no_control_character_is_raw(name, hostile):
    for file, content in render_files(name, hostile, asked_of(name, hostile)).items():
        if file.endswith(".csv"):
            cells = pl.read_csv(io.BytesIO(content), infer_schema=False)
            for column in cells.iter_columns():
                is_number = column.str.contains(r"^-?[0-9]+(\.[0-9]+)?$")
                is_disarmed = column.str.starts_with("'")
                runs = column.str.contains(FORMULA_START) & ~is_number & ~is_disarmed
                assert not runs.any(), (file, column.name, column.filter(runs).to_list())
        if not file.endswith(".xlsx"):
            assert not RAW_CONTROLS.search(content.decode()), file


@pytest.mark.parametrize("name", REPORTS)
def test_no_text_is_markup_on_the_page(name, hostile):
    page = render_report(name, hostile, "html", asked_of(name, hostile)).decode()

    for raw in ("<script>alert", "<svg onload", "49</bdi>"):
        assert raw not in page
    assert page.count("<script>") == 1
    assert "http" not in page.replace("http://evil.example", "").replace("http-equiv", "")


@pytest.mark.parametrize("name", REPORTS)
def test_no_cell_of_a_workbook_is_a_formula(name, hostile):
    content = render_report(name, hostile, "xlsx", asked_of(name, hostile))
    book = openpyxl.load_workbook(io.BytesIO(content))
    document = build_report(name, hostile, asked_of(name, hostile))

    assert len(book.sheetnames) == len(document.body.tables) + 1
    for sheet in book:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_hostile_text_reaches_the_reader_as_text(hostile):
    page = render_report("unmatched", hostile, "html").decode()
    told = json.loads(render_report("unmatched", hostile, "json"))["tables"]["lines"]

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert {FORMULA, SCRIPT, BIDI} <= {row["payer_name"] for row in told} | {
        row["remittance"] for row in told
    }


@pytest.mark.parametrize("name", REPORTS)
def test_the_head_says_what_the_report_was_made_of_and_what_it_ties_to(name, standing):
    asked = asked_of(name, standing)
    told = json.loads(render_report(name, standing, "json", asked))
    head = told["header"]
    document = build_report(name, standing, asked)

    assert head["report"] == name
    assert head["as_of"] == "2026-10-20"
    assert head["known_seq"] == "14"
    assert head["known_at"] == standing.known_at
    assert head["chain_head"] == standing.chain_head
    assert head["policy_hash"] == standing.policy_hash
    for table, rows in told["tables"].items():
        assert int(head[f"rows_{table}"]) == len(rows)
    in_csv = render_report(name, standing, "csv", asked, table="header").decode()
    for key, value in head.items():
        assert f"{key},{value}\n" in in_csv or f'{key},"{value}"\n' in in_csv
    assert len(told["control_totals"]) == len(document.body.totals)
    for each in told["control_totals"]:
        assert f"total {each['name']} {each['currency']},{each['amount']}\n" in in_csv


def test_what_was_asked_for_stands_in_the_head(standing):
    earlier = sample().standing(day(8, 31))
    head = build_report("unmatched", standing, Asked(earlier=earlier)).facts

    assert head["asked_since"] == "2026-08-31, known 14"
    assert head["asked_since_chain_head"] == earlier.chain_head


@pytest.mark.parametrize("name", REPORTS)
def test_every_table_of_a_report_is_a_file_of_its_own(name, standing):
    document = build_report(name, standing)
    files = render_files(name, standing)

    assert set(files) == {
        f"{name}.csv",
        f"{name}.header.csv",
        f"{name}.json",
        f"{name}.html",
        f"{name}.xlsx",
        *(f"{name}.{table.name}.csv" for table in document.body.tables[1:]),
    }


def test_amounts_have_the_decimals_of_their_currency_in_every_form(standing):
    name, table = "unmatched", "by_state"
    told = json.loads(render_report(name, standing, "json"))["tables"][table]

    assert {row["amount"] for row in told} >= {"1500.00", "45.00"}
    assert b"1500.00,EUR" in render_report(name, standing, "csv", table=table)
    assert b"1500.00" in render_report(name, standing, "table", table=table)
    book = openpyxl.load_workbook(io.BytesIO(render_report(name, standing, "xlsx")))
    assert 1500 in [cell.value for cell in book["By state"]["C"]]
    assert "1\u202f500.00" in render_report(name, standing, "html").decode()


def test_a_terminal_gets_the_columns_that_fit_it(standing):
    head = render_report("unmatched", standing, "table").decode().splitlines()[0]

    assert head.split() == [
        "line_id", "booking_date", "age_days", "amount", "currency", "payer_name", "state", "reason",
        "best_items", "owner",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "how", "table", "said"),
    [
        ("unmatchd", "csv", None, "no report 'unmatchd'"),
        ("unmatched", "pdf", None, "no form 'pdf'"),
        ("unmatched", "csv", "nothing", "no table 'nothing'"),
        ("unmatched", "json", "by_age", "all tables"),
    ],
)
def test_what_there_is_not_is_named_with_what_there_is(standing, name, how, table, said):
    with pytest.raises(ConfigurationError, match=said):
        render_report(name, standing, how, table=table)


def test_every_form_of_the_list_is_there(standing):
    for how in FORMS:
        assert render_report("register", standing, how)


@pytest.mark.parametrize("name", REPORTS)
def test_the_reports_of_the_sample_are_those_of_the_golden_files(name, standing):
    assert_golden(
        f"standing-{name}.json", render_report(name, standing, "json", asked_of(name, standing))
    )
