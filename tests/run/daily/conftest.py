"""A workspace with one day of a small bank in its inbox; how a day is done there, and what then stands."""

from __future__ import annotations

import pytest

from tests.faults.bank import Bank, make_workspace, put


@pytest.fixture
def bank():
    return Bank(7)


@pytest.fixture
def workspace(tmp_path, bank):
    folder = make_workspace(tmp_path / "workspace")
    name, data = bank.next_day()
    put(folder / "inbox", name, data)
    put(folder, "open_items.csv", bank.items)
    return folder
