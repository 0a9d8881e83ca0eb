"""`recon explain`: the same ledger as table, csv and json."""

from __future__ import annotations

import csv
import json
from decimal import Decimal

import pytest


@pytest.fixture
def out(cli, tmp_path):
    cli("demo", "--out", tmp_path, "--quiet")
    return tmp_path


def line_with(out, reason):
    with (out / "lines.csv").open(encoding="utf-8", newline="") as file:
        return min(row["line_id"] for row in csv.DictReader(file) if row["reason"] == reason)


def test_the_table_says_what_refused_each_explanation_and_what_would_have_to_change(cli, out):
    line = line_with(out, "ambiguous")
    said = cli("explain", line, "--run", out).stdout

    assert said.startswith(f"{line}  ")
    assert "\nsuggested: ambiguous\n" in said
    assert "\n1. " in said
    assert "\n2. " in said
    assert "refused by: ambiguous" in said
    assert "applied only if:\n  - the best rival is 6 bits behind" in said


def test_csv_has_a_row_a_piece_and_json_the_whole(cli, out):
    line = line_with(out, "ambiguous")
    rows = list(
        csv.DictReader(
            cli("explain", line[:9], "--run", out, "--format", "csv").stdout.splitlines()
        )
    )
    told = json.loads(cli("explain", line, "--run", out, "--format", "json").stdout)

    assert told["line"]["line_id"] == line
    for explanation in told["explanations"]:
        mine = [row for row in rows if row["place"] == explanation["facts"]["place"]]
        bits = {row["part"]: Decimal(row["bits"]) for row in mine}
        assert [row["part"] for row in mine] == [piece["part"] for piece in explanation["ledger"]]
        assert sum(bits.values()) == 2 * bits["total"]


def test_an_unknown_line_is_a_usage_error(cli, out):
    result = cli("explain", "Lnone", "--run", out)

    assert result.exit_code == 2
    assert "no lines of this run begin with 'Lnone'" in result.stderr


def test_a_line_that_was_set_aside_says_so(cli, out):
    said = cli("explain", line_with(out, "own_transfer"), "--run", out).stdout

    assert "not_receivable: own transfer" in said
    assert "none was looked for" in said


REFUND = """:20:R1
:25:37040044/0532013000
:28C:1/1
:60F:C260301EUR1000,00
:61:2603100310D50,25NTRFNONREF
:86:116?00SEPA-UEBERWEISUNG?20refund?30DEUTDEFF?31DE75512108001245126199?32ACME GMBH
:62F:C260310EUR949,75
-
"""


def test_a_refund_says_what_it_pays_back_and_settles_nothing(cli, tmp_path):
    given = {
        "bank.sta": REFUND,
        "items.csv": "item_id,number,customer_id,currency,open_amount\n9,CN-9,C1,EUR,-50.25\n",
        "customers.csv": "customer_id,name,iban\nC1,ACME GmbH,DE75512108001245126199\n",
    }
    for name, text in given.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    books = ("--open-items", tmp_path / "items.csv", "--customers", tmp_path / "customers.csv")
    cli("match", tmp_path / "bank.sta", *books, "--out", tmp_path / "out", "--quiet")
    said = cli("explain", "L", "--run", tmp_path / "out").stdout

    assert "\nnot_receivable: refund of credit\npays back credit note CN-9; " in said
    assert "No explanation" not in said
    with (tmp_path / "out" / "allocations.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["item_number"], row["amount"], row["status"]) == ("CN-9", "-50.25", "suggested")
    assert (tmp_path / "out" / "entries.csv").read_text(encoding="utf-8").count("\n") == 1
