"""A run made again from its pack agrees to the byte, and whatever was altered is named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile

import pytest
from click.testing import CliRunner

from recon.cli import main
from recon.run.audit import replay as replaying
from recon.run.audit.pack import export_pack
from recon.run.audit.replay import CHECKS, PARTS, replay
from recon.run.daily import flow
from recon.run.daily.desk import open_desk
from tests.run.audit.forging import replace_in, rewrite_chain, rewrite_manifest
from tests.run.audit.workspaces import DEMO, Ticking, demo_workspace, plugins_of_now, run_day
from tests.run.quiet import Quiet
from tests.stores import NO_POSTGRESQL, fresh_url

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def plugins():
    return plugins_of_now()


def performed(path, plugins, head=None):
    return replay(path, plugins, Quiet(), head)


def exported(folder, run=None, name="pack"):
    with open_desk(folder, "ann", Ticking()) as desk:
        return export_pack(desk, folder / name, run)


def person(folder, *words):
    """Let somebody else do something in the workspace."""
    args = [*words, "--workspace", str(folder), "--user", "bertha"]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
    return result.stdout


def waiting(folder, fate):
    return [
        row
        for row in json.loads(person(folder, "queue", "--format", "json"))
        if row["fate"] == fate
    ]


def differing(found):
    return {step.step: step.detail for step in found.steps if step.result == "differs"}


def results(found):
    return {step.step: step.result for step in found.steps}


def test_every_step_of_a_sound_pack_agrees(pack, plugins, demo_pack):
    newest = demo_pack.packed.head
    found = performed(pack, plugins, f"{newest.seq}:{newest.hash}")

    assert found.agrees
    assert [step.step for step in found.steps] == [*CHECKS, *PARTS]
    assert (found.run, found.findings, found.versions) == (1, (), ())
    details = {step.step: step.detail for step in found.steps}
    assert details["statements"] == "files read again: 4"
    assert details["decisions"] == "decisions made again: 29"


@pytest.mark.nightly
def test_a_zip_is_replayed_without_being_unpacked(workspace, plugins):
    before = sorted(one.name for one in workspace.iterdir())
    with open_desk(workspace, "ann", Ticking()) as desk:
        path = export_pack(desk).out

    assert performed(path, plugins).agrees
    assert sorted(one.name for one in workspace.iterdir()) == sorted([*before, path.name])


@pytest.mark.nightly
def test_decisions_of_people_and_their_undoing_are_part_of_what_a_later_run_saw(workspace, plugins):
    line = waiting(workspace, "suggested")[0]["line_id"]
    person(workspace, "accept", line)
    person(workspace, "undo", "30", "--comment", "wrong customer")
    other = waiting(workspace, "unmatched")[0]["line_id"]
    person(workspace, "not-receivable", other, "--reason", "a refund of the tax office")
    items = workspace / "open_items.csv"
    text = items.read_text(encoding="utf-8").replace("RE-2026-0450", "RE-2026-9450")
    items.write_text(text, encoding="utf-8")
    assert run_day(workspace).recorded.run == 2
    first, second = exported(workspace, 1, "first"), exported(workspace, 2, "second")

    assert performed(second.out, plugins).findings == ()
    assert performed(second.out, plugins).agrees
    assert performed(first.out, plugins).agrees


@pytest.mark.nightly
def test_what_a_person_decided_while_the_run_matched_is_left_in_the_replay_too(
    tmp_path, plugins, monkeypatch
):
    folder = demo_workspace(tmp_path / "demo")
    run_day(folder)
    line = waiting(folder, "suggested")[0]["line_id"]
    items = folder / "open_items.csv"
    text = items.read_text(encoding="utf-8").replace("RE-2026-0441", "RE-2026-9441")
    items.write_text(text, encoding="utf-8")
    match_open = flow.match_open

    def match_while_somebody_works(desk, *given):
        matched = match_open(desk, *given)
        person(folder, "not-receivable", line, "--reason", "meanwhile")
        return matched

    monkeypatch.setattr(flow, "match_open", match_while_somebody_works)
    assert run_day(folder).recorded.left_as_moved == 1
    pack = exported(folder).out
    monkeypatch.undo()

    assert performed(pack, plugins).agrees


@pytest.mark.nightly
def test_files_that_could_not_be_read_and_archives_are_tried_again(tmp_path, plugins):
    folder = demo_workspace(tmp_path / "demo")
    statement = folder / "inbox" / "eur_2026-10-12.sta"
    with zipfile.ZipFile(folder / "inbox" / "mail.zip", "w") as archive:
        archive.write(statement, "eur.sta")
    statement.unlink()
    (folder / "inbox" / "letter.txt").write_text("Dear Sirs", encoding="utf-8")
    (folder / "inbox" / "broken.zip").write_bytes(b"PK\x03\x04 is no zip")
    (folder / "inbox" / "empty.sta").write_bytes(b"")
    for path in (folder / "inbox").iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))
    assert len(run_day(folder).received.files) == 8
    found = performed(exported(folder).out, plugins)

    assert found.findings == ()
    assert found.agrees
    assert "files read again: 8" in [step.detail for step in found.steps]


def files_of(pack):
    return {
        one.relative_to(pack).as_posix(): one.read_bytes()
        for one in pack.rglob("*")
        if one.is_file()
    }


@NO_POSTGRESQL
@pytest.mark.nightly
def test_a_pack_of_postgresql_is_that_of_sqlite_and_is_replayed_without_a_server(
    tmp_path, plugins, demo_pack
):
    with fresh_url("postgresql", tmp_path) as url:
        folder = demo_workspace(tmp_path / "demo", url)
        run_day(folder)
        other = exported(folder).out
    found, told = files_of(other), files_of(demo_pack.out)

    # The run's record names what is installed, so both must have been made by the same plugins.
    assert found.keys() == told.keys()
    assert {name for name in told if found[name] != told[name]} == {
        "settings.json",
        "manifest.json",
    }
    assert url not in (other / "settings.json").read_text(encoding="utf-8")
    assert performed(other, plugins).agrees


# ---------------------------------------------------------------- what was altered


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("table", "was", "forged", "part", "said"),
    [
        ("deliveries", ",25000,", ",25001,", "statements", "amount was 25001 and is now 25000"),
        (
            "item_versions",
            "RE-2026-0450",
            "RE-2026-0451",
            "books",
            "number was RE-2026-0451 and is now RE-2026-0450",
        ),
        (
            "party_versions",
            "Cargo Nord",
            "Carga Nord",
            "books",
            "name was Carga Nord Logistik AG and is now Cargo Nord Logistik AG",
        ),
        (
            "decisions",
            ",evidence_agrees,",
            ",ambiguous,",
            "decisions",
            "reason was ambiguous and is now evidence_agrees",
        ),
        ("entries", "Assets:Receivable", "Assets:Other", "decisions", "account was"),
    ],
)
def test_a_record_that_was_rewritten_whole_is_found_by_making_it_again(
    request, table, was, forged, part, said
):
    """Manifest, digests and chain all fit; only what follows from the inputs does not."""
    pack, plugins = (request.getfixturevalue(name) for name in ("pack", "plugins"))
    replace_in(pack, f"facts/{table}.csv", was, forged)
    rewrite_chain(pack)
    found = performed(pack, plugins)

    assert results(found)["rows"] == results(found)["chain"] == "agrees"
    assert said in differing(found)[part]
    assert not found.agrees


@pytest.mark.nightly
def test_an_output_that_was_rewritten_whole_is_found_with_its_row(pack, plugins):
    replace_in(pack, "outputs/lines.csv", "EUR", "USD")
    digest = hashlib.sha256((pack / "outputs" / "lines.csv").read_bytes()).hexdigest()

    def cover(seq, payload):
        if "outputs" in payload:
            payload["outputs"]["lines.csv"] = digest

    rewrite_chain(pack, cover)
    found = differing(performed(pack, plugins))

    assert found["outputs"].startswith("outputs/lines.csv differs in row ")


@pytest.mark.nightly
def test_a_report_that_was_rewritten_with_the_manifest_is_found_with_its_row(pack, plugins):
    """No event names the reports, so nothing but making them again can find it."""
    replace_in(pack, "reports/unmatched.csv", "EUR", "USD")
    rewrite_manifest(pack)
    found = differing(performed(pack, plugins))

    assert list(found) == ["reports"]
    assert found["reports"].startswith("reports/unmatched.csv differs in row ")


def test_a_run_that_claims_another_policy_is_found(pack, plugins):
    policy = json.loads((pack / "policy.json").read_text(encoding="utf-8"))
    policy["decide"]["suggestions"] = 1
    (pack / "policy.json").write_text(json.dumps(policy), encoding="utf-8")

    def cover(seq, payload):
        if "policy" in payload:
            payload["policy"] = policy

    rewrite_chain(pack, cover)
    found = performed(pack, plugins)

    assert "the policy in force is not the one that the run names" in differing(found)["outputs"]
    assert results(found)["decisions"] == "not tried"


@pytest.mark.parametrize("name", ["outputs/lines.csv", "events.jsonl", "check.py"])
def test_nothing_is_made_again_of_a_pack_that_is_not_what_the_manifest_names(pack, plugins, name):
    with (pack / name).open("ab") as file:
        file.write(b"\n")
    found = performed(pack, plugins)

    assert differing(found) == {"files": f"{name} is not the file that the manifest names"}
    assert set(results(found).values()) == {"differs", "not tried"}


def test_a_head_that_was_kept_elsewhere_finds_another_history(pack, plugins, demo_pack):
    newest = demo_pack.packed.head
    replace_in(pack, "facts/decisions.csv", ",rule,", ",ann,")
    rewrite_chain(pack)
    found = performed(pack, plugins, f"{newest.seq}:{newest.hash}")

    assert f"was {newest.hash} when the head was kept" in differing(found)["chain"]
    assert results(found)["record"] == "not tried"


@pytest.mark.nightly
def test_other_versions_are_named_as_the_likely_cause(pack, plugins, monkeypatch):
    now = replaying.versions() | {"polars": "0.0.1"}
    monkeypatch.setattr("recon.run.record.versions", lambda: now)
    monkeypatch.setattr(replaying, "versions", lambda: now)
    found = performed(pack, plugins)

    assert [name for name, _, _ in found.versions] == ["polars"]
    assert list(differing(found)) == ["outputs"]
    assert "outputs/run.json differs in row" in differing(found)["outputs"]


# ---------------------------------------------------------------- hostile packs


def zipped(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "/etc/passwd",
        "a/../../b",
        "C:\\x",
        "facts\\x",
        "a//b",
        ".hidden",
        "a\nb",
        "é",
    ],
)
def test_a_name_that_climbs_out_or_that_no_pack_has_is_refused(tmp_path, plugins, name):
    path = zipped(tmp_path / "p.zip", [("manifest.json", "{}"), (name, "x")])
    found = performed(path, plugins)

    assert "as no pack does" in differing(found)["files"]
    assert [one.name for one in tmp_path.iterdir()] == ["p.zip"]


def test_a_zip_bomb_is_refused_before_it_grows(tmp_path, plugins):
    path = zipped(tmp_path / "p.zip", [("manifest.json", b"0" * 40_000_000)])

    assert path.stat().st_size < 100_000
    assert "a zip bomb" in differing(performed(path, plugins))["files"]


def test_an_entry_that_is_larger_than_it_says_is_refused(tmp_path, plugins):
    path = zipped(tmp_path / "p.zip", [("manifest.json", b"0" * 1000)])
    data = path.read_bytes()
    size = (1000).to_bytes(4, "little")
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, (10).to_bytes(4, "little")))

    assert differing(performed(path, plugins))["files"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_refused(tmp_path, plugins):
    path = zipped(tmp_path / "p.zip", [("manifest.json", "{}"), ("manifest.json", "[]")])

    assert "manifest.json is there twice" in differing(performed(path, plugins))["files"]


def test_a_link_in_a_folder_is_never_followed(pack, plugins):
    (pack / "outputs" / "lines.csv").unlink()
    (pack / "outputs" / "lines.csv").symlink_to(DEMO / "open_items.csv")

    assert "outputs/lines.csv is a link" in differing(performed(pack, plugins))["files"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"x" * 1000, b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_pack_is_a_finding_and_no_crash(tmp_path, plugins, data):
    path = tmp_path / "p.zip"
    path.write_bytes(data)

    assert set(differing(performed(path, plugins))) == {"files"}


def test_an_empty_folder_is_no_pack(tmp_path, plugins):
    assert set(differing(performed(tmp_path, plugins))) == {"files"}


@pytest.mark.nightly
def test_a_zip_that_is_cut_off_is_a_finding_wherever_it_was_cut(workspace, plugins, tmp_path):
    with open_desk(workspace, "ann", Ticking()) as desk:
        data = export_pack(desk).out.read_bytes()
    path = tmp_path / "cut.zip"
    for part in range(1, 12):
        path.write_bytes(data[: len(data) * part // 12])
        assert set(differing(performed(path, plugins))) == {"files"}


@pytest.mark.parametrize(
    "forge",
    [
        {"snapshot": None},
        pytest.param({"snapshot": 99}, marks=pytest.mark.slow),
        pytest.param({"snapshot": "x"}, marks=pytest.mark.slow),
        pytest.param({"history_days": "x"}, marks=pytest.mark.slow),
        {"history_days": 10**30},
        pytest.param({"as_of": "never"}, marks=pytest.mark.slow),
        pytest.param({"run": None}, marks=pytest.mark.slow),
        {"outputs": {}},
    ],
    ids=str,
)
def test_an_event_of_a_run_that_says_nonsense_is_a_finding_and_no_crash(pack, plugins, forge):
    rewrite_chain(
        pack, lambda seq, payload: payload.update(forge) if "outputs" in payload else None
    )
    found = performed(pack, plugins)

    assert not found.agrees
    assert found.findings


@pytest.mark.parametrize(
    "name",
    [
        "facts/files.csv",
        pytest.param("facts/statements.csv", marks=pytest.mark.slow),
        pytest.param("facts/item_versions.csv", marks=pytest.mark.slow),
    ],
)
def test_rows_that_no_store_takes_are_a_finding_and_no_crash(pack, plugins, name):
    path = pack / name
    rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*rows, rows[-1]]))
    rewrite_chain(pack)

    assert not performed(pack, plugins).agrees


def test_a_pack_keeps_no_trace_of_its_replay(pack, plugins):
    copy = shutil.copytree(pack, pack.with_name("copy"))
    performed(pack, plugins)
    names = sorted(one.relative_to(pack) for one in pack.rglob("*"))

    assert names == sorted(one.relative_to(copy) for one in copy.rglob("*"))


def test_a_manifest_that_names_other_things_is_found(pack, plugins):
    replace_in(pack, "manifest.json", "cashrecon-pack-1", "cashrecon-pack-9")
    found = performed(pack, plugins)

    assert not found.agrees
    replace_in(pack, "manifest.json", "cashrecon-pack-9", "cashrecon-pack-1")
    rewrite_manifest(pack)
    assert performed(pack, plugins).agrees
