"""Files of a group: none shows in what is read of another, and groups are bounded."""

from __future__ import annotations

import pytest

from recon.config import Policy
from recon.plugins import Plugins
from recon.run import grouped
from recon.run.reading import read_statements
from tests.docs.calling import ROOT
from tests.run.quiet import Quiet
from tests.run.test_reading import FILES, states

KINDS = ("mt940", "camt", "ofx", "csv")


@pytest.fixture
def folder(tmp_path):
    for kind in KINDS:
        for path in (ROOT / "fixtures" / "statements" / kind).iterdir():
            if path.suffix != ".json" and path.is_file():
                (tmp_path / f"{kind}_{path.name}").write_bytes(path.read_bytes())
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def read(folder):
    return read_statements([folder], Policy(), Plugins.discover(), Quiet())


def test_groups_of_any_size_give_the_same(folder, monkeypatch):
    whole = read(folder)
    monkeypatch.setattr(grouped, "GROUP_COUNT", 1)
    single = read(folder)

    assert whole.inputs == single.inputs
    assert whole.findings == single.findings
    for name in ("statements", "lines", "rejects", "copies"):
        assert getattr(whole, name).equals(getattr(single, name)), name
    assert {entry.state for entry in whole.inputs} == {"read", "quarantined"}
    assert whole.lines.height >= 100


def test_a_group_ends_at_so_many_files_or_bytes(monkeypatch):
    monkeypatch.setattr(grouped, "GROUP_COUNT", 3)
    monkeypatch.setattr(grouped, "GROUP_BYTES", 10)
    sizes = [1, 1, 1, 1, 9, 1, 30, 2]

    assert list(grouped.grouped(sizes, lambda size: size)) == [[1, 1, 1], [1, 9], [1, 30], [2]]
    assert list(grouped.grouped([], len)) == []


def test_progress_counts_every_file(folder):
    quiet = Quiet()
    reading = read_statements([folder], Policy(), Plugins.discover(), quiet)

    assert quiet.steps == [("Reading statements", len(states(reading)))]
    assert quiet.advanced == len(states(reading))
