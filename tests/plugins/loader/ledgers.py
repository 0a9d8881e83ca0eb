"""A ledger that answers as it is told."""

from __future__ import annotations

from recon.api import LedgerCapabilities, Outcomes
from tests.plugins.loader.frames import frame_of


class Connection:
    def __init__(self, *answered):
        self.answered = answered

    def find(self, keys):
        return {}

    def post(self, entries):
        return frame_of(
            Outcomes, [{"entry_key": key, "outcome": "accepted"} for key in self.answered]
        )

    verify = reverse = post


class LedgerOf:
    name = "books"

    def __init__(self, connection, file_name="journal.csv", *, is_file=True):
        self.connection = connection
        self.file_name = file_name
        self.capabilities = LedgerCapabilities(is_file, True, True, True)

    def connect(self, options):
        return self.connection
