"""The night runs what is there, counts what was tried, and says so when anything failed."""

from __future__ import annotations

import json

import pytest

from tests.faults import altered, night, posts
from tests.faults.night import ROOT, TIERS, Job, jobs_of, totals_of
from tests.faults.night_table import table_of


@pytest.mark.parametrize("tier", TIERS)
def test_each_job_is_a_script_that_is_there_or_the_tests(tier):
    jobs = jobs_of(tier)

    assert len({job.what for job in jobs}) == len(jobs) > 10
    for job in jobs:
        assert job.words[:2] == ("-m", "pytest") or (ROOT / job.words[0]).is_file(), job.what


@pytest.mark.parametrize(
    ("out", "totals"),
    [
        ('{\n  "worlds": 3\n}\n', {"worlds": 3}),
        ('day\tlines\n1\t12\n{\n  "days": 1,\n  "wrong": []\n}\n', {"days": 1, "wrong": []}),
        ("..F\n2 failed, 804 passed, 1 skipped in 61.0s\n", {"failed": 2, "passed": 804, "skipped": 1}),
        ("", {}),
        ('{\n  "broken off', {}),
    ],
)  # fmt: skip
def test_what_a_job_tried_is_read_from_its_output(out, totals):
    assert totals_of(out) == totals


def test_a_job_that_fails_is_told_and_its_output_kept(tmp_path, monkeypatch, capsys):
    jobs = [
        Job("well", ("-c", "print('{\\n\"rounds\": 2\\n}')"), False, {}),
        Job("not well", ("-c", "raise SystemExit('lost: 1')"), True, {}),
    ]
    monkeypatch.setattr(night, "jobs_of", lambda tier: jobs)
    out = tmp_path / "night" / "nightly.json"
    monkeypatch.setattr("sys.argv", ["night.py", "--out", str(out)])
    with pytest.raises(SystemExit) as left:
        night.main()
    told = json.loads(out.read_text("utf-8"))["jobs"]

    assert left.value.code == 1
    assert {one["what"]: (one["exit"], one["totals"]) for one in told} == {
        "not well": (1, {}),
        "well": (0, {"rounds": 2}),
    }
    assert "lost: 1" in out.with_name("nightly-not-well.log").read_text("utf-8")
    assert "failed: not well" in capsys.readouterr().out


def test_a_part_of_the_night_anew_leaves_the_rest_as_it_was(tmp_path, monkeypatch):
    out = tmp_path / "nightly.json"
    for number, only in enumerate(["", "kill"], 1):
        text = f"print('{{\\n\"rounds\": {number}\\n}}')"
        jobs = [Job(what, ("-c", text), False, {}) for what in ("races", "kills")]
        monkeypatch.setattr(night, "jobs_of", lambda tier, jobs=jobs: jobs)
        monkeypatch.setattr("sys.argv", ["night.py", "--out", str(out), "--only", only])
        with pytest.raises(SystemExit):
            night.main()
    told = json.loads(out.read_text("utf-8"))["jobs"]

    assert [(one["what"], one["totals"]["rounds"]) for one in told] == [("races", 1), ("kills", 2)]


def test_a_night_is_a_row_a_job_and_says_what_was_counted():
    totals = {"seed": 1, "rounds": 1_500, "killed_in": {"run": 3}, "wrong": [], "took": 1.25}
    job = {"what": "kills", "commit": "abc", "command": "python k.py", "seconds": 65, "exit": 0}
    told = table_of({"tier": "nightly", "jobs": [{**job, "totals": totals}]})

    assert "| kills | `python k.py` | 1:05 min | 0 | 1,500 rounds, 0 wrong, 1.25 took |" in told
    assert "On commit abc" in told


@pytest.mark.nightly
def test_a_change_that_nobody_finds_is_told(tmp_path, monkeypatch):
    found = altered.alter(20, "sqlite", 5, tmp_path / "found")
    monkeypatch.setattr(altered, "verify", lambda connection: Blind)
    blind = altered.alter(20, "sqlite", 5, tmp_path / "blind")

    assert (found["found"], found["not_found"], found["changes"]) == (20, [], 20)
    assert (blind["found"], len(blind["not_found"])) == (0, 20)


class Blind:
    """What a `verify` that sees nothing gives."""

    findings = ()


@pytest.mark.nightly
def test_a_ledger_that_books_twice_is_told(tmp_path, monkeypatch):
    well = posts.play(30, 3, tmp_path)

    as_it_is = posts.Flaky.post

    def twice(self, entries):
        answer = as_it_is(self, entries)
        self.book += self.book[:1]
        return answer

    monkeypatch.setattr(posts.Flaky, "post", twice)
    monkeypatch.setattr(posts.Flaky, "verify", twice)
    told = posts.play(1, 3, tmp_path)["wrong"] if well["wrong"] == [] else []

    assert well["faults"]
    assert "a key twice" in str(told)
