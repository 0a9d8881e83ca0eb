from __future__ import annotations

import re

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from recon.ingest import dedupe
from tests.ingest.deliveries import Booked, Stated, delivery, ingest

# Few days, amounts, texts and references, so that equal lines are common.
BOOKED = st.builds(
    Booked,
    day=st.integers(1, 3),
    amount=st.sampled_from([1000, 1000, 2550, 700]),
    text=st.sampled_from(["rent", "INV 1"]),
    reference=st.sampled_from([None, "A1"]),
)
ENTRIES = st.lists(BOOKED, min_size=1, max_size=12).map(
    lambda rows: sorted(rows, key=lambda row: row.day)
)
IDENTITY = ["line_id", "booking_date", "amount", "remittance", "bank_reference", "occurrence"]


def by_day(entries):
    """Cut entries into one statement a day, each opening with the balance before it."""
    statements, opening = [], 0
    for day in sorted({booked.day for booked in entries}):
        own = tuple(booked for booked in entries if booked.day == day)
        statements.append(Stated(own, opening=opening, number=str(day), opened_on=day - 1))
        opening += sum(booked.amount for booked in own)
    return statements


@given(ENTRIES)
def test_a_file_delivered_twice_gives_the_same_lines_as_once(entries):
    stated = Stated(tuple(entries), number="1")
    _, once, no_copies = ingest(delivery("a.sta", stated))
    _, twice, copies = ingest(delivery("a.sta", stated), delivery("b.sta", stated))

    assert no_copies.is_empty()
    assert_frame_equal(once.drop("copies"), twice.drop("copies"))
    assert twice["copies"].to_list() == [1] * once.height
    assert copies["file"].unique().to_list() == ["b.sta"]


@given(ENTRIES)
def test_no_entry_of_one_statement_is_lost_however_equal_it_is(entries):
    _, lines, _ = ingest(delivery("a.sta", Stated(tuple(entries))))

    assert lines.height == len(entries)
    assert lines["amount"].sum() == sum(booked.amount for booked in entries)


@given(ENTRIES)
def test_daily_statements_and_the_weekly_one_collapse(entries):
    week = delivery("week.sta", Stated(tuple(entries), number="W1", opened_on=0))
    days = [delivery(f"day{at}.sta", one) for at, one in enumerate(by_day(entries))]
    _, alone, _ = ingest(week)
    _, together, copies = ingest(week, *days)

    assert_frame_equal(alone.select(IDENTITY), together.select(IDENTITY))
    assert copies.height == len(entries)


@given(ENTRIES)
def test_an_interim_delivery_collapses_into_the_final_one(entries):
    interim = Stated(tuple(entries), opening=None, closing=None, kind="interim")
    final = Stated(tuple(entries), number="1")
    _, lines, _ = ingest(delivery("a_interim.sta", interim), delivery("b_final.sta", final))

    assert lines.height == len(entries)
    assert lines["file"].unique().to_list() == ["b_final.sta"]


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_deliveries_decides_nothing(entries, random):
    files = [delivery(f"day{at}.sta", one) for at, one in enumerate(by_day(entries))]
    files.append(delivery("week.sta", Stated(tuple(entries), number="W1", opened_on=0)))
    shuffled = list(files)
    random.shuffle(shuffled)
    for one, other in zip(ingest(*files), ingest(*shuffled), strict=True):
        assert_frame_equal(one, other)


def test_equal_lines_on_one_day_of_one_statement_stay_apart():
    booked = Booked(1, 1000, reference="A1")
    _, lines, copies = ingest(delivery("a.sta", Stated((booked, booked, booked))))

    assert sorted(lines["occurrence"]) == [0, 1, 2]
    assert copies.is_empty()


def test_equal_lines_of_one_day_in_consecutive_statements_stay_apart():
    booked = Booked(1, 1000)
    first = Stated((booked,), opening=0, number="1")
    second = Stated((booked,), opening=1000, number="2")
    _, lines, copies = ingest(delivery("a.sta", first), delivery("b.sta", second))

    assert sorted(lines["occurrence"]) == [0, 1]
    assert copies.is_empty()


def test_equal_lines_of_consecutive_pages_in_one_file_stay_apart():
    booked = Booked(1, 1000)
    pages = [Stated((booked,), opening=1000 * at, number="1") for at in range(3)]
    _, lines, _ = ingest(delivery("a.sta", *pages))

    assert sorted(lines["occurrence"]) == [0, 1, 2]


