"""A whole store, made once an engine; each test works on it in a transaction that is rolled back, or on a copy."""

from __future__ import annotations

import pytest

from recon.store.connect import open_store
from recon.workspace import Workspace
from tests.store.whole import make_whole
from tests.stores import ENGINES, NO_POSTGRESQL, fresh_url


# Made once a worker, which takes seconds; what is looked at is the same on both.
@pytest.fixture(
    scope="session",
    params=[ENGINES[0], pytest.param("postgresql", marks=[NO_POSTGRESQL, pytest.mark.nightly])],
)
def whole_workspace(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    with fresh_url(request.param, folder) as url:
        yield make_whole(folder / "workspace", url)


@pytest.fixture
def whole(whole_workspace):
    """An open connection to the whole store; what a test does there is undone."""
    store = open_store(Workspace.at(whole_workspace).store_url)
    with store.engine.connect() as connection:
        if store.is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
        connection.rollback()
    store.close()
