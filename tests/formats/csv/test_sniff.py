"""What is a bank statement as delimited text, and what is not."""

from __future__ import annotations

import pytest

from recon.api import Format, MalformedFile, SourceFile
from recon_csv import catalogue
from recon_csv.catalogue import bank_layouts
from recon_csv.plugin import CsvFormat, recon_register_formats
from tests.corpus_index import cases, corpus_root

OTHERS = [
    case for case in cases("") if case.path.suffix and not case.name.startswith(("csv/", "xlsx/"))
]


def sniff(text: str) -> bool:
    return CsvFormat().sniff(text.encode(), "file.csv")


def test_the_plugin_registers_two_formats_of_the_contract():
    formats = recon_register_formats()

    assert [format_.name for format_ in formats] == ["csv", "excel"]
    assert all(isinstance(format_, Format) for format_ in formats)


@pytest.mark.parametrize(
    "text",
    [
        "Date,Description,Amount\n",
        "Buchungstag;Verwendungszweck;Soll;Haben\n01.02.2026;a;1,00;\n",
        "01/02/2026,INV 1001,1234.50\n02/02/2026,FEE,-3.50\n",
        "sep=;\nData;Valuta;Descrizione;Importo\n",
    ],
)
def test_a_table_with_date_and_amount_is_a_statement(text: str):
    assert sniff(text)


def test_a_file_of_two_layouts_is_a_statement_and_the_error_names_both(
    monkeypatch: pytest.MonkeyPatch,
):
    layouts = dict(bank_layouts())
    name, layout = next((name, one) for name, one in layouts.items() if one.headers)
    twins = {name: layout, f"{name}_again": layout}
    header = layout.headers[0].names
    monkeypatch.setattr(catalogue, "bank_layouts", lambda: twins)
    monkeypatch.setattr(catalogue, "claimants", lambda row: sorted(twins) if row == header else [])
    data = (";".join(header) + "\n").encode()

    assert CsvFormat().sniff(data, "bank.csv")
    assert f"{name} and {name}_again" in CsvFormat().explain(data, "bank.csv")
    with pytest.raises(MalformedFile, match=f"{name} and {name}_again"):
        CsvFormat().read(SourceFile("bank.csv", data), {})


@pytest.mark.parametrize(
    "text",
    [
        "item_id,kind,number,customer_id,currency,amount,open_amount,issue_date,due_date\n",
        "Rechnung;Kunde;Datum;Fälligkeit;Betrag;Währung\n1001;ACME;01.02.2026;01.03.2026;1,00;EUR\n",
        "customer_id,name,country,iban\nC1,ACME,DE,DE89370400440532013000\n",
        "line_id,item_id,booking_date,value_date,amount,currency,fate,reason\n",
        "account,currency\nDE89370400440532013000,EUR\n",
        "a,b,c\n1,2,3\n",
        '{"date": "2026-01-01", "amount": 1.00}\n',
        "",
        "\x00\x01\x02",
        ":20:START\n:25:1,2,3\n:61:2601150115C1,00NTRF\n",
    ],
)
def test_other_tables_and_texts_are_no_statement(text: str):
    assert not sniff(text)


def test_a_head_that_ends_inside_a_character_does_not_raise():
    head = "Datum;Verwendungszweck;Betrag\n01.02.2026;Müller".encode()

    assert CsvFormat().sniff(head[: head.index(b"\xbc")], "x.csv")


@pytest.mark.skipif(corpus_root() is None, reason="the corpus of real files is not present")
def test_no_file_of_another_format_is_claimed():
    claimed = [
        case.name
        for case in OTHERS
        if CsvFormat().sniff(case.path.read_bytes()[:65536], case.path.name)
    ]

    assert len(OTHERS) > 300
    assert claimed == []


@pytest.mark.parametrize(
    ("filler", "is_claimed"),
    [(" ", True), ("(", True), (" in ", False), ("A ", False), ("EUR ", False)],
)
def test_a_cell_of_many_blanks_or_brackets_is_looked_at_once(filler, is_claimed):
    cell = filler * (60_000 // len(filler))
    # A letter outside UTF-8 makes every page's words be counted.
    data = f"Datum;Betrag{cell};Empfänger\n01.02.2026;1,00;x\n".encode("cp1252")

    assert CsvFormat().sniff(data, "a.csv") is is_claimed