def test_a_repeated_fitid_keeps_both_lines_where_their_amounts_differ():
    entries = (Booked(1, 1000, reference="1"), Booked(1, 2000, reference="1"))
    _, lines, copies = ingest(delivery("a.ofx", Stated(entries)))

    assert lines.height == 2
    assert copies.is_empty()


def test_a_weekly_statement_beside_a_day_that_moved_nothing_in_all_collapses():
    back_and_forth = (Booked(1, 1000), Booked(1, -1000))
    later = Booked(2, 500)
    day_one = Stated(back_and_forth, opening=9000, number="1", opened_on=0)
    day_two = Stated((later,), opening=9000, number="2", opened_on=1)
    week = Stated((*back_and_forth, later), opening=9000, number="W1", opened_on=0)
    _, lines, copies = ingest(
        delivery("1.sta", day_one), delivery("2.sta", day_two), delivery("w.sta", week)
    )

    assert lines.height == 3
    assert copies.height == 3


def test_the_same_line_wrapped_differently_is_the_same_line():
    one = Stated((Booked(1, 1000, text="INV 1001 thank you"),))
    other = Stated((Booked(1, 1000, text="inv 1001 thank\nyou"),))
    _, lines, copies = ingest(delivery("a.sta", one), delivery("b.sta", other))

    assert lines.height == 1
    assert copies.height == 1


def test_equal_lines_of_two_accounts_are_two_lines():
    one = Stated((Booked(1, 1000),))
    other = Stated((Booked(1, 1000),), account="DE75512108001245126199")
    _, lines, _ = ingest(delivery("a.sta", one), delivery("b.sta", other))

    assert lines.height == 2


def test_a_separator_inside_a_text_makes_no_two_lines_one():
    one = Stated((Booked(1, 1000, text="a", reference="x\x1fy"),))
    other = Stated((Booked(1, 1000, text="a", reference="x"),))
    _, lines, _ = ingest(delivery("a.sta", one), delivery("b.sta", other))

    assert lines.height == 2


def test_line_ids_are_fixed_for_ever():
    # A changed recipe would import every line again, so the id of a known line is written down here.
    _, lines, _ = ingest(delivery("a.sta", Stated((Booked(1, 1000, text="rent", reference="A1"),))))

    assert re.fullmatch(r"L[a-z2-7]{16}", lines["line_id"][0])
    assert lines["line_id"].to_list() == ["Lfljiuveis2xikfpc"]


def test_identities_that_share_a_mark_are_told_apart(monkeypatch):
    entries = (
        Booked(1, 1000, text="rent"),
        Booked(1, 2000, text="rent"),
        Booked(1, 2000, text="rent"),
    )
    stated = Stated(entries)
    delivered = (delivery("a.sta", stated), delivery("b.sta", stated))
    _, before, _ = ingest(*delivered)
    monkeypatch.setattr(dedupe, "_mark", lambda: pl.col("occurrence").cast(pl.UInt64))

    _, lines, copies = ingest(*delivered)

    assert_frame_equal(lines, before)
    assert (lines.height, copies.height) == (3, 3)


def test_copies_name_file_and_record_of_every_further_delivery():
    entries = (Booked(1, 1000), Booked(2, 2000))
    stated = Stated(entries)
    _, lines, copies = ingest(delivery("a.sta", stated), delivery("b.sta", stated))
    by_amount = dict(lines.select("amount", "line_id").rows())

    assert sorted(copies.rows()) == sorted(
        [(by_amount[1000], "b.sta", 1), (by_amount[2000], "b.sta", 2)]
    )


def test_a_held_statement_marks_its_lines():
    broken = Stated((Booked(1, 1000),), closing=999)
    _, lines, _ = ingest(delivery("a.sta", broken))

    assert lines.select(pl.col("is_held").all()).item()


def test_a_booked_line_stands_before_what_announced_it():
    announced = Stated((Booked(1, 1000, status="pending"),), opening=None, closing=None)
    booked = Stated((Booked(1, 1000),), closing=1000)
    _, lines, copies = ingest(delivery("a.xml", announced), delivery("b.xml", booked))

    assert lines.select("file", "status", "is_held", "copies").rows() == [
        ("b.xml", "booked", False, 1)
    ]
    assert copies["file"].to_list() == ["a.xml"]
