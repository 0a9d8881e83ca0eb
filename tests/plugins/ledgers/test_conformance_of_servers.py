"""A service behind HTTP, a database and the layout of another program keep every rule of the kit."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from types import MappingProxyType

import pytest
import stamina

import recon_gnucash.plugin
import recon_http_json.plugin
import recon_sql_journal.plugin
from recon.testing import LedgerConformance
from tests.plugins.ledgers.gnucash.book import ask, change, make_book
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


class TestGnuCash(LedgerConformance):
    ledger = recon_gnucash.plugin.GnuCashType()
    accounts = MappingProxyType(
        {"cash": "Assets:Bank", "receivable": "Assets:Receivable", "discount": "Expenses:Discounts"}
    )

    @pytest.fixture(autouse=True)
    def _book(self, tmp_path):
        self.path = make_book(tmp_path / "books.gnucash", invoices=0)
        change(self.path, "DELETE FROM invoices")

    def fresh_options(self):
        return {"book": str(self.path)}

    def count(self, keys):
        rows = ask(self.path, "SELECT num FROM transactions")
        return Counter(num for (num,) in rows if num in set(keys))


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
