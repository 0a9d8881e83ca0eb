"""A store in memory that takes statements. In: statements of the small bank. Out: an open connection to what they make."""

from __future__ import annotations

import datetime as dt

from recon.store.chain import Happening, append
from recon.store.connect import open_store
from recon.store.migrate import upgrade
from tests.store.statements import event_rows

NOW = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)


def receive(connection, told, number):
    rows = {name: frame for name, frame in event_rows(told, number).items() if frame.height}
    append(connection, Happening(kind="file_received", actor="anna", at=NOW, facts={}, rows=rows))


class Memory:
    """A store in memory, empty each time that it is taken."""

    def __init__(self):
        self.store = open_store("sqlite:///:memory:")
        upgrade(self.store)

    def __enter__(self):
        self.connection = self.store.engine.connect()
        self.connection.exec_driver_sql("BEGIN IMMEDIATE")
        return self.connection

    def __exit__(self, *error):
        self.connection.rollback()
        self.connection.close()
