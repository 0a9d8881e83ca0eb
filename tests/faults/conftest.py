"""What tests of faults share: a server that forks the program, and a world on each engine."""

from __future__ import annotations

import pytest

from tests.faults.forked import Forked
from tests.faults.worlds import World


@pytest.fixture(scope="session")
def forked():
    server = Forked()
    yield server
    server.close()


@pytest.fixture(scope="session")
def on_sqlite(forked, tmp_path_factory):
    return World(forked, "sqlite", tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def on_postgresql(forked, tmp_path_factory):
    return World(forked, "postgresql", tmp_path_factory.mktemp("postgresql"))
