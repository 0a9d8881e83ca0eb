"""Records that were refused: the job says so, and the same file is read again once the policy lets more of it be read."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from recon.cli import main
from recon.store.reading import fetch
from recon.store.tables import FACT, LINE_STATES
from recon.store.verify import verify
from tests.cli.working import Office
from tests.faults.bank import put
from tests.faults.looking import opened

ITEMS = (
    "item_id,kind,number,customer_id,currency,amount,open_amount,issue_date,due_date\n"
    "1,invoice,RE-1,C1,USD,8.49,8.49,2026-01-01,2026-02-01\n"
)
POLICY = '[formats.ofx]\nfiner_amounts = "{}"\n'


def entry(amount, memo):
    return (
        f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260105<TRNAMT>{amount}<FITID>{memo}<MEMO>{memo}"
        "</STMTTRN>\n"
    )


FILE = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"
    "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>77"
    "</BANKACCTFROM><BANKTRANLIST>\n"
    + entry("12.00", "first")
    + entry("8.4850", "RE-1")
    + entry("12.00", "first")
    + "</BANKTRANLIST><LEDGERBAL><BALAMT>32.49<DTASOF>20260131</LEDGERBAL>"
    "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
).encode()


@pytest.fixture
def office(tmp_path, monkeypatch):
    folder = tmp_path / "workspace"
    (folder / "inbox").mkdir(parents=True)
    (folder / "recon.toml").write_text('policy = "policy.toml"\n', "utf-8")
    (folder / "policy.toml").write_text(POLICY.format("refused"), "utf-8")
    (folder / "open_items.csv").write_text(ITEMS, "utf-8")
    put(folder / "inbox", "broker.ofx", FILE)
    return Office(folder, monkeypatch)


def amounts(folder):
    """Give the amounts of all lines that are known, and of how many files each was told."""
    with opened(folder) as connection:
        deliveries = fetch(connection, FACT["deliveries"]).select(
            "statement_id", "record", "amount"
        )
        lines = fetch(connection, LINE_STATES).join(deliveries, on=("statement_id", "record"))
        assert verify(connection).findings == ()
    return sorted(lines.select("amount", "copies").rows())


def test_a_run_names_the_records_that_it_refused_and_what_would_read_them(office):
    code, told = office.call("run --as-of 2026-02-01")
    again, nothing = office.call("run --as-of 2026-02-01")

    assert code == 3
    assert "error[no-amount] broker.ofx" in told
    assert '`finer_amounts = "rounded"`' in told
    assert (again, "no-amount" in nothing) == (0, False)


def test_ingest_counts_them(office):
    code, told = office.call(f"ingest {office.folder / 'inbox'}")

    assert code == 3
    assert "1 file(s) received with 2 entries, 1 record(s) refused, 0 known before" in told
    assert "error[no-amount] broker.ofx" in told


def test_the_same_file_again_is_nothing_new_as_long_as_no_more_of_it_can_be_read(office):
    office.call("run --as-of 2026-02-01")
    put(office.folder / "inbox", "broker.ofx", FILE)
    told = json.loads(office.does("run --as-of 2026-02-01 --format json"))

    assert told["received"]["known"] == 1
    assert told["received"]["files"] == told["received"]["refused"] == 0
    assert list((office.folder / "inbox").iterdir()) == []


def test_what_was_refused_is_read_once_the_policy_lets_it_and_no_line_is_there_twice(office):
    office.call("run --as-of 2026-02-01")
    before = amounts(office.folder)
    (office.folder / "policy.toml").write_text(POLICY.format("rounded"), "utf-8")
    put(office.folder / "inbox", "broker.ofx", FILE)
    told = json.loads(office.does("run --as-of 2026-02-02 --format json"))
    put(office.folder / "inbox", "other_name.ofx", FILE)
    after = json.loads(office.does("run --as-of 2026-02-03 --format json"))

    assert before == [(1200, 0), (1200, 0)]
    assert told["received"]["files"] == 1
    assert amounts(office.folder) == [(849, 0), (1200, 1), (1200, 1)]
    assert after["received"]["known"] == 1
    with opened(office.folder) as connection:
        names = fetch(connection, FACT["files"])["name"]
    assert [name for name in names if name.endswith(".ofx")] == [
        "broker.ofx",
        "broker (read again).ofx",
    ]


def test_a_policy_that_reads_known_lines_otherwise_brings_none_of_them_twice(office):
    text = FILE.replace(b"<TRNAMT>12.00", b"<TRNAMT>1200")
    put(office.folder / "inbox", "broker.ofx", text)
    office.call("run --as-of 2026-02-01")
    before = amounts(office.folder)
    policy = POLICY.format("rounded") + 'implied_decimals = "all"\n'
    (office.folder / "policy.toml").write_text(policy, "utf-8")
    put(office.folder / "inbox", "broker.ofx", text)
    code, told = office.call("run --as-of 2026-02-02")

    assert code == 3
    assert "broker.ofx: it was read before" in told
    assert amounts(office.folder) == before == [(120000, 0), (120000, 0)]


def test_an_auditor_reads_it_twice_too(office, tmp_path):
    office.call("run --as-of 2026-02-01")
    (office.folder / "policy.toml").write_text(POLICY.format("rounded"), "utf-8")
    put(office.folder / "inbox", "broker.ofx", FILE)
    office.does("run --as-of 2026-02-02")
    office.does(f"audit pack {tmp_path / 'pack'}")

    replayed = CliRunner().invoke(main, ["audit", "replay", str(tmp_path / "pack"), "--quiet"])
    assert replayed.exit_code == 0, replayed.output
