"""`verify` says nothing of a sound store, and finds each change: of any column, a row gone, moved, or a chain replaced."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import select, text

from recon.store.chain import Head, event_hash, head
from recon.store.reading import fetch_stored
from recon.store.tables import EVENTS, FACTS, LINE_STATES, PROJECTIONS
from recon.store.verify import verify
from tests.store.whole import empty_tables

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly

TABLES = [EVENTS, *FACTS, *PROJECTIONS]


@contextmanager
def changed(connection):
    """Work on the tables as one who can: without the triggers; it is undone behind."""
    inner = connection.begin_nested()
    is_sqlite = connection.dialect.name == "sqlite"
    for kept in (EVENTS, *FACTS):
        for verb in ("update", "delete"):
            on = "" if is_sqlite else f" ON {kept.name}"
            connection.execute(text(f"DROP TRIGGER {kept.name}_no_{verb}{on}"))
    yield
    inner.rollback()


def first_row(connection, kept, column):
    """Give the first row as it lies in the table, one whose column holds something if there is one."""
    rows = connection.execute(select(kept.table).order_by(*kept.table.primary_key)).mappings().all()
    return next((row for row in rows if row[column] is not None), rows[0])


def keyed(kept, row):
    names = [column.name for column in kept.table.primary_key]
    return " AND ".join(f"{name} = :k_{name}" for name in names), {
        f"k_{name}": row[name] for name in names
    }


def others(value, is_text):
    """Give values that differ in one byte: of a text the first or the one in its middle."""
    if value is None:
        return ["0" if is_text else 0]
    if not is_text:
        return [value ^ 1 if value else 2]
    if not value:
        return ["0"]
    return [value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :] for at in {0, len(value) // 2}]


def columns_of(kept):
    return [column.name for column in kept.table.columns]


def test_a_sound_store_has_rows_in_every_table_and_no_finding(whole):
    verified = verify(whole, head(whole))

    assert empty_tables(whole) == []
    assert verified.findings == ()
    assert verified.events == verified.head.seq > 10
    assert verified.rows == sum(fetch_stored(whole, fact).height for fact in FACTS)


def put(connection, kept, column, row, other):
    key, values = keyed(kept, row)
    change = text(f"UPDATE {kept.name} SET {column} = :new WHERE {key}")
    connection.execute(change, {**values, "new": other})


def others_of(connection, kept, column):
    row = first_row(connection, kept, column)
    is_text = kept.table.c[column].type.python_type is str
    return [(row, other) for other in others(row[column], is_text)]


def assert_found(connection, kept, column):
    for row, other in others_of(connection, kept, column):
        with changed(connection):
            put(connection, kept, column, row, other)

            assert verify(connection).findings, f"{kept.name}.{column}: {other}"


@pytest.mark.parametrize("kept", TABLES, ids=lambda kept: kept.name)
def test_one_byte_of_the_first_and_the_last_column_of_any_table_is_found(whole, kept):
    names = columns_of(kept)
    for column in (names[0], names[-1]):
        assert_found(whole, kept, column)


@pytest.mark.nightly
@pytest.mark.parametrize("kept", TABLES, ids=lambda kept: kept.name)
def test_one_byte_of_any_column_of_any_table_is_found(whole, kept):
    for column in columns_of(kept):
        assert_found(whole, kept, column)


@pytest.mark.parametrize("kept", [EVENTS, *FACTS], ids=lambda kept: kept.name)
def test_a_row_that_is_gone_is_found(whole, kept):
    key, values = keyed(kept, first_row(whole, kept, kept.order[0]))
    with changed(whole):
        whole.execute(text(f"DELETE FROM {kept.name} WHERE {key}"), values)

        assert verify(whole).findings


@pytest.mark.parametrize("kept", PROJECTIONS, ids=lambda kept: kept.name)
def test_a_projection_without_one_of_its_rows_is_found(whole, kept):
    key, values = keyed(kept, first_row(whole, kept, kept.order[0]))
    with changed(whole):
        whole.execute(text(f"DELETE FROM {kept.name} WHERE {key}"), values)

        assert [one.place for one in verify(whole).findings] == [kept.name]


def test_any_byte_of_the_payload_of_an_event_is_found(whole):
    row = fetch_stored(whole, EVENTS).row(2, named=True)
    for place in range(0, len(row["payload"]), 19):
        with changed(whole):
            told = row["payload"]
            new = told[:place] + chr(ord(told[place]) ^ 1) + told[place + 1 :]
            whole.execute(
                text("UPDATE events SET payload = :new WHERE seq = :seq"),
                {"new": new, "seq": row["seq"]},
            )

            assert verify(whole).findings, new


@pytest.mark.parametrize("count", [1, 2, 5])
def test_events_dropped_from_the_end_are_found_by_a_head_that_was_kept(whole, count):
    kept_head = head(whole)
    with changed(whole):
        least = kept_head.seq - count
        for fact in FACTS:
            where = "seq > :least" if "seq" in fact.columns else _NUMBERS
            whole.execute(text(f"DELETE FROM {fact.name} WHERE {where}"), {"least": least})
        whole.execute(text("DELETE FROM events WHERE seq > :least"), {"least": least})
        found = [one.place for one in verify(whole, kept_head).findings]

    assert f"event {kept_head.seq}" in found


_NUMBERS = "decision_no NOT IN (SELECT decision_no FROM decisions WHERE seq <= :least)"


def test_rows_that_change_places_are_found(whole):
    # The first two entries of a block swap their records, and nothing else.
    swap = "UPDATE deliveries SET record = replace(record, '[1,2', '[2,1')"
    with changed(whole):
        assert whole.execute(text(swap)).rowcount

        assert verify(whole).findings


def test_what_says_the_same_in_another_way_is_found(whole):
    with changed(whole):
        whole.execute(text("UPDATE deliveries SET record = replace(record, '[1', '[ 1')"))

        assert [one.what for one in verify(whole).findings] == [
            "a block is not what its rows make it"
        ]


def test_a_chain_that_is_replaced_whole_is_found_by_a_head_that_was_kept_and_only_by_it(whole):
    kept_head = head(whole)
    with changed(whole):
        previous = "0" * 64
        for event in fetch_stored(whole, EVENTS).to_dicts():
            event["actor"] = "nobody"
            event["previous_hash"] = previous
            previous = event_hash(event)
            whole.execute(
                text(
                    "UPDATE events SET actor = :actor, previous_hash = :before, hash = :new WHERE seq = :seq"
                ),
                {
                    "actor": "nobody",
                    "before": event["previous_hash"],
                    "new": previous,
                    "seq": event["seq"],
                },
            )

        assert verify(whole).findings == ()
        assert [one.place for one in verify(whole, kept_head).findings] == [
            f"event {kept_head.seq}"
        ]


def test_a_head_that_was_never_given_is_found(whole):
    newest = head(whole)

    assert verify(whole, Head(newest.seq + 1, newest.hash)).findings
    assert verify(whole, Head(0, "0" * 64)).findings == ()


@pytest.mark.parametrize("seq", [0, 3, 10_000])
def test_projections_are_looked_at_wherever_they_say_they_have_come(whole, seq):
    with changed(whole):
        whole.execute(text("UPDATE progress SET seq = :seq"), {"seq": seq})
        put(whole, LINE_STATES, "fate", *others_of(whole, LINE_STATES, "fate")[0])

        assert verify(whole).findings


def test_a_line_that_nobody_ever_received_is_found_also_if_it_says_that_it_is_decided(whole):
    with changed(whole):
        whole.execute(
            text(
                "INSERT INTO line_states SELECT 'Laaaaaaaaaaaaaaaa', statement_id, record, account, booking_date, "
                "occurrence, copies, is_held, decision_no, fate, owner FROM line_states "
                "WHERE decision_no IS NOT NULL LIMIT 1"
            )
        )

        assert verify(whole).findings
