from __future__ import annotations

import csv
import dataclasses
import io

import polars as pl
import pytest

from recon.money import AmountError, parse_minor
from recon.report import exports
from recon.report.text import disarmed, rearmed
from tests.report.golden import assert_golden
from tests.report.view_builder import FORMULA, ViewBuilder, framed, sample

COLUMNS = {
    "lines.csv": "line_id,file,record,copies,account,bank_reference,booking_date,value_date,amount,currency,"
    "payer_name,payer_account,remittance,fate,reason",
    "allocations.csv": "line_id,bank_reference,item_id,item_number,customer_id,amount,currency,item_amount,"
    "item_currency,kind,status,rank,confidence,because",
    "unmatched.csv": "line_id,account,booking_date,value_date,amount,currency,payer_name,payer_account,remittance,"
    "fate,reason,note,age_days,age_bucket,best_items,best_confidence",
    "entries.csv": "entry_key,posting,date,account,role,debit,credit,currency,item_number,customer_id,line_id,"
    "description,evidence",
}
PAYLOADS = (
    FORMULA,
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    '"=1+1',
    "'=1+1",
    "\uff1d1+1",  # full width
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u00a0=1+1",
)
HARMLESS = (
    "Müller",
    "a=b",
    "RE-1",
    "1+1",
    "O'Brien",
    "'quoted'",
    "x@example.org",
    "(12)",
    "/REMI/",
    "\\x",
)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_each_file_is_as_the_golden_file_says(name):
    content = exports.export_files(sample().view())[name]

    assert content.decode().splitlines()[0] == COLUMNS[name]
    assert b"\r" not in content
    assert_golden(name, content)


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_an_empty_run_writes_the_header_alone(name):
    content = exports.export_files(ViewBuilder().view())[name]

    assert content.decode() == COLUMNS[name] + "\n"


def test_the_order_of_the_frames_changes_no_byte():
    view = sample().view()
    names = ("lines", "decisions", "allocations", "entries", "items", "statements", "rejects")
    turned = dataclasses.replace(view, **{name: getattr(view, name).reverse() for name in names})

    assert exports.export_files(turned) == exports.export_files(view)


def test_amounts_have_the_decimals_of_their_currency():
    build = ViewBuilder()
    for code in ("JPY", "EUR", "KWD", "CLF"):
        build.line(code, -1_200_003, "not_receivable", currency=code)
    found = {
        row["currency"]: row["amount"]
        for row in rows(exports.export_files(build.view())["lines.csv"])
    }

    assert found == {"JPY": "-1200003", "EUR": "-12000.03", "KWD": "-1200.003", "CLF": "-120.0003"}
    assert parse_minor(found["EUR"], 2) == -1_200_003


def test_an_amount_whose_currency_has_no_known_decimals_is_refused():
    build = ViewBuilder()
    build.line("B1", 5, "unmatched", currency="ZZZ")

    with pytest.raises(AmountError, match="ZZZ"):
        exports.export_files(build.view())


def test_an_item_amount_without_a_currency_is_refused():
    build = ViewBuilder()
    build.allocate(build.line("B1", 5, "applied"), 5, item_id="1", item_currency=None)

    with pytest.raises(AmountError, match="1 amounts have no currency"):
        exports.allocations_table(build.view())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(payload):
    build = ViewBuilder()
    identity = build.line(
        "B1", 100, "suggested", payer_name=payload, remittance=payload, note=payload, file=payload,
        bank_reference=payload, reason=payload, payer_account=payload, account=payload,
    )  # fmt: skip
    build.allocate(
        identity, 100, item_id=payload, status="suggested", customer_id=payload, because=payload
    )
    build.entry(
        "K",
        ("cash", 1),
        ("receivable", -1),
        description=payload,
        evidence=payload,
        item_number=payload,
    )
    view = build.view()

    cells = [
        c for f in exports.export_files(view).values() for row in rows(f) for c in row.values()
    ]
    assert sum(cell == "'" + payload for cell in cells) >= 20
    assert payload not in cells
    raw = [
        c
        for f in exports.export_files(view, raw=True).values()
        for row in rows(f)
        for c in row.values()
    ]
    assert payload in raw
    assert "'" + payload not in raw


def test_amounts_below_zero_stay_numbers():
    build = ViewBuilder()
    build.line("B1", -100, "not_receivable")

    assert rows(exports.export_files(build.view())["lines.csv"])[0]["amount"] == "-1.00"


