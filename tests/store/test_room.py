"""A line that comes once more is changed where it lies: its table on a server has room for that."""

from __future__ import annotations

from tests.stores import NO_POSTGRESQL, fresh_store

PUT = """
INSERT INTO line_states (line_id, statement_id, record, account, booking_date, occurrence, copies, is_held)
SELECT 'L' || lpad(number::text, 16, 'a'), 'first', number, 'DE89370400440532013000', '2026-01-31', 0, 0, 0
FROM generate_series(1, 1000) AS number
"""
MOVE = "UPDATE line_states SET statement_id = 'again', copies = 1"
IN_PLACE = "SELECT pg_stat_get_xact_tuples_hot_updated('line_states'::regclass)"


@NO_POSTGRESQL
def test_lines_that_come_once_more_are_changed_where_they_lie(tmp_path):
    with fresh_store("postgresql", tmp_path) as store, store.writing() as connection:
        connection.exec_driver_sql(PUT)
        connection.exec_driver_sql(MOVE)
        in_place = connection.exec_driver_sql(IN_PLACE).scalar()

    assert in_place > 900
