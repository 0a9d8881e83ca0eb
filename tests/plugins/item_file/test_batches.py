from __future__ import annotations

import datetime as dt

import pytest

from recon.api import UnreadableItems
from tests.plugins.item_file.writing import fetch, write_csv, write_xlsx

ITEMS = "item_id,number,currency,open_amount\n1,INV-1,EUR,100.00\n"
HEADER = "batch_reference,currency,net_amount,gross_amount,fee,reference,kind"


@pytest.fixture
def read(tmp_path):
    items = write_csv(tmp_path, ITEMS)

    def batches(*texts, **options):
        paths = [
            str(write_csv(tmp_path, text, name=f"payouts_{at}.csv"))
            for at, text in enumerate(texts)
        ]
        return fetch(items, batches=paths, **options).batches

    return batches


def test_no_report_named_is_no_frame_at_all(read):
    assert read() is None


def test_every_part_keeps_its_file_and_line(read):
    found = read(f"{HEADER}\nP1,EUR,97.50,100.00,2.50,INV-1,\n", f"{HEADER}\nP2,EUR,9.00,9.00,,,\n")

    assert found.select("row", "batch_reference", "net_amount", "gross_amount", "fee").rows() == [
        (2, "P1", 9_750, 10_000, 250),
        (2, "P2", 900, 900, 0),
    ]
    assert [name.rsplit("/", 1)[-1] for name in found["file"]] == ["payouts_0.csv", "payouts_1.csv"]


def test_without_a_kind_the_sign_tells_payments_refunds_and_fees(read):
    found = read(
        f"{HEADER}\nP1,EUR,49.00,100.00,,INV-1,\nP1,EUR,49.00,-50.00,,,\nP1,EUR,49.00,0.00,1.00,,\n"
        "P1,EUR,49.00,-0.00,,,Adjustment\n"
    )

    assert found["kind"].to_list() == ["payment", "refund", "fee", "adjustment"]


def test_the_headers_of_a_provider_are_named_in_the_options(read):
    found = read(
        "payout,effective,currency,total,gross,fee,order\nP1,2026-01-15,EUR,9.00,9.50,0.50,A-1\n",
        batch_columns={
            "batch_reference": "payout",
            "settled_on": "effective",
            "net_amount": "total",
            "gross_amount": "gross",
            "reference": "order",
        },
    )

    assert found.select("batch_reference", "settled_on", "reference").rows() == [
        ("P1", dt.date(2026, 1, 15), "A-1")
    ]


def test_without_the_net_amount_of_a_batch_those_of_its_parts_are_added_up(read):
    found = read(
        "batch_reference,currency,gross_amount,fee,net,kind\n"
        "P1,EUR,100.00,2.50,97.50,charge\nP1,EUR,-10.00,0,-10.00,Refund\nP2,EUR,5.00,0.10,4.90,\n"
    )

    assert found["net_amount"].to_list() == [8_750, 8_750, 490]
    assert found["kind"].to_list() == ["payment", "refund", "payment"]


def test_a_report_without_any_net_amount_is_refused(read):
    with pytest.raises(UnreadableItems, match="no column 'net_amount'"):
        read("batch_reference,currency,gross_amount\nP1,EUR,100.00\n")


def test_a_workbook_is_read_as_a_text_file_is(tmp_path):
    items = write_csv(tmp_path, ITEMS)
    path = write_xlsx(
        tmp_path,
        [HEADER.split(","), ["P1", "EUR", 97.5, 100.0, 2.5, "INV-1", None]],
        name="payouts.xlsx",
    )

    found = fetch(items, batches=[str(path)]).batches

    assert found.select("net_amount", "gross_amount", "fee").row(0) == (9_750, 10_000, 250)


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("P1,EUR,,100.00,2.50,INV-1,", "net_amount is missing"),
        (",EUR,97.50,100.00,2.50,INV-1,", "batch_reference is missing"),
        ("P1,EUR,97.50,1OO.00,2.50,INV-1,", "gross_amount '1OO.00'"),
        ("P1,EUR,97.50,100.00,2.50,INV-1,gift", "no kind of part"),
        ("P1,EUR,97.50,100.00,2.50,INV-1,refund", "what is given back is negative"),
        ("P1,EUR,97.50,-100.00,2.50,INV-1,payment", "a payment is not negative"),
    ],
)
def test_a_wrong_cell_is_an_error_with_its_place(read, row, cause):
    with pytest.raises(UnreadableItems) as caught:
        read(f"{HEADER}\n{row}\n")

    assert cause in caught.value.message
    assert "payouts_0.csv:2" in str(caught.value.place)
