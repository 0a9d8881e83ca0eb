"""`recon audit`: a pack, the run made again from it, and the head of the chain."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.run.audit.workspaces import demo_workspace, run_day

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Give a workspace after its first day; each test writes a pack of its own name."""
    folder = demo_workspace(tmp_path_factory.mktemp("cli") / "demo")
    run_day(folder)
    return folder


def at(folder):
    return ["--workspace", folder, "--user", "ann"]


def test_a_pack_that_is_written_is_replayed_and_its_own_check_agrees(cli, workspace):
    written = cli("audit", "pack", workspace / "one", *at(workspace), "--format", "json")
    told = json.loads(written.stdout)
    replayed = cli("audit", "replay", workspace / "one", "--head", told["head"], "--format", "json")
    found = json.loads(replayed.stdout)
    words = [sys.executable, "-I", workspace / "one" / "check.py", told["head"]]
    checked = subprocess.run(words, capture_output=True, encoding="utf-8", check=True)

    assert (written.exit_code, replayed.exit_code) == (0, 0)
    assert (told["run"], found["run"], found["agrees"]) == ("1", 1, True)
    assert found["head"] == told["head"]
    assert checked.stdout == f"all agree; head {told['head']}\n"


def test_a_pack_that_was_altered_is_exit_1_with_each_finding_on_stderr(cli, workspace):
    cli("audit", "pack", workspace / "two", *at(workspace))
    (workspace / "two" / "outputs" / "lines.csv").write_bytes(b"")
    (workspace / "two" / "extra").write_bytes(b"")
    found = cli("audit", "replay", workspace / "two", "--quiet")

    assert found.exit_code == 1
    assert found.stderr.count("error[differs] ") == 2
    assert "not tried" in found.stdout


def test_the_head_is_that_of_verify_and_changes_with_every_event(cli, workspace):
    before = cli("audit", "head", *at(workspace)).stdout
    verified = cli("verify", *at(workspace), "--head", before.strip()).stdout
    cli("audit", "pack", workspace / "three", *at(workspace))
    after = cli("audit", "head", *at(workspace), "--format", "csv").stdout.splitlines()

    assert before == verified
    assert after[0] == "seq,hash"
    assert int(after[1].partition(",")[0]) == int(before.partition(":")[0]) + 1


@pytest.mark.parametrize("words", [["replay", "."], ["head"]])
@pytest.mark.parametrize("given", ["9", "x:y", "9:abc", "-1:" + "0" * 64, "9:" + "G" * 64])
def test_a_head_that_is_none_is_wrong_usage(cli, words, given):
    result = cli("audit", *words, "--head", given)

    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_place_that_is_taken_and_a_run_that_is_not_there_are_exit_2(cli, workspace):
    for words in (["inbox"], ["x.zip", "--run", "7"]):
        result = cli("audit", "pack", workspace / words[0], *words[1:], *at(workspace))
        assert result.exit_code == 2, words
        assert result.stdout == ""