def test_the_apostrophe_can_be_taken_away_again():
    texts = pl.DataFrame({"t": [*PAYLOADS, *HARMLESS, "''=1", None]})
    armed = texts.select(disarmed(pl.col("t")))

    assert armed.select(rearmed(pl.col("t")))["t"].to_list() == texts["t"].to_list()
    assert armed["t"].to_list()[len(PAYLOADS) : len(PAYLOADS) + len(HARMLESS)] == list(HARMLESS)


def test_control_characters_are_spelled_out():
    build = ViewBuilder()
    build.line(
        "B1", 1, "unmatched", payer_name="a\x1b]0;x\x07\x9b\u202eb", remittance="tab\tline\nend"
    )
    row = rows(exports.export_files(build.view())["lines.csv"])[0]

    assert row["payer_name"] == "a\\x1b]0;x\\x07\\x9b\\u202eb"
    assert row["remittance"] == "tab\tline\nend"


def test_quotes_commas_and_line_ends_come_back_as_they_were():
    hard = 'a,"b"\r\n;c'
    build = ViewBuilder()
    build.line("B1", 1, "unmatched", remittance=hard)

    assert rows(exports.export_files(build.view())["lines.csv"])[0]["remittance"] == hard


def test_confidence_has_six_decimals():
    build = ViewBuilder()
    identity = build.line("B1", 2, "suggested")
    for rank, ppm in enumerate((1_000_000, 999_987, 50, 0), start=1):
        build.allocate(
            identity, 2, item_id=f"{rank}", status="suggested", rank=rank, confidence_ppm=ppm
        )
    found = [
        row["confidence"] for row in rows(exports.export_files(build.view())["allocations.csv"])
    ]

    assert found == ["1.000000", "0.999987", "0.000050", "0.000000"]


def test_a_suggestion_of_several_items_names_each_once():
    build = ViewBuilder()
    identity = build.line("B1", 30, "suggested")
    for item, amount in (("2", 10), ("1", 20)):
        build.allocate(identity, amount, item_id=item, status="suggested", confidence_ppm=700_000)
    build.allocate(
        identity, 1, item_id="1", status="suggested", kind="discount", confidence_ppm=700_000
    )
    build.allocate(identity, 30, item_id="9", status="suggested", rank=2, confidence_ppm=100_000)
    row = rows(exports.export_files(build.view())["unmatched.csv"])[0]

    assert (row["best_items"], row["best_confidence"]) == ("1|2", "0.700000")


def test_exceptions_are_what_is_open_and_what_is_held_but_no_expense():
    build = ViewBuilder()
    for fate in ("unmatched", "suggested", "on_account", "applied", "not_receivable", "returned"):
        build.line(fate, 1, fate)
        build.line("held " + fate, 1, fate, is_held=True)
    found = exports.unmatched_table(build.view())["fate"].to_list()

    assert sorted(found) == ["applied", *["on_account"] * 2, *["suggested"] * 2, *["unmatched"] * 2]


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-3, "0-30"),
        (0, "0-30"),
        (30, "0-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, ">90"),
    ],
)
def test_the_age_counts_days_from_booking_to_the_run(days, bucket):
    import datetime as dt

    build = ViewBuilder()
    build.line("B1", 1, "unmatched", booking_date=build.as_of - dt.timedelta(days=days))
    row = rows(exports.export_files(build.view())["unmatched.csv"])[0]

    assert (row["age_days"], row["age_bucket"]) == (str(days), bucket)


def test_a_posting_stands_under_debit_or_credit_without_a_sign():
    build = ViewBuilder()
    build.entry("K", ("cash", 1200), ("bank_charge", 0), ("receivable", -1200))
    found = [
        (row["debit"], row["credit"])
        for row in rows(exports.export_files(build.view())["entries.csv"])
    ]

    assert found == [("12.00", ""), ("0.00", ""), ("", "12.00")]


def test_reading_alone_gives_the_lines_without_fate_and_reason():
    from recon.frames.lines import Lines

    build = sample()
    table = exports.read_table(framed(Lines, build.lines))

    assert ",".join(table.columns) == COLUMNS["lines.csv"].removesuffix(",fate,reason")
    assert table.height == len(build.lines)
    assert table.equals(exports.lines_table(build.view()).drop("fate", "reason"))
