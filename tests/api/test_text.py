"""A file is decoded without a byte lost, or refused with the place of the byte; what was guessed is told."""

# ruff: noqa: RUF001 -- letters of many languages are the subject here
from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import ConfigurationError, MalformedFile, SourceFile, decode, refuse_controls

GERMAN = "Überweisung Müller GmbH, Straße 5\nGebühr für März, Größe\n"
FRENCH = "Prélèvement reçu le 3, débité\nVirement à Société Générale, crédité\n"
POLISH = "Opłata za przelew, Łódź, żółty\nSpółka z o.o. Świnoujście, usług\n"
CZECH = "Částka, zaúčtování, příjem\nNázev protiúčtu, měna, šířka, dluží\n"
RUSSIAN = "Дата операции;Сумма\nОплата по счёту, перевод\n"
TURKISH = "Açıklama, işlem tutarı, ödeme\nŞube, müşteri, bağış, ığdır\n"
LITHUANIAN = "Paslaugų mokėjimas, lėšų\nįskaitymas, administravimą, už šį mėnesį\n"
CHINESE = "交易时间,商品说明,金额\n支付宝转账,余额宝收益发放,交易成功\n"
JAPANESE = "お取引日,お支払金額,お預り金額,お取り扱い内容\nカード振込、ありがとうございます\n"


def source(data):
    return SourceFile("bank/file.txt", data)


def refusal(data, *args, **kwargs):
    with pytest.raises(MalformedFile) as caught:
        decode(source(data), *args, **kwargs)
    return caught.value


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
        (b"", "utf-32-le"),
        (b"", "utf-32-be"),
    ],
)
@pytest.mark.parametrize("declared", [None, "cp1252"])
def test_unicode_is_found_with_and_without_its_mark(mark, encoding, declared):
    if not mark and declared:
        declared = encoding
    read = decode(source(mark + GERMAN.encode(encoding)), declared)

    assert (read.text, read.encoding, read.is_certain) == (GERMAN, encoding, True)
    assert read.findings == ()
    assert read.mark_bytes == len(mark)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        (GERMAN, "cp850"),
        (GERMAN, "mac_roman"),
        (FRENCH, "cp1252"),
        (FRENCH, "cp850"),
        (FRENCH, "mac_roman"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859_2"),
        (POLISH, "cp852"),
        (CZECH, "cp1250"),
        (CZECH, "cp852"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "cp866"),
        (TURKISH, "cp1254"),
        (LITHUANIAN, "cp1257"),
        (CHINESE, "gb18030"),
        (JAPANESE, "cp932"),
    ],
)
def test_a_code_page_is_found_by_its_letters_and_told(text, encoding):
    read = decode(source(text.encode(encoding)))

    assert (read.text, read.encoding, read.is_certain) == (text, encoding, False)
    assert any(encoding in finding for finding in read.findings)


def test_one_nordic_word_is_windows_1252():
    assert decode(source("Payment,company äöå,9.50\n".encode("cp1252"))).encoding == "cp1252"


def test_euro_signs_beside_amounts_are_windows_1252():
    read = decode(source("Saldo 10,00 €\nGebühr 2,00 €\n".encode("cp1252")))

    assert read.encoding == "cp1252"


def test_a_declared_encoding_is_obeyed_where_letters_would_say_otherwise():
    data = GERMAN.encode("cp1252")

    assert decode(source(data), "cp1251").text == data.decode("cp1251")


def test_known_words_beat_the_letters():
    data = "Währung;Betrag;Empfänger\n".encode("cp850")
    read = decode(source(data), known_words=lambda head: head.count("W\u201ehrung"))

    assert read.encoding == "cp1252"


@pytest.mark.parametrize(
    "name", ["cp037", "utf-7", "hex", "rot13", "unicode_escape", "klingon", ""]
)
def test_a_declared_name_that_is_no_encoding_of_text_is_an_error_of_the_policy(name):
    with pytest.raises(ConfigurationError, match="names no encoding"):
        decode(source(b"x"), name)


@pytest.mark.parametrize("name", ["cp037", "utf-7", "klingon", "NONE", "utf-8"])
def test_a_header_that_lies_is_told_and_the_letters_decide(name):
    read = decode(source(GERMAN.encode("cp1252")), stated=name)

    assert (read.text, read.encoding, read.is_certain) == (GERMAN, "cp1252", False)
    assert "says" in read.findings[0]


@pytest.mark.parametrize(
    ("stated", "written"),
    [("ISO-8859-1", "cp1252"), ("1252", "cp1252"), ("cp1251", "cp1251"), ("IBM850", "cp850")],
)
def test_the_header_of_the_file_is_believed_where_the_bytes_agree(stated, written):
    text = RUSSIAN if written == "cp1251" else GERMAN
    read = decode(source(text.encode(written)), stated=stated)

    assert (read.text, read.encoding, read.is_certain) == (text, written, True)


