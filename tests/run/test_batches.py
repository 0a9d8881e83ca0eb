"""Batches from the command's files to the run's: read, proven, applied, said."""

from __future__ import annotations

import json

import polars as pl
import pytest

from recon.cli.output import show_batches
from recon.plugins import Plugins
from recon.run.explained import explain_line
from recon.run.flow import match_statements
from recon.run.request import MatchRequest
from tests.run.quiet import Quiet

ITEMS = "item_id,number,customer_id,currency,open_amount\n1,INV-1001,C1,EUR,100.00\n2,INV-1002,C2,EUR,80.00\n"
STATEMENT = """:20:X
:25:DE89370400440532013000
:28C:1/1
:60F:C260115EUR1000,00
:61:2601160116C{amount}NTRFNONREF//B1
:86:166?00GUTSCHRIFT?20STRIPE PAYOUT PO-884201?32STRIPE PAYMENTS EUROPE
:62F:C260116EUR{closing}
-
"""
HEAD = (
    "batch_reference,provider,settled_on,currency,net_amount,part_id,reference,gross_amount,fee\n"
)
ROW = "{0},Stripe,2026-01-15,EUR,{1},{2},{3},{4},{5}\n"
PAID = ROW.format("PO-884201", "177.40", "ch_1", "INV-1001", "100.00", "1.40") + ROW.format(
    "PO-884201", "177.40", "ch_2", "INV-1002", "80.00", "1.20"
)


@pytest.fixture
def run(tmp_path):
    (tmp_path / "bank.sta").write_text(STATEMENT.format(amount="177,40", closing="1177,40"))
    (tmp_path / "items.csv").write_text(ITEMS)

    def matched(*reports):
        paths = []
        for at, text in enumerate(reports):
            paths.append(tmp_path / f"payouts_{at}.csv")
            paths[-1].write_text(HEAD + text)
        request = MatchRequest(
            statements=(tmp_path / "bank.sta",),
            open_items=tmp_path / "items.csv",
            batches=tuple(paths),
            out=tmp_path / "out",
        )
        return match_statements(request, Plugins.discover(), Quiet())

    return matched


def test_a_payout_is_applied_posted_and_told_by_the_run(run, tmp_path):
    result = run(PAID)
    out = tmp_path / "out"

    assert result.view.decisions["fate"].to_list() == ["applied"]
    booked = result.view.entries.group_by("role").agg(pl.col("amount").sum()).sort("role").rows()
    assert booked == [("bank_charge", 260), ("cash", 17_740), ("receivable", -18_000)]
    told = pl.read_csv(out / "batches.csv", infer_schema=False)
    assert told["state"].to_list() == ["applied", "applied"]
    named = [one["name"] for one in json.loads((out / "run.json").read_text())["inputs"]]
    assert any(name.endswith("payouts_0.csv") for name in named)
    # No folder of one machine stands in a file of the run.
    assert str(tmp_path.parent) not in (out / "batches.csv").read_text()


def test_the_parts_of_a_line_are_explained(run, tmp_path):
    result = run(PAID)
    explained = explain_line(result.view.lines["line_id"][0], tmp_path / "out")

    assert [part["item_numbers"] for part in explained.parts] == ["INV-1001", "INV-1002"]
    pieces = {(piece.part, piece.kind) for piece in explained.explanations[0].ledger}
    assert {("reference", "batch"), ("amount", "batch"), ("party", "provider")} <= pieces


def test_a_batch_that_is_not_used_and_one_without_a_line_are_said_with_their_place(run, capsys):
    wrong = ROW.format("PO-7", "99.00", "ch_7", "INV-1002", "80.00", "1.20")
    alone = ROW.format("PO-884299", "78.80", "ch_8", "INV-1002", "80.00", "1.20")
    result = run(wrong + alone)
    show_batches(result.view.batches)

    said = capsys.readouterr().err
    assert "payouts_0.csv:2: batch PO-7 is not used: its parts less fees come to 78.80" in said
    assert "payouts_0.csv:3: batch PO-884299 is not applied: no line" in said


def test_what_stands_on_account_is_said_with_its_reference(run, capsys):
    result = run(PAID.replace("INV-1002", "WEB-20077"))
    show_batches(result.view.batches)

    assert "80.00 EUR of batch PO-884201 stand on account: WEB-20077" in capsys.readouterr().err


def test_the_same_report_twice_is_counted_once(run):
    result = run(PAID, PAID)

    assert result.view.decisions["fate"].to_list() == ["applied"]
    assert result.view.batches["finding"].to_list() == ["paid"] * 2 + ["batch_given_twice"] * 2


def test_without_batches_nothing_is_said(run, capsys, tmp_path):
    result = run()
    show_batches(result.view.batches)

    assert result.view.batches is None
    assert not (tmp_path / "out" / "batches.csv").exists()
    assert capsys.readouterr().err == ""
