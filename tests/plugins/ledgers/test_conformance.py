"""The file ledgers that ship keep every rule of the kit; the real programs judge their files elsewhere."""

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
