from __future__ import annotations

import pytest
from click.testing import CliRunner

from recon.cli import main
from recon.plugins import Plugins
from tests.cli.fake_run import FakeRun
from tests.plugins.loader.ledgers import Connection, LedgerOf


@pytest.fixture
def run(monkeypatch):
    """Put the stand-in in the place of the flow, with one ledger named books and no other plugin."""
    fake = FakeRun()
    monkeypatch.setattr("recon.run.flow.match_statements", fake.match_statements)
    monkeypatch.setattr("recon.run.reading.read_statements", fake.read_statements)
    plugins = Plugins.for_tests([LedgerOf(Connection())])
    monkeypatch.setattr(Plugins, "discover", classmethod(lambda cls: plugins))
    return fake


@pytest.fixture
def cli():
    """Call the command line; the result has stdout, stderr and the exit code."""

    def call(*args):
        result = CliRunner().invoke(main, [str(arg) for arg in args])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def inputs(tmp_path):
    """Give the arguments of a match: a statement, open items, and a folder for the output."""
    statement, items = tmp_path / "bank.sta", tmp_path / "open.csv"
    statement.write_text("x", encoding="utf-8")
    items.write_text("x", encoding="utf-8")
    return [statement, "--open-items", items, "--out", tmp_path / "out"]
