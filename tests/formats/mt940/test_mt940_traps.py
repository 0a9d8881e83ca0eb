"""One test a trap: inputs that libraries read wrongly in silence, each with the rule that we follow."""

from __future__ import annotations

import datetime as dt
import json
import re
from itertools import cycle
from typing import Any

import pytest

from recon.api import ConfigurationError, MalformedFile, ParsedStatements, ReconError, SourceFile
from recon_mt940.plugin import Mt940
from recon_mt940.tolerant_child import read_statements


@pytest.fixture(autouse=True)
def _no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library read in this process: what is tested here is what we make of it."""

    def call(function: str, payload: Any) -> Any:
        assert function == "recon_mt940.tolerant_child:read_statements"
        return read_statements(payload)

    monkeypatch.setattr("recon_mt940.tolerant.call_in_child", call)


HEAD = ":20:START\n:25:DE89370400440532013000\n:28C:1/1\n:60F:C260101EUR100,00\n"
TAIL = ":62F:C260131EUR{closing}\n-\n"


def read(text: str | bytes, **options: Any) -> ParsedStatements:
    data = text if isinstance(text, bytes) else text.encode()
    return Mt940().read(SourceFile("statement.sta", data), options)


def statement(*fields: str, closing: str = "100,00") -> str:
    return HEAD + "".join(f"{field}\n" for field in fields) + TAIL.format(closing=closing)


def difference(parsed: ParsedStatements) -> int | None:
    """Give closing - opening - lines of the only statement, None without a closing balance."""
    row = parsed.statements.row(0, named=True)
    if row["closing_balance"] is None:
        return None
    return int(row["closing_balance"] - row["opening_balance"] - parsed.lines["amount"].sum())


@pytest.mark.parametrize(
    ("mark", "amount", "is_reversal"),
    [
        ("C", 1000, False),
        ("D", -1000, False),
        ("RC", -1000, True),
        ("RD", 1000, True),
        ("CR", 1000, False),  # credit with the funds code of EUR, no reversal
        ("DR", -1000, False),
        ("d", -1000, False),
        ("rc", -1000, True),
    ],
)
def test_a_mark_gives_the_sign_and_says_what_is_a_reversal(
    mark: str, amount: int, is_reversal: bool
) -> None:
    line = read(statement(f":61:2601020102{mark}10,00NTRFNONREF")).lines.row(0, named=True)

    assert (line["amount"], line["is_reversal"]) == (amount, is_reversal)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("10,00", 1000),
        ("10,", 1000),
        ("10", 1000),
        (",5", 50),
        ("10.50", 1050),
        ("000000000005,00", 500),
        ("1,000", 100),  # the comma is the decimal mark
        ("1234567890123,45", 123456789012345),
    ],
)
def test_an_amount_is_read_to_the_cent(text: str, minor: int) -> None:
    line = read(statement(f":61:2601020102C{text}NTRFNONREF")).lines.row(0, named=True)

    assert line["amount"] == minor
    assert line["customer_reference"] is None


@pytest.mark.parametrize(
    "text",
    [
        "1.234,56",
        "1,234,567",
        "1.000",
        ",",
        "1e5",
        "1_000",
        "5 000,00",
        "\u0661,\u0660",
        "10,005",
        "NaN",
        "",
    ],
)
def test_text_that_is_no_amount_is_rejected_never_a_default(text: str) -> None:
    parsed = read(statement(f":61:2601020102C{text}NTRFNONREF", ":86:text"))

    assert parsed.lines.is_empty()
    [reject] = parsed.rejects.to_dicts()
    assert (reject["record"], reject["line_number"]) == (1, 5)
    assert reject["excerpt"].startswith(":61:2601020102C")


@pytest.mark.parametrize(
    ("currency", "size", "amount"),
    [("JPY", "1500", 1500), ("KWD", "1,250", 1250), ("JPY", "1,5", None), ("EUR", "1,255", None)],
)
def test_decimals_follow_the_currency(currency: str, size: str, amount: int | None) -> None:
    balances = statement(f":61:2601020102C{size}NTRFNONREF", closing="100").replace("100,00", "100")
    parsed = read(balances.replace("EUR", currency))

    assert parsed.lines["amount"].to_list() == ([] if amount is None else [amount])
    assert parsed.rejects["code"].to_list() == (["no-amount"] if amount is None else [])


@pytest.mark.parametrize(
    ("field", "booking_date"),
    [
        ("2512310102", dt.date(2026, 1, 2)),
        ("2601021231", dt.date(2025, 12, 31)),
        ("2402280229", dt.date(2024, 2, 29)),
        ("260102", dt.date(2026, 1, 2)),
        ("260102    ", dt.date(2026, 1, 2)),
        ("991231", dt.date(1999, 12, 31)),
    ],
)
def test_the_entry_date_takes_the_year_nearest_to_the_value_date(
    field: str, booking_date: dt.date
) -> None:
    line = read(statement(f":61:{field}C10,00NTRFNONREF")).lines.row(0, named=True)

    assert line["booking_date"] == booking_date


def test_a_value_date_of_30_february_is_left_out_where_the_entry_date_exists() -> None:
    parsed = read(statement(":61:2602300228C10,00NTRFNONREF"))
    line = parsed.lines.row(0, named=True)

    assert (line["booking_date"], line["value_date"]) == (dt.date(2026, 2, 28), None)
    assert json.loads(line["extras"])["value_date"] == "260230"
    assert any("value date that is no day" in finding for finding in parsed.findings)


@pytest.mark.parametrize("date", ["260230", "261301", "2602300230", "2613010102", "260001"])
def test_a_date_that_does_not_exist_is_rejected(date: str) -> None:
    parsed = read(statement(f":61:{date}C10,00NTRFNONREF"))

    assert parsed.lines.is_empty()
    assert parsed.rejects["code"].to_list() == ["no-date"]


def test_a_note_behind_the_closing_balance_belongs_to_no_line() -> None:
    text = statement(":61:2601020102C10,00NTRFNONREF", ":86:invoice 7", closing="110,00")
    parsed = read(text.removesuffix("-\n") + ":86:please note our new address\n-\n")

    assert parsed.lines["remittance"].to_list() == ["invoice 7"]
    assert json.loads(parsed.statements["extras"][0])["note"] == "please note our new address"


def test_totals_of_the_bank_that_disagree_are_reported() -> None:
    text = statement(":61:2601020102C10,00NTRFNONREF", closing="110,00").removesuffix("-\n")

    assert read(text + ":86:/SUM/0/1/0,00/10,00/\n-\n").findings == ()
    [finding] = read(text + ":86:/SUM/1/1/5,00/10,00/\n-\n").findings
    assert "does not agree with (0, 1) entries" in finding


def test_two_statements_are_never_merged() -> None:
    second = statement(":61:2601030103D5,00NTRFNONREF", closing="95,00").replace(
        "DE89370400440532013000", "DE12500105170648489890"
    )
    parsed = read(statement(":61:2601020102C10,00NTRFNONREF", closing="110,00") + second)

    assert parsed.statements["account"].n_unique() == 2
    assert parsed.lines["statement_index"].to_list() == [0, 1]
    assert parsed.statements["line_count"].to_list() == [1, 1]


def test_a_missing_start_field_does_not_merge_statements() -> None:
    text = statement(":61:2601020102C10,00NTRFNONREF") * 2

    assert len(read(text.replace(":20:START\n", "")).statements) == 2


def test_two_balances_in_one_statement_are_refused() -> None:
    text = statement(":61:2601020102C10,00NTRFNONREF").replace("-\n", ":62F:C260131EUR5,00\n-\n")
    with pytest.raises(MalformedFile, match="two closing balances"):
        read(text)


def test_two_currencies_in_one_statement_are_refused() -> None:
    text = statement(":61:2601020102C10,00NTRFNONREF").replace("EUR100,00\n-", "USD100,00\n-")
    with pytest.raises(MalformedFile, match="two currencies: EUR and USD"):
        read(text)


def test_an_unknown_currency_rejects_each_record_of_its_statement_only() -> None:
    other = statement(":61:2601030103C5,00NTRFNONREF").replace("EUR", "XQX")
    parsed = read(statement(":61:2601020102C10,00NTRFNONREF") + other)

    assert len(parsed.lines) == 1
    assert parsed.rejects["code"].to_list() == ["unknown-currency"]
    assert parsed.statements["closing_balance"].to_list() == [10000, None]


def test_a_withdrawn_currency_is_read() -> None:
    text = statement(":61:2512300102C10,00NTRFNONREF", closing="110,00").replace("EUR", "BGN")

    assert difference(read(text)) == 0


def test_an_entry_written_into_the_text_breaks_the_balance() -> None:
    honest = statement(
        ":61:2601020102C10,00NTRFNONREF", ":86:thank you", "for all", closing="110,00"
    )
    forged = honest.replace("for all", ":61:2601020102C9999999,00NTRFNONREF")

    assert difference(read(honest)) == 0
    assert difference(read(forged)) != 0


@pytest.mark.parametrize("line", [":99:foo", "-dash", ":abc:", "{1:curly", ":62X:C260131EUR1,00"])
def test_a_text_line_that_looks_like_a_field_is_text_and_a_finding(line: str) -> None:
    parsed = read(statement(":61:2601020102C10,00NTRFNONREF", ":86:text", line, closing="110,00"))

    assert line in parsed.lines["remittance"][0]
    assert any("begin like a field" in finding for finding in parsed.findings)
    assert difference(parsed) == 0


def test_an_entry_whose_line_end_was_lost_is_told_where_no_balance_would_show_it() -> None:
    entries = ":61:2601020102C1,00NTRFNONREF:61:2601030103C2,00NTRFNONREF\n:86:OUR REF :61:2025\n"

    parsed = read(f":20:X\n:25:1\n{entries}", currency="EUR", closing_balance="optional")

    assert parsed.lines["amount"].to_list() == [100]
    [told] = [finding for finding in parsed.findings if "like an entry (:61:)" in finding]
    assert "line 3" in told


def test_a_dash_alone_in_the_text_loses_no_entry() -> None:
    parsed = read(
        statement(
            ":61:2601020102C10,00NTRFNONREF", ":86:text", "-", ":61:2601020102C5,00NTRFNONREF",
            closing="115,00",
        )
    )  # fmt: skip

    assert parsed.lines["amount"].to_list() == [1000, 500]
    assert difference(parsed) == 0


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x07", "\x7f"])
def test_control_characters_are_refused_with_their_place(character: str) -> None:
    text = statement(":61:2601020102C10,00NTRFNONREF", f":86:a{character}b")
    with pytest.raises(MalformedFile, match="control character") as caught:
        read(text)

    assert str(caught.value.place) == "statement.sta:6:6"
    assert character not in caught.value.render()


def test_the_framing_of_serial_lines_is_taken_off() -> None:
    text = statement(":61:2601020102C10,00NTRFNONREF", closing="110,00")
    framed = "\x01" + text.rstrip("\n") + "\x03\x01" + text + "\x1a"

    assert len(read(framed).statements) == 2


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "@@"])
def test_every_line_end_is_understood(ending: str) -> None:
    text = statement(
        ":61:2601020102C10,00NTRFNONREF", ":86:invoice 7", closing="110,00"
    ).replace("\n", ending)  # fmt: skip
    parsed = read(text)

    assert parsed.lines["remittance"].to_list() == ["invoice 7"]
    assert difference(parsed) == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings_are_told_apart_by_their_bytes(encoding: str) -> None:
    text = statement(":61:2601020102C10,00NTRFNONREF", ":86:Müller & Söhne", closing="110,00")
    parsed = read(text.encode(encoding))

    assert parsed.lines["remittance"].to_list() == ["Müller & Söhne"]
    assert Mt940().sniff(text.encode(encoding), "")
    assert ("cp1252" in "".join(parsed.findings)) == (encoding == "cp1252")


def test_the_policy_names_an_encoding_that_cannot_be_told() -> None:
    text = statement(":61:2601020102C10,00NTRFNONREF", ":86:ŁÓDŹ", closing="110,00")

    assert read(text.encode("cp852"), encoding="cp852").lines["remittance"].to_list() == ["ŁÓDŹ"]
    with pytest.raises(ConfigurationError, match="names no encoding"):
        read(text, encoding="klingon")


@pytest.mark.parametrize("options", [{"closing": "optional"}, {"closing_balance": "maybe"}])
def test_a_wrong_option_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        read(statement(), **options)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "holds no MT940 field"),
        (b"-}", "holds no MT940 field"),
        (b":20:X\n:86:" + b"a" * 5000, "more than 4,096 bytes"),
        (b":20:X\n:86:a\n" + b"b" * 4000 + (b"\n" + b"c" * 4000) * 16, "65,536 characters"),
        (b":20:X\n:25:1\n:60F:C260101EUR1,00\n", "no closing balance"),
        (b":20:X\n:60F:C260101EUR1,00\n:62F:C260101EUR1,00\n", "names no account"),
        (b":20:X\n:25:1\n:60F:C260101EUR1.234,00\n:62F:C260101EUR1,00\n", "cannot be read"),
        (b":20:X\n:25:1\n:28C:1\n:86:nothing\n", "no opening balance"),
    ],
)
def test_a_file_that_is_no_whole_statement_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedFile, match=message):
        read(data)


def test_a_text_that_names_a_file_is_never_opened(tmp_path: Any) -> None:
    secret = tmp_path / "secret.sta"
    secret.write_text(statement(":61:2601020102C10,00NTRFNONREF"))
    with pytest.raises(MalformedFile):
        read(str(secret))


def test_references_of_any_length_are_kept() -> None:
    long = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
    line = read(statement(f":61:2601020102C10,00NTRF{long}//{long}")).lines.row(0, named=True)

    assert (line["customer_reference"], line["bank_reference"]) == (long, long)


def test_a_repeated_reference_keeps_both_lines() -> None:
    entry = ":61:2601020102C10,00NTRFREF1//B1"
    parsed = read(statement(entry, ":86:one", entry, ":86:one", closing="120,00"))

    assert parsed.lines["bank_reference"].to_list() == ["B1", "B1"]
    assert difference(parsed) == 0


def test_no_cut_of_a_file_loses_a_line_in_silence() -> None:
    text = statement(
        ":61:2601020102C10,33NTRFREF1//B1", ":86:166?00GUTSCHRIFT?20SVWZ+Invoice 1001",
        ":61:2601030103D4,44NTRFREF2//B2", ":86:fee",
        ":61:2601040104C7,77NTRFREF3//B3", ":86:invoice 1002",
        closing="113,66",
    ).removesuffix("-\n")  # fmt: skip
    whole = read(text)
    assert difference(whole) == 0
    silent = []
    for cut in range(len(text.rstrip("\n"))):
        try:
            parsed = read(text[:cut])
        except ReconError:
            continue
        if parsed.rejects.is_empty() and difference(parsed) == 0:
            silent.append(text[:cut][-30:])

    assert silent == []


def test_random_damage_is_an_error_a_reject_a_finding_or_a_broken_balance() -> None:
    text = statement(
        ":61:2601020102C10,33NTRFREF1//B1", ":86:invoice", ":61:2601030103D4,44NTRFREF2//B2",
        closing="105,89",
    )  # fmt: skip
    whole = read(text)
    silent = []
    for found, damage in zip(re.finditer(r"[0-9CD,:]", text), cycle("7D."), strict=False):
        if damage == found[0]:
            continue
        damaged = text[: found.start()] + damage + text[found.end() :]
        try:
            parsed = read(damaged)
        except ReconError:
            continue
        is_same = parsed.lines["amount"].to_list() == whole.lines["amount"].to_list()
        is_noticed = difference(parsed) != 0 or not parsed.rejects.is_empty()
        if not is_same and not is_noticed:
            silent.append(damaged)

    assert silent == []


@pytest.mark.parametrize(
    ("total", "finding"),
    [
        (":90C:1EUR10,00", None),
        (":90C:2EUR10,00", "90C says (2, 1000), read (1, 1000)"),
        (":90C:1EUR99,00", "90C says (1, 9900), read (1, 1000)"),
        (":90C:1EURten", "does not follow"),
        ("", "no control totals"),
    ],
)
def test_an_interim_report_is_held_to_its_control_totals(total: str, finding: str | None) -> None:
    text = f":20:I\n:25:1\n:28C:1/1\n:34F:EUR0,\n:61:260102C10,00NTRFNONREF\n{total}\n-\n"
    parsed = read(text.replace("\n\n", "\n"))

    assert parsed.statements["kind"].to_list() == ["interim"]
    assert parsed.statements["closing_balance"].to_list() == [None]
    assert [finding in each for each in parsed.findings] == ([True] if finding else [])


CUT = HEAD + ":61:2601020102C10,33NTRFREF1//B1\n:86:one\n:61:2601030103D4,44NTRFREF2//B2\n:86:two\n"


@pytest.mark.parametrize(
    ("ending", "rejected"),
    [
        ("", ["cut-off"]),  # the text just ends: its last entry may be cut
        ("-\n", []),
        ("-}\n", []),
        (statement(closing="100,00"), []),  # another statement follows
    ],
)
def test_the_last_entry_before_a_missing_closing_balance_is_believed_only_where_the_message_ends(
    ending: str, rejected: list[str]
) -> None:
    parsed = read(CUT + ending)

    assert parsed.rejects["code"].to_list() == rejected
    assert parsed.statements["closing_balance"][0] is None
    assert any("no closing balance" in finding for finding in parsed.findings)
    assert read(CUT, closing_balance="optional").rejects.is_empty()


def test_the_policy_names_account_and_currency_for_a_bank_that_does_not() -> None:
    fields = ":61:2601020102C10,33NTRFREF1//B1\n:86:one\n-\n"
    with pytest.raises(MalformedFile, match="names no account"):
        read(fields)
    with pytest.raises(MalformedFile, match="no opening balance"):
        read(fields, account="1")
    parsed = read(fields, account="DE1", currency="EUR")

    assert parsed.lines["amount"].to_list() == [1033]
    assert parsed.statements.select("account", "currency", "opening_balance").row(0) == (
        "DE1",
        "EUR",
        None,
    )


def test_expected_entries_are_pending() -> None:
    text = ":20:I\n:25:1\n:28C:1/1\n:34F:EUR0,\n:61:260102C1,00NTRFA\n:61:260102EC2,00NTRFB\n:61:260102ED3,00NTRFC\n-\n"
    lines = read(text).lines

    assert lines["status"].to_list() == ["booked", "pending", "pending"]
    assert lines["amount"].to_list() == [100, 200, -300]


def test_the_fields_around_the_entries_are_kept_with_the_statement() -> None:
    text = statement().removesuffix("-\n") + ":64:C260131EUR90,00\n:65:C260201EUR80,00\n-\n"
    extras = json.loads(read(text).statements["extras"][0])

    assert extras == {
        "reference": "START",
        "available_balance": "C260131EUR90,00",
        "forward_available_balance": "C260201EUR80,00",
    }


@pytest.mark.parametrize(
    ("head", "because"),
    [
        (b":20:X\n:25:1\n:60F:C260101EUR1,\n", "the field :60F: of a balance or an entry"),
        (b":20:X\n:25:1\n:28C:1\n", "the fields :20:, :25:, :28:, which open a statement"),
        (b":20:X\nhello", "it has :20: but no balance"),
        (b"Date;Amount\n", "no line begins with a field of MT940"),
    ],
)
def test_the_format_explains_why_it_claims_a_file_or_not(head: bytes, because: str) -> None:
    assert because in Mt940().explain(head, "x").replace("28C", "28")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_stands_behind_the_last_message_changes_no_line(end: str) -> None:
    """A file that ends with a closing balance is read where it stands, another one from a copy."""
    text = statement(":61:2601020102C50,00NTRFNONREF//B1", ":86:/REMI/INV 1001/EREF/E1")
    text = text.rstrip("\n").replace("\n", end) + end
    parsed, copied = read(text), read(text + end)

    assert ":62F:" in text.splitlines()[-2]
    assert parsed.lines.equals(copied.lines)
    assert parsed.statements.equals(copied.statements)
    assert parsed.lines["end_to_end_id"].to_list() == ["E1"]
