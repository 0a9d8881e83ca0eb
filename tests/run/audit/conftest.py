from __future__ import annotations

import shutil

import pytest

from recon.run.audit.pack import export_pack
from recon.run.daily.desk import open_desk
from tests.run.audit.workspaces import Ticking, demo_workspace, run_day


@pytest.fixture(scope="session")
def demo_day(tmp_path_factory):
    """Give a workspace after its first day, which nobody may change."""
    folder = demo_workspace(tmp_path_factory.mktemp("audit") / "demo")
    run_day(folder)
    return folder


@pytest.fixture(scope="session")
def demo_pack(demo_day, tmp_path_factory):
    """Give the pack of its run as a folder, which nobody may change."""
    folder = shutil.copytree(demo_day, tmp_path_factory.mktemp("packed") / "demo")
    with open_desk(folder, "ann", Ticking()) as desk:
        return export_pack(desk, folder / "pack")


@pytest.fixture
def workspace(demo_day, tmp_path):
    """Give a copy of the workspace, to be worked in."""
    return shutil.copytree(demo_day, tmp_path / "demo")


@pytest.fixture
def pack(demo_pack, tmp_path):
    """Give a copy of the pack, to be changed at will."""
    return shutil.copytree(demo_pack.out, tmp_path / "pack")
