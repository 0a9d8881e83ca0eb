"""A service behind HTTP, a database and the layout of another program keep every rule of the kit."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from types import MappingProxyType

import pytest
import stamina

import recon_http_json.plugin
import recon_sql_journal.plugin
from recon.testing import LedgerConformance
from tests.plugins.ledgers.http_json.books import SECRET, Books
from tests.plugins.ledgers.oracles import TYPES
from tests.plugins.ledgers.serving import serving


class TestNetSuite(LedgerConformance):
    ledger = TYPES["journal-csv"]
    options = MappingProxyType({"profile": "netsuite"})


class TestSqlJournal(LedgerConformance):
    ledger = recon_sql_journal.plugin.SqlJournalType()

    @pytest.fixture(autouse=True)
    def _folder(self):
        self.folder = Path(tempfile.mkdtemp())
        yield
        shutil.rmtree(self.folder)

    def fresh_options(self):
        return {"url": f"sqlite:///{self.folder / 'journal.db'}"}


class TestHttpJson(LedgerConformance):
    ledger = recon_http_json.plugin.HttpJsonType()

    @pytest.fixture(autouse=True)
    def _server(self, monkeypatch):
        monkeypatch.setenv("JOURNAL_SECRET", SECRET)
        stamina.set_testing(True, attempts=2)
        self.books = Books()
        with serving(self.books.answer) as self.url:
            yield
        stamina.set_testing(False)

    def fresh_options(self):
        return {"url": self.url, "secret_env": "JOURNAL_SECRET"}

    def count(self, keys):
        return Counter(key for key in self.books.kept if key in set(keys))
