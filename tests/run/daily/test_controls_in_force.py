"""The people and limits in force are those of the record: editing the file makes nobody an admin."""

from __future__ import annotations

import pytest

from recon.errors import ConfigurationError, Refused
from recon.review.allowed import check_allowed
from recon.run.audit.pack import export_pack
from recon.run.daily.desk import open_desk
from recon.store.policies import controls_at
from recon.store.reading import fetch
from recon.store.tables import EVENTS

HOUSE = """
[controls]
stale_days = 30
[users.anna]
roles = ["preparer"]
[users.eve]
roles = ["admin"]
"""
MALLORY = '[users.mallory]\nroles = ["preparer", "approver", "admin"]\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "recon.toml").write_text(HOUSE, "utf-8")
    return tmp_path


def sit_down(folder, actor):
    with open_desk(folder, actor) as desk:
        with desk.store.reading() as connection:
            kinds = fetch(connection, EVENTS)["kind"].to_list()
            users, _ = controls_at(connection, None)
        return desk, kinds.count("controls_set"), set(users)


@pytest.mark.parametrize("edited", [HOUSE + MALLORY, "", MALLORY], ids=["more", "none", "other"])
def test_nobody_makes_themselves_an_admin_by_editing_the_file(folder, edited):
    sit_down(folder, "eve")
    (folder / "recon.toml").write_text(edited, "utf-8")
    desk, times, users = sit_down(folder, "mallory")

    assert (desk.controls_wait, times, users) == (True, 1, {"anna", "eve"})
    with pytest.raises(Refused, match="mallory"):
        check_allowed("mallory", "decide", desk.authority)


def test_an_admin_of_those_in_force_sets_other_people_and_limits(folder):
    sit_down(folder, "eve")
    (folder / "recon.toml").write_text(HOUSE.replace("= 30", "= 9") + MALLORY, "utf-8")
    desk, times, users = sit_down(folder, "eve")

    assert (desk.controls_wait, times, users) == (False, 2, {"anna", "eve", "mallory"})
    assert desk.authority.controls.stale_days == 9
    assert sit_down(folder, "mallory")[1:] == (2, users)


def test_a_house_of_one_lists_its_people_once_it_has_some(tmp_path):
    (tmp_path / "recon.toml").write_text("", "utf-8")
    assert sit_down(tmp_path, "zoe")[1:] == (1, set())
    (tmp_path / "recon.toml").write_text(HOUSE, "utf-8")

    assert sit_down(tmp_path, "zoe")[1:] == (2, {"anna", "eve"})
    # And from then on the house has an admin.
    (tmp_path / "recon.toml").write_text("", "utf-8")
    assert sit_down(tmp_path, "zoe")[0].controls_wait


def test_a_stranger_or_a_preparer_takes_no_evidence_pack_away(folder):
    for name in ("mallory", "anna"):
        with open_desk(folder, name) as desk, pytest.raises(Refused, match=name):
            export_pack(desk, folder / "pack.zip")

    assert not (folder / "pack.zip").exists()
    with open_desk(folder, "eve") as desk, pytest.raises(ConfigurationError, match="run"):
        export_pack(desk, folder / "pack.zip")
