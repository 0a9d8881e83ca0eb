"""The ledgers that ship keep every rule of the kit; the real programs judge them elsewhere."""

from __future__ import annotations

import pytest

from recon.plugins import Plugins
from recon.testing import check_ledger
from tests.plugins.ledgers.http_json.books import SECRET, Books
from tests.plugins.ledgers.serving import serving

PLUGINS = Plugins.discover()
FILES = [name for name in PLUGINS.names("ledger") if PLUGINS.ledger_type(name).capabilities.is_file]


def test_the_files_are_those_that_ship():
    assert {"beancount", "hledger", "journal-csv"} <= set(FILES)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_file_ledger_keeps_the_contract(name):
    check_ledger(PLUGINS.ledger_type(name))


@pytest.mark.slow
def test_a_ledger_in_sqlite_keeps_the_contract(tmp_path):
    check_ledger(PLUGINS.ledger_type("sql-journal"), {"url": f"sqlite:///{tmp_path / 'books.db'}"})


@pytest.mark.slow
def test_a_ledger_behind_http_keeps_the_contract(monkeypatch):
    monkeypatch.setenv("JOURNAL_SECRET", SECRET)
    books = Books()
    with serving(books.answer) as url:
        check_ledger(
            PLUGINS.ledger_type("http-json"),
            {"url": url, "secret_env": "JOURNAL_SECRET"},
            count=lambda keys: {key: int(key in books.kept) for key in keys},
        )
