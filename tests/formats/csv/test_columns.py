"""Whole columns are read as their cells are, one by one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from recon.api import AmountError, parse_minor
from recon_csv import entries
from recon_csv.amounts import Style, hundredths, minor_units, plain_text
from recon_csv.dates import look_like_dates, looks_like_date, parse_date, read_dates
from recon_csv.extras import as_json
from recon_csv.proof import Pair, chain
from recon_csv.styles import find_styles
from recon_csv.table import Table
from recon_csv.texts import joined, joined_columns
from tests.formats.csv.reading import read_account

if TYPE_CHECKING:
    import pytest

STYLES = st.sampled_from(
    [Style(".", ""), Style(",", "."), Style(".", ","), Style(".", "'"), Style(",", " ")]
)
ODD_AMOUNTS = [
    "0.80Dr",
    "15,00 CR",
    "(1.00)",
    "1.00-",
    "EUR 7",
    "12,00 €",
    "- 5.00",
    "1.00Dr-",
    "999999999999999.99",
    "10000000000000.00",
    "1.005",
    "1�234.50",
    ",-5",
    "-,+5",
    "-,50",
    ".50",
    "1,-5",
    "1.2345,67",
    "12.34,567.89",
    "99999999999999999999",
    "9223372036854775807",
    "",
    "x",
]


def one_by_one(text: str, style: Style, decimals: int) -> int | None:
    plain = plain_text(text, style)
    try:
        return None if plain is None else parse_minor(plain, decimals)
    except AmountError:
        return None


@given(
    texts=st.lists(
        st.one_of(
            st.sampled_from(ODD_AMOUNTS),
            st.from_regex(r"\A[+-]?[0-9]{1,3}([.,' ][0-9]{3}){0,4}([.,][0-9]{0,3})?\Z"),
        )
    ),
    style=STYLES,
    decimals=st.lists(st.sampled_from([0, 2, 3, 4, None]), min_size=1, max_size=2),
)
def test_minor_units_of_a_column_are_those_of_its_cells(
    texts: list[str], style: Style, decimals: list[int | None]
):
    column = pl.Series("amount", texts, dtype=pl.String)
    counts = [decimals[at % len(decimals)] for at in range(len(texts))]

    units, odd = minor_units(column, style, pl.Series(counts, dtype=pl.Int64))

    assert units.to_list() == [
        None if count is None else one_by_one(text, style, count)
        for text, count in zip(texts, counts, strict=True)
    ]
    assert not set(odd) & {at for at, text in enumerate(texts) if not text}


def test_a_column_of_many_blocks_is_read_in_its_order():
    column = pl.Series("amount", [f"{at},{at % 100:02}" for at in range(200_000)])

    read = hundredths(column, Style(",", "."))

    assert read.equals(pl.Series([at * 100 + at % 100 for at in range(200_000)]))


def test_the_numbers_that_prove_a_guess_are_those_that_are_read():
    table = Table(pl.DataFrame({"0": ["Amount", "1,50", "x"]}), pl.DataFrame(), ";", [])
    read = table.hundredths(0, Style(",", ""), 1)

    assert read.to_list() == [150, None]
    assert table.hundredths(0, Style(",", ""), 1) is read


@given(
    lead=st.sampled_from(["1.234,50", "1,234.50", "7,1", "100"]),
    texts=st.lists(
        st.from_regex(r"\A[0-9]{1,3}([.,][0-9]{3}){0,2}([.,][0-9]{1,3})?\Z"), max_size=6
    ),
)
def test_the_style_of_a_long_column_is_that_of_all_its_cells(lead: str, texts: list[str]):
    short = [lead, *texts]

    assert find_styles([lead] * 5000 + texts) == find_styles(short)


@given(
    texts=st.lists(
        st.sampled_from(
            ["2026-01-15", "2026-02-30", "2026-01-15 23:10", "15.01.2026", "", "x", "20260115"]
        )
    ),
    date_format=st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y%m%d"]),
)
def test_the_dates_of_a_column_are_those_of_its_cells(texts: list[str], date_format: str):
    column = pl.Series("date", texts, dtype=pl.String)

    assert read_dates(column, date_format).to_list() == [
        parse_date(text, date_format) for text in texts
    ]
    assert look_like_dates(column).to_list() == [looks_like_date(text) for text in texts]


def test_many_times_of_day_leave_the_days():
    texts = [
        f"2026-01-{day:02d} {hour:02d}:{minute:02d}:{second:02d}"
        for day in range(1, 29)
        for hour in range(24)
        for minute in range(0, 60, 2)
        for second in (1, 2)
    ]
    days = read_dates(pl.Series("date", texts), "%Y-%m-%d")

    assert days.null_count() == 0
    assert days.n_unique() == 28


def follow(pairs: list[Pair]) -> tuple[int, int, int | None]:
    """Follow a balance row by row, as the rule is written."""
    links = breaks = 0
    last: int | None = None
    between: int | None = 0
    first = None
    for row, (amount, balance) in enumerate(pairs):
        between = None if between is None or amount is None else between + amount
        if balance is None:
            continue
        if last is not None:
            if between is None or last + between != balance:
                breaks, first = breaks + 1, row if first is None else first
            elif between:
                links += 1
        last, between = balance, 0
    return links, breaks, first


NUMBER = st.one_of(st.none(), st.integers(-3, 3))


@given(pairs=st.lists(st.tuples(NUMBER, NUMBER)))
def test_a_balance_is_followed_over_columns_as_row_by_row(pairs: list[Pair]):
    found = chain(pairs)

    assert (found.links, found.breaks, found.first_break) == follow(pairs)


@given(
    rows=st.lists(st.tuples(st.text(max_size=4), st.text('"\\\n\t\x01é=', max_size=4)), min_size=1)
)
def test_extras_are_json_of_the_filled_cells(rows: list[tuple[str, str]]):
    columns = {
        'A "name"': pl.Series([row[0] for row in rows], dtype=pl.String),
        "b": pl.Series([row[1] for row in rows], dtype=pl.String),
    }
    found = as_json(columns, len(rows)).to_list()

    for text, row in zip(found, rows, strict=True):
        filled = {name: cell for name, cell in zip(columns, row, strict=True) if cell}
        assert (json.loads(text) if text else {}) == filled


CLEAN = st.text("ab \n\t", max_size=4).map(str.strip)


@given(rows=st.lists(st.tuples(CLEAN, CLEAN, CLEAN), min_size=1))
def test_text_columns_are_joined_as_their_cells_are(rows: list[tuple[str, str, str]]):
    columns = [pl.Series([row[at] for row in rows], dtype=pl.String) for at in range(3)]

    assert joined_columns(columns).to_list() == [joined(row) for row in rows]


TABLE = """Date;Transaction no.;Description;Debit;Credit;Individual amount;Balance;Status
2026-01-13;;Saldo iniziale;;;;100,00;
2026-01-13;T0;a;1,00;;;99,00;Booked
2026-01-14;T1;batch;;300,00;;399,00;Booked
;T1;part;;;100,00;;
;T1;part;;;200,00;;
2026-01-14;T2;b;;0,50;;399,50;Booked
2026-01-14;T2;more;;;;;
2026-01-15;T3;c;2,00;;;;Pending
2026-01-15;T4;d;2,00;;;;Declined
2026-01-16;T5;e;1,00;1,00;;;Booked
2026-01-32;T6;f;1,00;;;;Booked
2026-01-17;T7;g;0,50;;;399,00;Booked
;;Total;;;;;
"""


def test_records_seen_as_plain_by_their_columns_are_those_seen_so_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
):
    profile = {
        "header": ["Date", "Debit"],
        "columns": {
            "booking_date": "Date",
            "bank_reference": "Transaction no.",
            "remittance": "Description",
            "debit": "Debit",
            "credit": "Credit",
            "detail_amount": "Individual amount",
            "balance": "Balance",
            "status": "Status",
        },
        "date_format": "%Y-%m-%d",
        "decimal_mark": ",",
        "currency": "CHF",
    }
    options = {"profile": "p", "profiles": {"p": profile}}
    fast = read_account(TABLE, **options)
    monkeypatch.setattr(
        entries, "find_plain", lambda body, *_: np.zeros(body.height, dtype=np.bool_)
    )
    slow = read_account(TABLE, **options)

    assert fast.lines.equals(slow.lines)
    assert fast.rejects.equals(slow.rejects)
    assert fast.findings == slow.findings
    assert fast.lines["amount"].to_list() == [-100, 10000, 20000, 50, -200, -50]
    assert fast.lines["batch"].to_list() == [None, 1, 1, None, None, None]
    assert fast.rejects["code"].to_list() == ["two-amounts", "wrong-date"]


def test_a_part_of_a_batch_keeps_what_the_bank_says_of_the_whole():
    parsed = read_account(
        "Date;Transaction no.;Description;Debit;Credit;Individual amount\n"
        "2026-01-14;T1;Collective credit;;300,00;\n;T1;Meier;;;100,00\n;T1;Huber;;;200,00\n",
        currency="CHF",
    )

    assert parsed.lines["remittance"].to_list() == ["Meier", "Huber"]
    assert parsed.lines["batch"].to_list() == [1, 1]
    assert parsed.lines["extras"].to_list() == ['{"batch":"Collective credit"}'] * 2
