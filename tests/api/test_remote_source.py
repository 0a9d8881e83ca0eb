"""Records of a server, read in pages: all of them, or an error that says how many are missing."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import UnreadableItems
from recon.api.remote_source import books_of, by_key, day_of, minor_units, read_all, text_of


def rows_of(ids):
    return [{"id": one, "name": f"N{one}"} for one in ids]


def read(told, there=None, *, at_once=2):
    """Read ids from a server that tells some, in pages, and counts others."""
    given = rows_of(told)

    def page(last):
        return [row for row in given if last is None or row["id"] > last][:at_once]

    counts = iter(there) if there is not None else None
    return read_all(
        page,
        lambda: len(given) if counts is None else next(counts),
        ("name",),
        key="id",
        what="Books",
    )


@given(st.sets(st.integers(1, 60)), st.integers(1, 9))
def test_every_record_is_read_once_however_long_the_pages_are(ids, at_once):
    assert read(sorted(ids), at_once=at_once) == rows_of(sorted(ids))


def test_a_server_that_leaves_records_out_is_an_error_with_both_numbers():
    with pytest.raises(UnreadableItems, match="Books: there are 5, and 3 were told"):
        read([1, 2, 4], [5] * 6)


def test_what_changes_while_it_is_read_is_read_again():
    assert read([1, 2, 3], [2, 3, 3, 3]) == rows_of([1, 2, 3])


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ([{"id": 1, "name": "x"}, {"id": 1, "name": "x"}], "1 is told twice"),
        ([{"id": 1}], "a record has no name"),
        (["x"], "a record has no id"),
    ],
)
def test_a_server_that_answers_otherwise_is_named(page, says):
    with pytest.raises(UnreadableItems, match=says):
        read_all(lambda _last: page, lambda: 1, ("name",), key="id", what="Books")


def test_a_server_that_gives_the_same_page_again_does_not_keep_us_for_ever():
    with pytest.raises(UnreadableItems, match="2 is told twice"):
        read_all(lambda _last: rows_of([2]), lambda: 1, ("name",), key="id", what="Books")


def test_records_that_others_name_must_all_be_there():
    assert by_key(rows_of([2, 1]), [1, 2], ("name",), key="id", what="Books")[1]["name"] == "N1"
    with pytest.raises(UnreadableItems, match="1 that invoices name were not told, such as 3"):
        by_key(rows_of([1]), [1, 3], ("name",), key="id", what="Books")


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [("100.1", "EUR", 10_010), (7, "JPY", 7), ("101.0", "JPY", 101), ("-0.001", "KWD", -1)],
)
def test_an_amount_is_exact(value, currency, minor):
    assert minor_units(value, currency, "1", "Books") == minor


@pytest.mark.parametrize(
    ("value", "currency", "says"),
    [("1.005", "EUR", "more than 2 decimals"), (None, "EUR", "no amount"), ("1e3", "EUR", "no amount"),
     ("1", "EURO", "'EURO' is no ISO 4217 currency")],
)  # fmt: skip
def test_what_is_no_amount_is_an_error_that_names_the_record(value, currency, says):
    with pytest.raises(UnreadableItems, match=says) as caught:
        minor_units(value, currency, "INV/7", "Books")
    assert "INV/7" in caught.value.message


def test_days_and_texts_are_what_they_say_or_nothing():
    assert day_of("2026-02-14", "1", "Books") == dt.date(2026, 2, 14)
    assert [day_of(empty, "1", "Books") for empty in (None, False, "")] == [None] * 3
    assert [text_of(one) for one in (" x ", "", None, False)] == ["x", None, None, None]
    for wrong in ("14.02.2026", 20260214):
        with pytest.raises(UnreadableItems, match="is no day"):
            day_of(wrong, "1", "Books")


def test_the_sign_of_what_is_open_decides_and_what_is_settled_is_left_out():
    item = {"number": "N", "currency": "EUR"}
    books = books_of(
        [
            {**item, "item_id": "1", "open_amount": 5},
            {**item, "item_id": "2", "open_amount": -5},
            {**item, "item_id": "3", "open_amount": 5, "kind": "credit_note"},
            {**item, "item_id": "4", "open_amount": 0},
        ],
        [{"customer_id": "C1", "name": "A", "accounts": ["DE89 3704", "DE893704"]}],
    )

    assert books.items.select("item_id", "kind").rows() == [
        ("1", "invoice"),
        ("2", "credit_note"),
        ("3", "debit_note"),
    ]
    assert books.parties.row(0, named=True)["accounts"] == ["DE893704"]
    assert books_of([], []).items.is_empty()
