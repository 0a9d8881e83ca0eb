from __future__ import annotations

import pytest

from recon.api import ConfigurationError, UnreadableItems
from tests.plugins.item_file.writing import fetch, write_csv, write_xlsx

ITEMS = "item_id,number,currency,open_amount\n1,INV-1,EUR,100.00\n"
HEADER = "advice_id,payer_name,reference,total,currency,item_number,amount"


@pytest.fixture
def read(tmp_path):
    items = write_csv(tmp_path, ITEMS)

    def remittances(*texts, **options):
        paths = [
            str(write_csv(tmp_path, text, name=f"advice_{at}.csv")) for at, text in enumerate(texts)
        ]
        return fetch(items, remittances=paths, **options).remittances

    return remittances


def test_no_advice_named_is_an_empty_frame(read):
    assert read().is_empty()


def test_an_advice_is_a_row_an_item_in_minor_units(read):
    found = read(
        f"{HEADER}\nA1,ACME,ZR-1,300.00,EUR,INV-1,100.00\nA1,ACME,ZR-1,300.00,EUR,INV-2,200.00\n"
    )

    assert found.rows() == [
        ("A1", None, "ACME", "ZR-1", 30_000, "EUR", "INV-1", 10_000),
        ("A1", None, "ACME", "ZR-1", 30_000, "EUR", "INV-2", 20_000),
    ]


def test_without_id_and_total_the_file_is_the_advice_and_its_amounts_add_up(read):
    found = read("currency,item_number,amount\nJPY,INV-1,100\nJPY,INV-2,-30\n")

    assert found["advice_id"].to_list() == ["advice_0", "advice_0"]
    assert found["total"].to_list() == [70, 70]


def test_without_a_total_every_amount_must_be_there(read):
    with pytest.raises(UnreadableItems) as caught:
        read("currency,item_number,amount\nEUR,INV-1,1.00\nEUR,INV-2,\n")

    assert "'advice_0' has no total" in caught.value.message
    assert caught.value.place.line == 2


def test_headers_are_mapped_and_marks_declared(tmp_path):
    items = write_csv(tmp_path, "item_id;number;open_amount\n1;INV-1;100,00\n")
    advice = write_csv(tmp_path, "Beleg;Zahlbetrag\nINV-1;1.234,50\n", name="advice.csv")
    found = fetch(
        items,
        remittances=[str(advice)],
        remittance_columns={"item_number": "Beleg", "amount": "Zahlbetrag"},
        default_currency="EUR",
        decimal_mark=",",
        thousands_mark=".",
    ).remittances

    assert found["amount"].to_list() == [123_450]


def test_an_advice_may_be_an_excel_file(tmp_path):
    rows = [["item_number", "currency", "amount"], ["0014", "EUR", 12.5]]
    advice = write_xlsx(tmp_path, rows)
    items = write_csv(tmp_path, ITEMS)
    found = fetch(items, remittances=[str(advice)]).remittances

    assert found.select("item_number", "total").rows() == [("0014", 1_250)]


def test_a_wrong_cell_stops_the_run_with_its_place(read):
    with pytest.raises(UnreadableItems) as caught:
        read(f"{HEADER}\nA1,ACME,,1.005,EUR,INV-1,\n")

    assert (caught.value.place.line, caught.value.place.column) == (2, 4)


def test_the_hint_names_the_table_of_advices(read):
    with pytest.raises(UnreadableItems) as caught:
        read(f'{HEADER}\nA1,ACME,,"1,50",EUR,INV-1,\n')

    assert "[sources.item-file.remittances_written]" in caught.value.hint


def test_advices_may_be_written_otherwise_than_the_open_items(tmp_path):
    items = write_csv(tmp_path, "item_id;number;open_amount\n1;INV-1;1.100,00\n")
    text = "item_number,amount\nMüller-1,1200.50\n"
    advice = tmp_path / "advice.csv"
    advice.write_bytes(text.encode("cp1252"))
    books = fetch(
        items,
        remittances=[str(advice)],
        default_currency="EUR",
        decimal_mark=",",
        thousands_mark=".",
        remittances_written={
            "decimal_mark": ".", "thousands_mark": "", "encoding": "cp1252", "default_currency": "USD",
        },
    )  # fmt: skip

    assert books.items["open_amount"].to_list() == [110_000]
    assert books.remittances.select("item_number", "amount", "currency").rows() == [
        ("Müller-1", 120_050, "USD")
    ]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"decimal_mark": ","}, "remittances_written: decimal_mark and thousands_mark"),
        ({"encoding": "x"}, "remittances_written: there is no encoding 'x'"),
        ({"default_currency": "EURO"}, "remittances_written: default_currency 'EURO'"),
        ({"no_such": 1}, "an option of the item file is wrong"),
    ],
)
def test_how_they_are_written_is_checked_too(tmp_path, written, says):
    items = write_csv(tmp_path, ITEMS)

    with pytest.raises(ConfigurationError, match=says):
        fetch(items, thousands_mark=",", remittances_written=written)
