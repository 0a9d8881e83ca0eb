"""A statement that does not balance is held: shown and not decided, until somebody who may releases it."""

from __future__ import annotations

import json

import pytest

from recon.store.reading import fetch
from recon.store.tables import FACT, LINE_STATES
from tests.cli.working import PEOPLE, Office
from tests.run.daily.demo_desk import SETTINGS, at_work, new_workspace

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly


def held_of(folder):
    """Give the id of the statement of the tampered file, and the fates of its lines by their ids."""
    with at_work(folder) as desk, desk.store.reading() as connection:
        statements = fetch(connection, FACT["statements"])
        states = fetch(connection, LINE_STATES)
    found = statements.filter(statements["file"] == "eur_2026-10-12.sta")["statement_id"]
    mine = states.filter(states["statement_id"] == found[0])
    return found[0], dict(mine.select("line_id", "fate").rows())


def test_a_held_statement_is_applied_by_the_next_run_after_its_release(tmp_path, monkeypatch):
    folder = new_workspace(tmp_path / "demo", SETTINGS + PEOPLE)
    path = folder / "inbox" / "eur_2026-10-12.sta"
    text = path.read_text("utf-8")
    marked = next(row for row in text.splitlines() if row.startswith(":62F:"))
    path.write_text(text.replace(marked, f"{marked[:15]}1{marked[16:]}"), "utf-8")
    office = Office(folder, monkeypatch)
    office.does("run --as-of 2026-10-20")
    statement, fates = held_of(folder)
    rows = json.loads(office.does("queue --format json"))
    waits = next(row["line_id"] for row in rows if row["line_id"] in fates)

    assert "applied" not in fates.values()
    assert "is held" in office.refused(f"on-account {waits} --customer C100")
    office.refused(f"release {statement} --reason checked", "anna")
    office.refused(f'release {statement} --reason " "', "bertha")
    office.does(f"release {statement} --reason checked", "bertha")
    office.refused(f"release {statement} --reason again", "bertha")
    office.does("run --as-of 2026-10-20")
    assert "applied" in held_of(folder)[1].values()
