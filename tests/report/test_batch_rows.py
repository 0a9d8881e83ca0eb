from __future__ import annotations

import dataclasses
import datetime as dt

import polars as pl

from recon.frames.batches import BatchOutcomes
from recon.report.batch_rows import batch_page_rows
from recon.report.exports import export_files
from recon.report.page import render_page
from tests.report.view_builder import SCRIPT, sample


def outcome(row, state="applied", finding="paid", **columns):
    plain = dict.fromkeys(BatchOutcomes.column_names()) | {
        "file": "payouts.csv",
        "batch_reference": "PO-1",
        "settled_on": dt.date(2026, 1, 15),
        "currency": "EUR",
        "net_amount": 19_750,
        "kind": "payment",
        "gross_amount": 10_000,
        "fee": 250,
    }
    return plain | {"row": row, "state": state, "finding": finding, **columns}


def view_of(*rows):
    empty = BatchOutcomes.create_empty()
    frame = pl.DataFrame(list(rows), schema=empty.schema, orient="row")
    return dataclasses.replace(sample().view(), batches=BatchOutcomes.validate(frame))


def test_a_run_without_batches_has_neither_the_file_nor_the_section():
    view = sample().view()

    assert "batches.csv" not in export_files(view)
    assert b'id="batches"' not in render_page(view)


def test_every_part_stands_in_the_file_with_its_money():
    view = view_of(outcome(2, reference="INV-1", item_numbers="INV-1", line_id="L1"))

    rows = export_files(view)["batches.csv"].decode().splitlines()
    assert rows[1] == (
        "payouts.csv,2,PO-1,,2026-01-15,EUR,197.50,,payment,,,INV-1,100.00,2.50,applied,paid,,L1,INV-1"
    )


def test_what_needs_a_look_comes_first_on_the_page():
    found = batch_page_rows(
        view_of(
            outcome(2),
            outcome(3, "on_account", "unknown"),
            outcome(4, "refused", "batch_does_not_add_up", note="97.50, its net amount is 90.00"),
        ),
        limit=2,
    )

    assert [row["place"] for row in found] == ["payouts.csv:4", "payouts.csv:3"]
    assert found[0]["note"].startswith("97.50")


def test_foreign_text_of_a_report_runs_nowhere():
    page = render_page(view_of(outcome(2, reference=SCRIPT, provider=SCRIPT, customer_name=SCRIPT)))

    assert SCRIPT.encode() not in page
    assert b'id="batches"' in page
