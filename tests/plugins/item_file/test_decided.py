from __future__ import annotations

import pytest

from recon.api import UnreadableItems
from recon_item_file.plugin import ItemFile

ITEMS = "item_id,number,currency,open_amount\n1,INV-1,EUR,100.00\n2,YEN-1,JPY,900\n"


@pytest.fixture
def fetch(tmp_path):
    def fetched(**files):
        paths = {}
        for name, text in {"items": ITEMS, **files}.items():
            paths[name] = tmp_path / f"{name}.csv"
            paths[name].write_text(text, encoding="utf-8")
        return ItemFile().fetch(None, paths)

    return fetched


def test_our_own_allocations_are_read_back_without_the_suggestions(fetch):
    books = fetch(
        confirmed="line_id,bank_reference,item_id,item_number,customer_id,amount,currency,kind,status,rank\n"
        "La,B1,9,OLD-1,C1,98.00,EUR,payment,applied,1\n"
        "La,B1,9,OLD-1,C1,2.00,EUR,discount,applied,1\n"
        "La,B1,,,C1,5.00,EUR,on_account,applied,1\n"
        "Lb,B2,9,OLD-2,C1,7.00,EUR,payment,suggested,1\n"
    )

    assert books.confirmed.rows() == [
        ("La", "B1", "OLD-1", "C1", 9_800, "payment"),
        ("La", "B1", "OLD-1", "C1", 200, "discount"),
        ("La", "B1", None, "C1", 500, "on_account"),
    ]


def test_a_plainer_file_takes_the_currency_of_the_item(fetch):
    books = fetch(
        confirmed="bank_reference,item_number,allocated_amount,allocation_kind\n"
        "B1,OLD-1,1.50,payment\nB2,YEN-1,900,bank_charge\nB3,GONE,3.00,payment\n",
        closed="number,currency\nOLD-1,EUR\n",
    )

    assert books.confirmed["amount"].to_list() == [150, 900, None]
    assert books.confirmed["kind"].to_list() == ["payment", "bank_charge", "payment"]


def test_a_file_without_a_kind_lists_payments(fetch):
    books = fetch(confirmed="bank_reference,item_number\nB1,OLD-1\n")

    assert books.confirmed["kind"].to_list() == ["payment"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",INV-1,1.00,payment", "names no line"),
        ("B1,INV-1,1.001,payment", "decimals"),
        ("B1,INV-1,1.00,gift", "no kind of allocation"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_place(fetch, row, said):
    with pytest.raises(UnreadableItems, match=said) as caught:
        fetch(confirmed=f"bank_reference,item_number,allocated_amount,kind\n{row}\n")

    assert caught.value.place.line == 2


def test_refused_suggestions_are_read_with_what_was_open(fetch):
    books = fetch(refused="line_id,item_number,open_amount\nLa,INV-1,100.00\nLb,YEN-1,\n")

    assert books.refused.rows() == [("La", None, "INV-1", 10_000), ("Lb", None, "YEN-1", None)]


def test_a_refusal_must_name_its_line_and_its_item(fetch):
    with pytest.raises(UnreadableItems, match="names no line"):
        fetch(refused="line_id,item_number\n,INV-1\n")
    with pytest.raises(UnreadableItems, match="item_number is missing"):
        fetch(refused="line_id,item_number\nLa,\n")
