"""`recon match` and `recon demo`: what is asked of the run, what is printed, and the exit codes."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from recon.cli.demo import demo_folder
from recon.cli.output import show_quarantined
from recon.errors import ConfigurationError
from recon.protocols import InputFile
from tests.cli.fake_run import outcomes


def test_every_option_reaches_the_run(cli, run, inputs, tmp_path):
    names = ("customers", "accounts", "policy")
    for name in names:
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "history").mkdir()
    files = [part for name in names for part in (f"--{name}", tmp_path / name)]
    result = cli(
        "match", *inputs, *files, "--history", tmp_path / "history", "--ledger", "books", "--as-of", "2026-03-31"
    )  # fmt: skip

    (asked,) = run.asked
    assert asked.statements == (tmp_path / "bank.sta",)
    assert asked.open_items == tmp_path / "open.csv"
    assert asked.out == tmp_path / "out"
    assert [getattr(asked, name) for name in names] == [tmp_path / name for name in names]
    assert asked.history == tmp_path / "history"
    assert asked.ledger == "books"
    assert asked.as_of == dt.date(2026, 3, 31)
    assert result.exit_code == 4


def test_what_is_left_out_is_none(cli, run, inputs):
    assert cli("match", *inputs).exit_code == 0
    (asked,) = run.asked
    assert (asked.customers, asked.policy, asked.ledger, asked.as_of) == (None, None, None, None)


def test_the_summary_shows_totals_that_tie_and_where_the_files_are(cli, run, inputs, tmp_path):
    result = cli("match", *inputs)

    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["EUR", "received", "8", "1235293.44"] in rows
    assert ["EUR", "applied", "2", "450.00"] in rows
    assert ["JPY", "received", "1", "12000"] in rows
    assert ["unmatched", "no_evidence", "1"] in rows
    assert f"Written to {tmp_path / 'out'}: report.html" in result.stdout


def test_the_totals_as_csv_are_one_table(cli, run, inputs):
    rows = cli("match", *inputs, "--format", "csv").stdout.splitlines()

    assert rows[0] == "currency,total,lines,amount"
    assert {row.count(",") for row in rows} == {3}
    euros = [row.split(",") for row in rows if row.startswith("EUR,")]
    assert euros[0][1:] == ["received", "8", "1235293.44"]
    cents = [int(amount.replace(".", "")) for *_, amount in euros]
    assert cents[0] == sum(cents[1:])


def test_the_summary_as_json_is_that_of_the_run(cli, run, inputs, tmp_path):
    told = json.loads(cli("match", *inputs, "--format", "json").stdout)

    assert told["totals"]["EUR"]["received"] == {"amount": "1235293.44", "count": 8}
    assert told["out"] == str(tmp_path / "out")


def test_stdout_has_the_data_alone_and_rejects_are_told_on_stderr(cli, run, inputs):
    run.rejects = True
    result = cli("match", *inputs, "--format", "json")

    assert result.exit_code == 3
    assert "records could not be read; the rest is done" in result.stderr
    json.loads(result.stdout)
    assert "a plugin prints to stdout" in result.stderr
    assert "error[no-amount] bank.sta:48\n  48 | :61:2611C1.2.3" in result.stderr
    assert "  amount: '1.2.3' is no amount\nhint: ask the bank" in result.stderr


def test_a_quarantined_input_is_named_and_is_exit_3(cli, run, inputs):
    run.quarantined = True
    result = cli("match", *inputs)

    assert result.exit_code == 3
    assert (
        "error[quarantined] broken<script>alert(1)</script>.ofx\n  no </OFX> at the end"
        in result.stderr
    )
    assert "1 inputs were quarantined; the rest is done" in result.stderr


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (None, "error[quarantined] a\\x1b.sta\n  no reason was given\n"),
        (
            "error[malformed-file] a\\x1b.sta:3\n  bad",
            "error[malformed-file] a\\x1b.sta:3\n  bad\n",
        ),
        ("error[malformed-file]\n  bad", "error[malformed-file]\n  bad\n  in a\\x1b.sta\n"),
    ],
)
def test_a_quarantined_input_is_always_named(capsys, error, shown):
    show_quarantined([InputFile("a\x1b.sta", "", 0, "statement", "quarantined", error=error)])

    assert capsys.readouterr().err == shown


def test_an_entry_that_the_ledger_did_not_take_is_exit_4(cli, run, inputs):
    run.posting = outcomes(("accepted", None), ("rejected", "period closed"), ("duplicate", None))
    result = cli("match", *inputs, "--ledger", "books")

    assert result.exit_code == 4
    assert (
        "1 of 3 entries were not delivered to books; the first: rejected, period closed"
        in result.stderr
    )


def test_a_ledger_that_is_not_installed_is_exit_2_before_any_work(cli, run, inputs):
    result = cli("match", *inputs, "--ledger", "sap")

    assert result.exit_code == 2
    assert "no ledger is called 'sap'; there are: books" in result.stderr
    assert run.asked == []


def test_entries_that_the_ledger_has_are_done(cli, run, inputs):
    run.posting = outcomes(("accepted", None), ("duplicate", None))

    assert cli("match", *inputs, "--ledger", "books").exit_code == 0
    run.posting = outcomes()
    assert cli("match", *inputs, "--ledger", "books").exit_code == 0


def test_a_report_that_was_not_written_is_exit_1_and_named(cli, run, inputs):
    run.failed_reports = ("ageing",)
    result = cli("match", *inputs)

    assert result.exit_code == 1
    assert "reports that were not written: ageing" in result.stderr
    assert "received" in result.stdout


# The sample has 8 receipts that are receivable in all currencies, of which 3 are applied.
@pytest.mark.parametrize(("share", "code"), [("0%", 0), ("42.8%", 0), ("43%", 1), ("100%", 1)])
def test_fail_under_compares_the_share_of_receipts_that_were_applied(cli, run, inputs, share, code):
    result = cli("match", *inputs, "--fail-under", share)

    assert result.exit_code == code
    assert ("error[threshold-missed]\n  3 of 7 receipts were applied" in result.stderr) is (
        code == 1
    )


@pytest.mark.parametrize("share", ["95", "0.95", "101%", "-1%", "%", "1e1%", "nan%"])
def test_a_share_that_could_be_misread_is_refused(cli, run, inputs, share):
    result = cli("match", *inputs, f"--fail-under={share}")

    assert result.exit_code == 2
    assert "is no share from 0% to 100%" in result.stderr
    assert run.asked == []


def test_fail_on_names_what_there_is(cli, run, inputs):
    result = cli("match", *inputs, "--fail-on", "unmatched", "--fail-on", "suggested")

    assert result.exit_code == 1
    assert "2 lines are unmatched" in result.stderr
    assert "1 lines are suggested" in result.stderr
    assert cli("match", *inputs, "--fail-on", "quarantined").exit_code == 0
    run.quarantined = True
    assert cli("match", *inputs, "--fail-on", "quarantined").exit_code == 1


def test_the_gravest_failure_decides_the_exit_code_and_all_are_told(cli, run, inputs):
    run.quarantined = True
    run.posting = outcomes(("unknown", None))
    result = cli("match", *inputs, "--ledger", "books", "--fail-under", "100%")

    assert result.exit_code == 4
    told = [line for line in result.stderr.splitlines() if line.startswith("error[")]
    assert told[-3:] == [
        "error[posting-failed]",
        "error[threshold-missed]",
        "error[malformed-file]",
    ]


@pytest.mark.parametrize("day", ["31.03.2026", "2026-02-30", "2026-3-1x", "today"])
def test_a_date_that_does_not_exist_is_refused(cli, run, inputs, day):
    assert cli("match", *inputs, "--as-of", day).exit_code == 2
    assert run.asked == []


def test_the_demo_runs_the_main_job_on_the_shipped_data(cli, run, tmp_path, monkeypatch):
    shipped = tmp_path / "demo"
    (shipped / "statements").mkdir(parents=True)
    (shipped / "open_items.csv").write_text("", encoding="utf-8")
    (shipped / "policy.toml").write_text("", encoding="utf-8")
    monkeypatch.setattr("recon.cli.demo.demo_folder", lambda: shipped)
    result = cli("demo", "--out", tmp_path / "out")

    (asked,) = run.asked
    assert asked.statements == (shipped / "statements",)
    assert asked.policy == shipped / "policy.toml"
    assert asked.customers is None
    assert result.exit_code == 0
    assert f"Open the report: {tmp_path / 'out' / 'report.html'}" in result.stderr


def test_demo_data_that_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("recon.cli.demo.files", lambda _: tmp_path / "site" / "recon")
    with pytest.raises(ConfigurationError, match="the demo data is not installed"):
        demo_folder()
    for place in (tmp_path / "fixtures" / "demo", tmp_path / "site" / "recon" / "demo"):
        place.mkdir(parents=True)
        (place / "open_items.csv").write_text("", encoding="utf-8")

    assert demo_folder() == tmp_path / "site" / "recon" / "demo"
