"""A folder of mixed advices, as a treasurer has it: each payment settles what its advice names, and says so."""

from __future__ import annotations

import polars as pl
import pytest

import recon_advices.plugin
import recon_csv.plugin
import recon_item_file.plugin
from recon.errors import UnreadableItems
from recon.plugins import Plugins
from recon.run.flow import match_statements
from recon.run.request import MatchRequest
from tests.plugins.advices.samples import camt054, detail, edi, payment, structured, ubl, ubl_line
from tests.run.quiet import Quiet

BANK = """Date,Value date,Amount,Currency,Payer,Payer account,Remittance,Reference,Balance
2026-02-10,2026-02-10,1300.00,EUR,ACME GmbH,,,B1,1300.00
2026-02-10,2026-02-10,1250.00,EUR,Lockbox,,TRC-2026-0042,B2,2550.00
2026-02-10,2026-02-10,350.00,EUR,,,Sammelgutschrift,BATCH-2026-0210,2900.00
2026-02-10,2026-02-10,90.00,EUR,Nordwind AG,,,B4,2990.00
"""
# Each has a twin of the same amount and customer, so that only the advice tells which is paid.
ITEMS = """item_id,number,customer_id,currency,open_amount,payment_reference
1,1001,C1,EUR,500.00,
2,1002,C1,EUR,800.00,
3,1003,C1,EUR,500.00,
4,INV-1,C100,EUR,1250.00,
5,INV-2,C100,EUR,1250.00,
6,3001,C7,EUR,200.00,RF18539007547034
7,3002,C8,EUR,150.00,
8,3003,C7,EUR,200.00,
9,4001,C9,EUR,90.00,
10,4002,C9,EUR,90.00,
"""
CUSTOMERS = "customer_id,name\nC1,ACME GmbH\nC100,Acme Supply Inc\nC7,Muster AG\nC8,Beispiel GmbH\nC9,Nordwind AG\n"
ADVICES = {
    "acme.xml": ubl(ubl_line("1003", "500.00"), ubl_line("1002", "800.00")),
    "pay.edi": edi(*payment(items=("RMR*IV*INV-2**1250.00",)), "CUR*PR*EUR").encode(),
    "bank.xml": camt054(
        detail("200.00", structured(reference="RF18539007547034")),
        detail("150.00", structured("3002"), payer="Beispiel GmbH"),
    ).replace(b"CHF", b"EUR"),
    "nordwind.csv": b"advice_id,payer_name,currency,item_number,amount\nN1,Nordwind AG,EUR,4002,90.00\n",
    "mail.pdf": b"%PDF",
}


@pytest.fixture
def run(tmp_path):
    """Run the match over the statement with some advices in a folder."""
    plugins = Plugins.for_tests(
        [
            *recon_csv.plugin.recon_register_formats(),
            *recon_item_file.plugin.recon_register_sources(),
            *recon_advices.plugin.recon_register_sources(),
        ]
    )
    for name, text in (("bank.csv", BANK), ("items.csv", ITEMS), ("customers.csv", CUSTOMERS)):
        (tmp_path / name).write_text(text, encoding="utf-8")

    def match(advices):
        folder = tmp_path / "advices"
        folder.mkdir()
        for name, data in advices.items():
            (folder / name).write_bytes(data)
        request = MatchRequest(
            statements=(tmp_path / "bank.csv",), open_items=tmp_path / "items.csv",
            customers=tmp_path / "customers.csv", remittances=folder, out=tmp_path / "out",
        )  # fmt: skip
        return match_statements(request, plugins, Quiet())

    return match


def test_each_payment_settles_what_its_advice_names_with_the_advice_as_evidence(run):
    view = run(ADVICES).view
    applied = view.allocations.filter(status="applied").join(
        view.lines.select("line_id", "bank_reference"), on="line_id"
    )

    paid = (
        applied.group_by("bank_reference").agg(pl.col("item_number").sort()).sort("bank_reference")
    )
    assert dict(paid.rows()) == {
        "B1": ["1002", "1003"],
        "B2": ["INV-2"],
        "B4": ["4002"],
        "BATCH-2026-0210": ["3001", "3002"],
    }
    named = dict(applied.select("bank_reference", "because").rows())
    for reference, advice in (
        ("B1", "RA-17"),
        ("B2", "TRC-2026-0042"),
        ("B4", "N1"),
        ("BATCH-2026-0210", "N-7/1"),
    ):
        assert f"advice {advice}" in named[reference]
    read = [one.name.rpartition("/")[2] for one in view.inputs if one.role == "remittances"]
    assert sorted(read) == ["acme.xml", "bank.xml", "nordwind.csv", "pay.edi"]


def test_an_advice_that_does_not_add_up_stops_the_run_and_is_named(run):
    spoiled = ADVICES["acme.xml"].replace(b">800.00<", b">799.00<")

    with pytest.raises(UnreadableItems, match=r"its lines make 1299\.00") as caught:
        run({"acme.xml": spoiled})
    assert caught.value.place.file == "acme.xml"


def test_a_document_that_no_source_reads_is_not_left_out_in_silence(run):
    with pytest.raises(UnreadableItems, match="no source reads this") as caught:
        run({"order.xml": b"<Order/>"})
    assert caught.value.place.file == "order.xml"
