"""The whole flow over a small month of our own: same bytes twice, whatever the order of the files."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from recon.errors import ReconError
from recon.plugins import Plugins
from recon.run.flow import match_statements
from recon.run.request import MatchRequest
from tests.run.quiet import Quiet

STATEMENT = """\
:20:STARTUMSE
:25:10010010/0109307118
:28C:{number}/1
:60F:C2601{before:02}EUR{opening}
{lines}
:62F:C2601{day:02}EUR{closing}
-
"""
ITEMS = """\
item_id,kind,number,customer_id,customer_name,currency,amount,open_amount,issue_date,due_date
1,invoice,INV-1001,C1,ACME GmbH,EUR,812.40,812.40,2025-12-01,2026-01-01
2,invoice,INV-1002,C1,ACME GmbH,EUR,100.00,100.00,2025-12-01,2026-01-02
3,invoice,INV-1003,C1,ACME GmbH,EUR,200.00,200.00,2025-12-01,2026-01-03
4,invoice,INV-2001,C2,Bolt AG,EUR,555.10,555.10,2025-12-01,2026-01-04
5,invoice,INV-2002,C2,Bolt AG,EUR,555.10,555.10,2025-12-01,2026-01-05
"""


def entry(day, amount, text, name=""):
    return f":61:2601{day:02}01{day:02}C{amount}NTRFNONREF\n:86:166?00GUTSCHRIFT?20{text}?32{name}"


@pytest.fixture
def month(tmp_path):
    days = [
        (
            5,
            1,
            "0,00",
            "1112,40",
            [
                entry(5, "812,40", "INV-1001", "ACME GmbH"),
                entry(5, "300,00", "INV-1002 INV-1003", "ACME GmbH"),
            ],
        ),
        (6, 2, "1112,40", "1667,50", [entry(6, "555,10", "danke", "Bolt AG")]),
        (7, 3, "1667,50", "2479,90", [entry(7, "812,40", "INV-1001", "ACME GmbH")]),
    ]
    folder = tmp_path / "bank"
    folder.mkdir()
    for day, number, opening, closing, lines in days:
        text = STATEMENT.format(
            number=number,
            before=day - 1,
            opening=opening,
            day=day,
            closing=closing,
            lines="\n".join(lines),
        )
        (folder / f"{day}.sta").write_text(text, encoding="ascii")
    (folder / "again.sta").write_bytes((folder / "5.sta").read_bytes())
    (folder / "notes.txt").write_text("call the bank", encoding="ascii")
    (tmp_path / "items.csv").write_text(ITEMS, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def plugins():
    return Plugins.discover()


def run(month, plugins, out, statements=None, **more):
    request = MatchRequest(
        statements=tuple(statements or [month / "bank"]),
        open_items=month / "items.csv",
        out=month / out,
        **more,
    )
    return match_statements(request, plugins, Quiet())


def written(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_two_runs_write_the_same_bytes_whatever_the_order_of_the_files(month, plugins):
    run(month, plugins, "one", ledger="beancount")
    files = sorted((month / "bank").iterdir(), reverse=True)
    run(month, plugins, "two", statements=[files[2], *files], ledger="beancount")
    one, two = written(month / "one"), written(month / "two")

    assert {
        "lines.csv",
        "allocations.csv",
        "unmatched.csv",
        "entries.csv",
        "report.html",
        "report.xlsx",
        "run.json",
    } <= set(one)
    assert [name for name in one if one[name] != two.get(name)] == []
    assert set(one) == set(two)


def test_every_line_of_every_file_is_accounted_for(month, plugins):
    result = run(month, plugins, "out")
    fates = dict(
        result.view.decisions.join(result.view.lines, on="line_id")
        .select("remittance", "fate")
        .rows()
    )
    record = json.loads((month / "out" / "run.json").read_bytes())

    assert result.view.lines.height == 4
    assert len(record["copies"]) == 2
    assert set(fates.values()) == {"applied", "on_account"}
    assert result.view.lines["amount"].sum() == 81_240 + 30_000 + 55_510 + 81_240
    assert result.view.statements["balance_check"].to_list() == ["ok"] * 4


def test_a_file_that_is_no_statement_is_quarantined_and_named(month, plugins):
    result = run(month, plugins, "out")

    assert [entry.name.rsplit("/", 1)[-1] for entry in result.quarantined] == ["notes.txt"]


def test_the_run_counts_ages_to_the_date_asked_for_or_to_the_last_line(month, plugins):
    assert run(month, plugins, "out").view.as_of == dt.date(2026, 1, 7)
    assert run(month, plugins, "out", as_of=dt.date(2026, 2, 1)).view.as_of == dt.date(2026, 2, 1)


def test_books_that_cannot_be_read_stop_the_run_before_anything_is_written(month, plugins):
    (month / "items.csv").write_text(
        ITEMS.replace("100.00,100.00", "100.00,much"), encoding="utf-8"
    )
    with pytest.raises(ReconError):
        run(month, plugins, "out")

    assert not (month / "out").exists()


def test_nothing_of_a_statement_that_does_not_balance_is_posted(month, plugins):
    path = month / "bank" / "7.sta"
    path.write_text(path.read_text().replace("2479,90", "2479,91"), encoding="ascii")
    result = run(month, plugins, "out")
    held = result.view.lines.filter("is_held")

    assert held.height == 1
    assert result.view.entries.join(held, on="line_id", how="semi").is_empty()


def test_statements_without_lines_make_a_run_without_lines(month, plugins):
    result = run(month, plugins, "out", statements=[month / "bank" / "notes.txt"])

    assert result.view.lines.is_empty()
    assert (month / "out" / "lines.csv").read_bytes().count(b"\n") == 1
