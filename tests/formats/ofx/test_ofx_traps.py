"""One test a trap: inputs that libraries read wrongly in silence, each with the rule that we follow."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import time
from typing import Any

import pytest

from recon.api import ConfigurationError, MalformedFile, ParsedStatements, ReconError, SourceFile
from recon_ofx.plugin import Ofx

HEADER = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"


def transaction(amount: str = "10.00", date: str = "20260102", more: str = "") -> str:
    return f"<STMTTRN>\n<TRNTYPE>CREDIT\n<DTPOSTED>{date}\n<TRNAMT>{amount}\n<FITID>F1\n{more}</STMTTRN>\n"


def document(*transactions: str, currency: str = "USD", header: str = HEADER) -> str:
    return (
        f"{header}<OFX>\n<BANKMSGSRSV1><STMTTRNRS>\n<STMTRS><CURDEF>{currency}\n"
        "<BANKACCTFROM><BANKID>1<ACCTID>77</BANKACCTFROM>\n<BANKTRANLIST>\n"
        + "".join(transactions)
        + "</BANKTRANLIST>\n<LEDGERBAL><BALAMT>5.00<DTASOF>20260131</LEDGERBAL>\n"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1>\n</OFX>\n"
    )


def read(text: str | bytes, **options: Any) -> ParsedStatements:
    data = text if isinstance(text, bytes) else text.encode()
    return Ofx().read(SourceFile("bank.ofx", data), options)


@pytest.mark.parametrize(
    "date",
    [
        "20260102",
        "202601022300",
        "20260102230000",
        "20260102230000[-5:EST]",
        "20260102233000.000[-9.5:MART]",
        "20260102003000[+13:NZDT]",
        "20260102230000.123[-03:EST]",
        "2026-01-02",
        "2026-01-02T23:00:00Z",
    ],
)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_the_booking_date_is_the_day_as_written_in_every_time_zone(
    date: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "TZ", zone)
    time.tzset()
    try:
        parsed = read(document(transaction(date=date)))
    finally:
        monkeypatch.undo()
        time.tzset()

    assert parsed.lines["booking_date"].to_list() == [dt.date(2026, 1, 2)]


@pytest.mark.parametrize("date", ["00000000", "20260230", "020126", "", "20260230x", "2026010"])
def test_a_date_that_does_not_exist_is_rejected(date: str) -> None:
    parsed = read(document(transaction(date=date), transaction()))

    assert parsed.rejects["code"].to_list() == ["no-date"]
    assert parsed.rejects["record"].to_list() == [1]
    assert len(parsed.lines) == 1


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("-10.50", -1050),
        ("+1", 100),
        ("-.5", -50),
        ("12,50", 1250),
        ("1.650,00", 165000),
        ("1,650.00", 165000),
        ("1.234.567", 123456700),
        ("1 025,53", 102553),
        ("1'025.53", 102553),
        ("- 7", -700),
        ("-8.95000", -895),
        ("   3.00  ", 300),
        ("1234.500", 123450),
    ],
)
def test_an_amount_is_read_to_the_cent(text: str, minor: int) -> None:
    assert read(document(transaction(text))).lines["amount"].to_list() == [minor]


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "1e5",
        "1_000",
        "$12",
        "null",
        "",
        "1,2,3",
        "1.23.456",
        "10.005",
        "٣",
        "1" * 60,
    ],
)
def test_text_that_is_no_amount_is_rejected_never_a_default(text: str) -> None:
    parsed = read(document(transaction(text), transaction()))

    assert parsed.rejects["code"].to_list() == ["no-amount"]
    assert parsed.lines["amount"].to_list() == [1000]


@pytest.mark.parametrize("text", ["1.650", "1,650"])
def test_a_mark_before_three_digits_is_decided_by_the_file_or_refused(text: str) -> None:
    [reject] = read(document(transaction(text)).replace("5.00<", "5<")).rejects.to_dicts()
    with_point = read(document(transaction(text), transaction("0.25")))
    with_comma = read(document(transaction(text), transaction("0,25")).replace("5.00<", "5<"))

    assert reject["code"] == "ambiguous-amount"
    assert with_point.lines["amount"][0] == (165 if "." in text else 165000)
    assert with_comma.lines["amount"][0] == (165 if "," in text else 165000)


def test_three_decimals_belong_to_a_currency_that_has_three() -> None:
    assert read(document(transaction("1.650"), currency="KWD")).lines["amount"].to_list() == [1650]


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("-9.9900000000000002", -999),
        ("+1.1000000000000001", 110),
        ("1234.5599999999999", 123456),
        ("1234,5599999999999", 123456),
        ("0.070000000000000007", 7),
        ("-995.38999999999999", -99539),
    ],
)
def test_an_amount_with_the_noise_of_binary_numbers_is_the_amount_and_says_so(
    text: str, minor: int
) -> None:
    parsed = read(document(transaction(text, more="<SIC>9\n"), transaction("2.50")))

    assert parsed.rejects.is_empty()
    assert parsed.lines["amount"].to_list() == [minor, 250]
    assert parsed.lines["extras"][0] == f'{{"SIC": "9", "TRNAMT": "{text}"}}'
    assert parsed.lines["extras"][1] is None
    assert [each for each in parsed.findings if each.startswith("1 amounts were printed")]


def test_the_noise_is_kept_where_no_transaction_has_anything_else_to_keep() -> None:
    parsed = read(document(transaction("-9.9900000000000002"), transaction("2.50")))

    assert parsed.lines["amount"].to_list() == [-999, 250]
    assert parsed.lines["extras"].to_list() == ['{"TRNAMT": "-9.9900000000000002"}', None]


@pytest.mark.parametrize(
    "text",
    [
        "-9.991",
        "-9.9900000000000003",  # the digit of another number
        "-9.99000000000000021",  # more digits than print a number of 64 bits
        "0.30000000000000004",  # a sum of binary numbers, and not the one nearest to 0.30
        "22.500000000001",
        "100.0000000000005",
        "995.4190396554627",
        "0.0000000000000002",
    ],
)
def test_an_amount_that_is_finer_than_its_currency_stays_a_reject(text: str) -> None:
    parsed = read(document(transaction(text), transaction("2.50")))

    assert parsed.rejects["code"].to_list() == ["no-amount"]
    assert parsed.lines["amount"].to_list() == [250]


def test_a_balance_with_the_noise_of_binary_numbers_is_read_and_said() -> None:
    parsed = read(
        document(transaction("5.00")).replace("<BALAMT>5.00", "<BALAMT>9.9900000000000002")
    )

    assert parsed.statements["closing_balance"].to_list() == [999]
    assert [each for each in parsed.findings if each.startswith("1 balances were printed")]


def test_a_repeated_fitid_keeps_both_lines() -> None:
    parsed = read(document(transaction("1.00"), transaction("2.00"), transaction("1.00")))

    assert parsed.lines["bank_reference"].to_list() == ["F1", "F1", "F1"]
    assert parsed.lines["amount"].to_list() == [100, 200, 100]


def test_a_missing_fitid_is_no_reason_to_lose_a_line() -> None:
    parsed = read(document(transaction().replace("F1", "")))

    assert parsed.lines["bank_reference"].to_list() == [None]


@pytest.mark.parametrize("charset", ["NONE", "ISO-8859-1", "8859-1", "1252", "CSUNICODE", ""])
def test_a_charset_that_the_library_does_not_know_is_read(charset: str) -> None:
    header = HEADER.replace("CHARSET:1252", f"CHARSET:{charset}" if charset else "")
    text = document(transaction(more="<NAME>Café Zoë\n"), header=header)

    assert read(text.encode("cp1252")).lines["payer_name"].to_list() == ["Café Zoë"]
    assert read(text.encode()).lines["payer_name"].to_list() == ["Café Zoë"]


def test_utf8_under_another_header_is_a_finding() -> None:
    parsed = read(document(transaction(more="<NAME>Café\n")))

    assert any("bytes are UTF-8" in finding for finding in parsed.findings)


def test_what_says_utf8_and_is_not_is_a_finding() -> None:
    text = document(transaction(more="<NAME>Café\n"), header="ENCODING:UTF-8\n")
    parsed = read(text.encode("cp1252"))

    assert parsed.lines["payer_name"].to_list() == ["Café"]
    assert any("says UTF-8, but its bytes are not" in finding for finding in parsed.findings)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "\n\n" + HEADER,
        HEADER.replace("\n", ""),
        HEADER.replace(":", ": "),
        "<!--\n" + HEADER + "-->\n",
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<?OFX OFXHEADER="200"?>\n',
        '<?xml version="1.0"?><?OFX OFXHEADER="200" VERSION="202"?',
        "\ufeff",
    ],
)
def test_every_header_that_banks_send_is_claimed_and_read(header: str) -> None:
    text = document(transaction(), header=header)

    assert Ofx().sniff(text.encode(), "")
    assert len(read(text).lines) == 1


def test_the_page_that_the_header_names_is_believed() -> None:
    header = HEADER.replace("CHARSET:1252", "CHARSET:1251")
    parsed = read(document(transaction(more="<NAME>Оплата\n"), header=header).encode("cp1251"))

    assert parsed.lines["payer_name"].to_list() == ["Оплата"]
    assert parsed.findings == ()


def test_the_page_that_the_policy_names_is_believed_more_than_the_header() -> None:
    data = document(transaction(more="<NAME>Łódź\n")).encode("cp1250")

    assert read(data, encoding="cp1250").lines["payer_name"].to_list() == ["Łódź"]


def test_places_are_those_of_the_file_in_a_page_of_one_byte_a_character() -> None:
    data = document(transaction(more="<NAME>Zoë\n") + transaction("2.00")).encode("cp1252")
    begin, length = read(data).lines.select("byte_offset", "byte_length").row(1)

    assert data[begin : begin + length] == transaction("2.00").strip().encode()


def test_places_are_unknown_in_a_page_of_several_bytes_a_character() -> None:
    data = document(transaction(more="<NAME>東京\n")).encode("cp932")
    parsed = read(data, encoding="cp932")

    assert parsed.lines["payer_name"].to_list() == ["東京"]
    assert parsed.lines["byte_offset"].to_list() == [None]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_byte_order_mark_decides_the_encoding(encoding: str) -> None:
    data = document(transaction(more="<NAME>Łódź\n")).encode(encoding)

    assert Ofx().sniff(data, "")
    assert read(data).lines["payer_name"].to_list() == ["Łódź"]


def test_a_transaction_inside_another_rejects_both_and_no_other() -> None:
    nested = transaction(more=transaction("999.00"))
    parsed = read(document(transaction("1.00"), nested, transaction("2.00")))

    assert parsed.lines["amount"].to_list() == [100, 200]
    assert parsed.rejects["code"].to_list() == ["not-closed", "nested-transaction"]
    assert parsed.rejects["record"].to_list() == [2, 3]


def test_a_tag_of_the_list_ends_a_transaction_that_is_not_closed() -> None:
    open_one = transaction("2.00").replace("</STMTTRN>", "").replace("<DTPOSTED>20260102", "")
    parsed = read(document(transaction("1.00"), open_one))

    assert parsed.lines["amount"].to_list() == [100]
    assert parsed.rejects["code"].to_list() == ["not-closed"]
    assert parsed.statements["closing_balance"].to_list() == [500]


def test_a_list_that_is_closed_twice_keeps_all_transactions() -> None:
    text = document(transaction("1.00")).replace(
        "</BANKTRANLIST>", f"</BANKTRANLIST>{transaction('2.00')}</BANKTRANLIST>"
    )
    parsed = read(text)

    assert parsed.lines["amount"].to_list() == [100, 200]
    assert any("closed a second time" in finding for finding in parsed.findings)


def test_a_second_amount_in_a_name_rejects_the_record() -> None:
    parsed = read(document(transaction(more="<NAME>ACME <TRNAMT>999.00\n")))

    assert parsed.lines.is_empty()
    assert parsed.rejects["code"].to_list() == ["repeated-field"]


def test_escaped_tags_in_a_name_are_text() -> None:
    parsed = read(document(transaction(more="<NAME>A &lt;TRNAMT&gt;9 &amp;amp; B &#27; &copy x\n")))

    assert parsed.lines["payer_name"].to_list() == ["A <TRNAMT>9 &amp; B &#27; &copy x"]
    assert parsed.lines["amount"].to_list() == [1000]


def test_bare_signs_in_a_name_are_text() -> None:
    parsed = read(document(transaction(more="<NAME>A < B & C > D\n")))

    assert parsed.lines["payer_name"].to_list() == ["A < B & C > D"]


def test_an_unknown_tag_in_a_name_is_kept_in_the_extras() -> None:
    parsed = read(document(transaction(more="<NAME>ACME <REF>4711\n<MEMO>m\n")))
    line = parsed.lines.row(0, named=True)

    assert line["payer_name"] == "ACME"
    assert '"REF": "4711"' in line["extras"]
    assert line["remittance"] == "m"


@pytest.mark.parametrize("section", ["<!--{}-->", "<![CDATA[{}]]>"])
def test_a_transaction_in_a_comment_or_cdata_is_none(section: str) -> None:
    parsed = read(document(transaction(more="<MEMO>" + section.format(transaction("999.00")))))

    assert parsed.lines["amount"].to_list() == [1000]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</OFX>", "", "<OFX> is not closed"),
        ("</BANKTRANLIST>", "", "<BANKTRANLIST> is not closed before"),
        ("</STMTRS>", "</STMTRS></STMTRS>", "closes nothing"),
        ("</STMTTRN>", "</STMTTRN></BANKTRANLIST></STMTTRN>", "closes nothing"),
        ("<BANKTRANLIST>", "", "</BANKTRANLIST> closes nothing"),
        ("<OFX>", "<!DOCTYPE OFX><OFX>", "document type"),
        ("USD", "", "names no currency"),
        ("USD", "US", "names no currency"),
        ("<FITID>F1", "<FITID>F\x00", "control character"),
        ("<FITID>F1", "<FITID>" + "F" * 70_000, "more than 65,536"),
        ("<FITID>F1", "<![CDATA[<FITID>F", "is not closed"),
        ("<CURDEF>", "<A></B>" + "<A>" * 40 + "</A><CURDEF>", "nested deeper"),
    ],
)
def test_a_document_that_is_not_whole_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(MalformedFile, match=message) as caught:
        read(document(transaction()).replace(old, new, 1))

    assert caught.value.place is not None
    assert "\x00" not in caught.value.render()


def test_a_transaction_outside_any_statement_is_refused() -> None:
    text = document(transaction()).replace("</STMTRS>", "</STMTRS>" + transaction("999.00"))
    with pytest.raises(MalformedFile, match="1 transactions stand outside"):
        read(text)


def test_a_file_beyond_the_size_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recon.api.text.SIZE_LIMIT", 50)
    with pytest.raises(MalformedFile, match="the limit is 50"):
        read(document(transaction()))


def test_an_unknown_currency_rejects_the_records() -> None:
    parsed = read(document(transaction(), currency="XQX"))

    assert parsed.rejects["code"].to_list() == ["unknown-currency", "unknown-currency"]
    assert parsed.rejects["record"].to_list() == [
        1,
        None,
    ]  # the record, and the balance of the file


def test_the_policy_names_a_currency_that_the_file_does_not() -> None:
    text = document(transaction(), currency="")

    assert read(text, currency="EUR").lines["currency"].to_list() == ["EUR"]
    with pytest.raises(ConfigurationError, match="no ISO 4217 code"):
        read(text, currency="euro")
    with pytest.raises(ConfigurationError, match="no option curency"):
        read(text, curency="EUR")


def test_a_balance_that_cannot_be_read_is_a_reject_not_a_missing_one() -> None:
    parsed = read(document(transaction()).replace("<BALAMT>5.00", "<BALAMT>five"))

    assert parsed.statements["closing_balance"].to_list() == [None]
    assert parsed.rejects["field"].to_list() == ["BALAMT"]
    assert len(parsed.lines) == 1


def test_an_empty_balance_is_a_missing_one() -> None:
    parsed = read(document(transaction()).replace("<BALAMT>5.00", "<BALAMT>"))

    assert parsed.statements["closing_balance"].to_list() == [None]
    assert parsed.rejects.is_empty()


def test_an_error_response_beside_a_statement_is_a_reject() -> None:
    failed = (
        "<STMTTRNRS><TRNUID>2<STATUS><CODE>2003<SEVERITY>ERROR<MESSAGE>No such account"
        "</STATUS></STMTTRNRS></BANKMSGSRSV1>"
    )
    parsed = read(document(transaction()).replace("</BANKMSGSRSV1>", failed))

    assert len(parsed.lines) == 1
    assert parsed.rejects["reason"].to_list() == [
        "the bank answered with error 2003: No such account"
    ]


def test_no_cut_of_a_file_is_read_in_silence() -> None:
    text = document(transaction("1.00", more="<NAME>A & B\n"), transaction("2.00")).rstrip()
    silent = []
    for cut in range(len(text)):
        try:
            read(text[:cut])
        except ReconError:
            continue
        silent.append(text[:cut][-30:])

    assert silent == []


def test_a_damaged_tag_never_loses_a_transaction_in_silence() -> None:
    text = document(transaction("1.00"), transaction("2.00"))
    silent = []
    for found in re.finditer(r"[<>/]|STMTTRN|TRNAMT|DTPOSTED", text[text.index("<OFX>") :]):
        start = text.index("<OFX>") + found.start()
        damaged = text[:start] + "x" + text[start + 1 :]
        try:
            parsed = read(damaged)
        except ReconError:
            continue
        is_same = parsed.lines["amount"].to_list() == [100, 200]
        if not is_same and parsed.rejects.is_empty():
            silent.append(damaged[start - 10 : start + 20])

    assert silent == []


def test_a_statement_without_currency_takes_no_other_along() -> None:
    first, second = document(transaction("1.00")), document(transaction("2.00"), currency="")
    start, end = second.index("<STMTTRNRS>"), second.index("</BANKMSGSRSV1>")
    parsed = read(first.replace("</BANKMSGSRSV1>", second[start:end] + "</BANKMSGSRSV1>"))

    assert parsed.lines["amount"].to_list() == [100]
    assert parsed.rejects["code"].to_list() == ["no-currency", "no-currency"]
    assert parsed.rejects["record"].to_list() == [2, None]
    assert parsed.statements["currency"].to_list() == ["USD", "XXX"]


def test_a_file_that_answers_the_sign_on_alone_holds_no_statement() -> None:
    parsed = read(
        f"{HEADER}<OFX><SIGNONMSGSRSV1><SONRS><LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1></OFX>"
    )

    assert parsed.statements.is_empty()
    assert any("holds no statement" in finding for finding in parsed.findings)


def test_another_answer_than_statements_is_refused() -> None:
    with pytest.raises(MalformedFile, match="holds no bank, card or cash statement") as caught:
        read(f"{HEADER}<OFX><SIGNUPMSGSRSV1><ACCTINFO>x</SIGNUPMSGSRSV1></OFX>")

    assert "SIGNUPMSGSRSV1" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("implied", "amount", "closing"),
    [("none", 12300, 500000), ("balances", 12300, 5000), ("all", 123, 5000)],
)
def test_implied_decimals_are_read_only_where_the_policy_says_so(
    implied: str, amount: int, closing: int
) -> None:
    text = document(transaction("123"), transaction("1.50")).replace("5.00<", "5000<")
    parsed = read(text, implied_decimals=implied)

    assert parsed.lines["amount"].to_list() == [amount, 150]
    assert parsed.statements["closing_balance"].to_list() == [closing]


def test_an_unknown_way_of_implied_decimals_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="implied_decimals"):
        read(document(), implied_decimals="maybe")


def test_amounts_finer_than_their_currency_are_rounded_only_where_the_policy_says_so() -> None:
    text = document(transaction("-8.4850"), transaction("9.9900000000000002"), transaction("1.50"))
    text = text.replace("5.00<", "-123.456789<")
    refused, parsed = read(text), read(text, finer_amounts="rounded")

    assert refused.lines["amount"].to_list() == [999, 150]
    assert refused.rejects["field"].to_list() == ["TRNAMT", "BALAMT"]
    assert all('`finer_amounts = "rounded"`' in hint for hint in refused.rejects["hint"])
    assert parsed.lines["amount"].to_list() == [-849, 999, 150]
    assert parsed.statements["closing_balance"].to_list() == [-12346]
    extras = json.loads(parsed.statements["extras"].item())
    assert extras["LEDGERBAL.BALAMT"] == "-123.456789"
    assert parsed.rejects.is_empty()
    assert [json.loads(said)["TRNAMT"] for said in parsed.lines["extras"].drop_nulls()] == [
        "-8.4850",
        "9.9900000000000002",
    ]
    assert [finding[:9] for finding in parsed.findings if "rounded half up" in finding] == [
        "1 balance",
        "1 amounts",
    ]


def test_an_unknown_way_with_finer_amounts_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="finer_amounts"):
        read(document(), finer_amounts="floor")


def test_a_deletion_is_held_as_information_and_keeps_what_it_deletes() -> None:
    more = "<CORRECTFITID>F0\n<CORRECTACTION>DELETE\n"
    [line] = read(document(transaction(more=more))).lines.to_dicts()

    assert (line["status"], line["is_reversal"]) == ("information", True)
    assert line["extras"] == '{"CORRECTACTION": "DELETE", "CORRECTFITID": "F0"}'


@pytest.mark.parametrize("symbol", ["EUR", "Euro"])
def test_an_original_currency_is_a_code_or_an_extra(symbol: str) -> None:
    more = f"<ORIGCURRENCY><CURRATE>1.1<CURSYM>{symbol}</ORIGCURRENCY>"
    [line] = read(document(transaction(more=more))).lines.to_dicts()

    assert line["original_currency"] == ("EUR" if symbol == "EUR" else None)
    assert line["exchange_rate"] == "1.1"
    assert ("ORIGCURRENCY.CURSYM" in (line["extras"] or "")) == (symbol == "Euro")
    assert (line["currency"], line["original_amount"]) == ("USD", None)
