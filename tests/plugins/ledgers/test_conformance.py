"""Every ledger that needs no server keeps every rule of the kit."""

from __future__ import annotations

import pytest

from recon.plugins import Plugins
from recon.testing import check_ledger

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