def test_utf8_under_a_header_that_says_otherwise_is_utf8_and_told():
    read = decode(source(GERMAN.encode()), stated="1252")

    assert (read.text, read.encoding) == (GERMAN, "utf-8")
    assert "UTF-8" in read.findings[0]


@pytest.mark.parametrize(
    ("data", "declared", "place", "words"),
    [
        (b"one\ntwo \xfc\n", "utf-8", "bank/file.txt:2:5", "byte 9 (0xfc)"),
        (b"one\rtwo \xfc\r", "utf-8", "bank/file.txt:2:5", "byte 9 (0xfc)"),
        (b"\xef\xbb\xbfone\ntwo \xfc\n", None, "bank/file.txt:2:5", "byte 12 (0xfc)"),
        (b"one\n\x81\n", "cp1252", "bank/file.txt:2:1", "cp1252"),
        ("ab\n".encode("utf-16")[:-1], None, "bank/file.txt:1:3", "in the middle of a character"),
        ("\ufeffone\nt\ud800".encode("utf-16-le", "surrogatepass"), None, "bank/file.txt:2:2", ""),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_line_and_byte(data, declared, place, words):
    error = refusal(data, declared, hint="set `encoding` under [formats.x]")

    assert str(error.place) == place
    assert words in error.message
    assert error.hint == "set `encoding` under [formats.x]"


def test_nul_is_refused_with_its_place():
    error = refusal(b"one\ntw\x00o\n")

    assert str(error.place) == "bank/file.txt:2:3"
    assert "U+0000" in error.message


@pytest.mark.parametrize("padding", [b"\x00" * 100, b"\x1a", b"\r\n\x00\r\n"])
def test_padding_behind_the_last_line_is_left_out(padding):
    read = decode(source(b"one\ntwo" + padding))

    assert read.text == "one\ntwo\n"
    assert bool(read.findings) == (b"\x00" in padding)


def test_text_that_was_encoded_twice_is_told_and_kept():
    twice = GERMAN.encode().decode("cp1252")
    read = decode(source(twice.encode()))

    assert read.text == twice
    assert "encoded twice" in read.findings[0]
    assert "'Ü'" in read.findings[0]


@pytest.mark.parametrize("text", [GERMAN, FRENCH, POLISH, CZECH, RUSSIAN, TURKISH, CHINESE])
def test_no_language_is_taken_for_text_that_was_encoded_twice(text):
    assert decode(source(text.encode())).findings == ()


def test_characters_that_were_lost_before_are_counted():
    assert "2 characters" in decode(source("M\ufffdller, \ufffd\n".encode())).findings[0]


def test_a_file_beyond_the_limit_is_refused_before_it_is_looked_at(monkeypatch):
    monkeypatch.setattr("recon.api.text.SIZE_LIMIT", 10)

    assert "11 bytes" in refusal(b"x" * 11).message
    assert decode(source(b"x" * 10)).text == "x" * 10


@pytest.mark.parametrize("control", ["\x01", "\x0c", "\x1b", "\x7f", "\x00"])
@pytest.mark.parametrize("before", ["", "a\nbc", "a\n" * 1_000_000])
def test_a_control_character_is_refused_with_its_place(control, before):
    lines = before.split("\n")
    with pytest.raises(MalformedFile) as caught:
        refuse_controls("f", before + control)

    assert str(caught.value.place) == f"f:{len(lines)}:{len(lines[-1]) + 1}"
    refuse_controls("f", before + control, allowed=control)


def test_tabs_line_ends_and_all_letters_pass():
    text = "a\tb\r\nc\u0085\u202e€\ud83d\ude00\n"

    assert refuse_controls("f", text, line_limit=10) is None  # it raises what it refuses


@pytest.mark.parametrize("lines", [["x" * 10] * 3, [""] * 50, ["x", "", "x" * 10]])
def test_a_line_of_the_limit_passes_and_one_more_is_refused_with_its_number(lines):
    refuse_controls("f", "\n".join(lines), line_limit=10)
    for end in ("", "\n", "\nnext"):
        with pytest.raises(MalformedFile) as caught:
            refuse_controls("f", "\n".join([*lines, "y" * 11]) + end, line_limit=10)
        assert caught.value.place.line == len(lines) + 1


@given(
    st.text(st.characters(exclude_characters="\x00\ufeff", exclude_categories=["Cs"])),
    st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]),
)
def test_any_text_under_a_mark_survives(text, encoding):
    read = decode(source(text.encode(encoding)))

    assert read.text.rstrip("\r\n\t\x1a ") == text.rstrip("\r\n\t\x1a ")


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_whole_or_refused_and_always_alike(data):
    def outcome():
        try:
            return decode(source(data))
        except MalformedFile as error:
            return error.render()

    first = outcome()

    assert first == outcome()
    if not isinstance(first, str) and not {0, 26} & set(data):
        assert first.text.encode(first.encoding) == data[first.mark_bytes :]
        if first.is_single_byte:
            assert len(first.text) == len(data)
