"""Each test that asks for `ledger` runs on every file ledger."""

from __future__ import annotations

import pytest

from tests.plugins.ledgers.oracles import TYPES


@pytest.fixture(params=sorted(TYPES))
def kind(request):
    """Each file ledger in turn."""
    return TYPES[request.param]


@pytest.fixture
def path(kind, tmp_path):
    return tmp_path / kind.file_name


@pytest.fixture
def ledger(kind, path):
    return kind.connect({"path": str(path)})
