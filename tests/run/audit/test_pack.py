"""What a pack holds, and when there is none."""

from __future__ import annotations

import json
import zipfile

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.errors import ConfigurationError, StoreBroken
from recon.run.audit.layout import as_csv, from_csv
from recon.run.audit.pack import export_pack
from recon.run.daily.desk import open_desk
from recon.store.reading import fetch
from recon.store.tables import EVENTS, FACT, FACTS
from recon.store.verify import verify
from tests.run.audit.workspaces import Ticking, demo_workspace, run_day

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly

COMMENTS = FACT["comments"]


def export(folder, out=None, run=None):
    with open_desk(folder, "ann", Ticking()) as desk:
        return export_pack(desk, out, run)


@given(st.lists(st.tuples(st.integers(-(2**62), 2**62), *[st.none() | st.text()] * 5), max_size=8))
def test_facts_come_back_from_csv_exactly_as_they_were(rows):
    types = {name: pl.Int64 if name == "seq" else pl.String for name in COMMENTS.types}
    frame = pl.DataFrame(rows, schema=types, orient="row")

    assert from_csv(COMMENTS, as_csv(frame)).equals(frame)


def test_a_number_that_is_none_is_refused_and_never_null():
    data = as_csv(pl.DataFrame({name: ["x"] for name in COMMENTS.types}))

    with pytest.raises(ValueError, match="comments"):
        from_csv(COMMENTS, data)


def test_a_pack_has_every_table_input_output_and_report(demo_pack):
    names = {
        one.relative_to(demo_pack.out).as_posix()
        for one in demo_pack.out.rglob("*")
        if one.is_file()
    }

    assert {f"facts/{fact.name}.csv" for fact in FACTS} <= names
    assert {"outputs/lines.csv", "outputs/run.json", "reports/unmatched.csv"} <= names
    assert {"README.txt", "check.py", "policy.json", "settings.json", "inputs/index.csv"} <= names
    assert len([name for name in names if name.startswith("inputs/")]) == 8
    assert len(names) == demo_pack.files


def test_the_readme_has_twenty_lines_at_most_and_names_the_run(demo_pack):
    text = (demo_pack.out / "README.txt").read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 22
    assert text.startswith("Evidence pack of run 1 (2026-10-31)")
    assert "{" not in text


def test_the_pack_of_a_run_is_the_same_bytes_each_time_and_its_export_is_recorded(workspace):
    one = export(workspace, workspace / "one.zip")
    other = export(workspace, workspace / "other.zip")

    assert one.out.read_bytes() == other.out.read_bytes()
    with open_desk(workspace, "ann", Ticking()) as desk, desk.store.reading() as connection:
        events = fetch(connection, EVENTS).filter(kind="pack_exported")
        assert verify(connection).findings == ()
    told = [json.loads(payload) for payload in events["payload"]]
    assert [row["manifest_sha256"] for row in told] == [one.manifest_sha256] * 2
    assert {row["run"] for row in told} == {1}


@pytest.mark.nightly
def test_a_zip_holds_what_a_folder_holds(workspace):
    export(workspace, workspace / "folder")
    exported = export(workspace)
    with zipfile.ZipFile(exported.out) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}

    assert exported.out == workspace / "pack-000001.zip"
    assert found == {name: (workspace / "folder" / name).read_bytes() for name in found}
    assert len(found) == exported.files


@pytest.mark.nightly
def test_a_pack_of_an_earlier_run_knows_nothing_of_a_later_one(workspace):
    before = export(workspace, workspace / "before")
    items = workspace / "open_items.csv"
    text = items.read_text(encoding="utf-8").replace("RE-2026-0450", "RE-2026-9450")
    items.write_text(text, encoding="utf-8")
    assert run_day(workspace).recorded.run == 2
    after = export(workspace, workspace / "after", run=1)

    assert after.manifest_sha256 == before.manifest_sha256
    assert export(workspace, workspace / "second").packed.run == 2


def test_secrets_of_the_store_stay_at_home(tmp_path):
    store = f"sqlite:///{tmp_path}/hidden.db"
    folder = demo_workspace(tmp_path / "demo", store)
    run_day(folder)
    pack = export(folder, tmp_path / "pack").out
    texts = [one.read_bytes() for one in pack.rglob("*") if one.is_file()]

    assert json.loads((pack / "settings.json").read_bytes())["store"] == "sqlite"
    assert not any(b"hidden.db" in text for text in texts)


def test_a_store_without_a_run_has_no_pack(tmp_path):
    with pytest.raises(ConfigurationError, match="no run yet"):
        export(demo_workspace(tmp_path / "demo"))


def test_a_run_that_is_not_there_and_a_place_that_is_taken_are_refused(workspace):
    with pytest.raises(ConfigurationError, match="no run 7"):
        export(workspace, run=7)
    with pytest.raises(ConfigurationError, match="something already"):
        export(workspace, workspace / "inbox")


def test_a_store_that_is_not_as_it_was_recorded_gives_no_pack(workspace):
    with open_desk(workspace, "ann", Ticking()) as desk, desk.store.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER events_no_update")
        connection.exec_driver_sql("UPDATE events SET actor = 'eve' WHERE seq = 3")
    with pytest.raises(StoreBroken, match="event 3"):
        export(workspace)

    assert not list(workspace.glob("*pack*"))


def test_an_archive_that_lost_a_file_gives_no_pack(workspace):
    gone = next((workspace / "archive").glob("*/*"))
    gone.unlink()
    with pytest.raises(StoreBroken, match="gone"):
        export(workspace)

    assert not list(workspace.glob("*pack*"))
    assert not list(workspace.glob(".*part"))
