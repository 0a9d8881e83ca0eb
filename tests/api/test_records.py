"""Lines are found again in the bytes of their file, whatever the encoding; columns keep their width."""

from __future__ import annotations

import re

import pytest

from recon.api import (
    MalformedFile,
    SourceFile,
    decode,
    plain_head,
    split_columns,
    split_lines,
    start_of,
)

TEXT = "first\n\n  café zoë \nlast"
ANY = re.compile(r"\n(?=[^\n]*[^ \r\n])")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_line_is_the_slice_of_the_file_that_its_places_name(encoding: str) -> None:
    data = TEXT.replace("\n", "\r\n").encode(encoding)
    decoded = decode(SourceFile("a", data), None, pages=("cp1252",))
    lines = split_lines(decoded.text, start_of(decoded), before=" ")

    assert lines["text"].to_list() == ["first", "café zoë", "last"]
    assert lines["line_number"].to_list() == [1, 3, 4]
    places = lines.select("byte_offset", "byte_end").rows()
    found = [data[begin:end] for begin, end in places]
    assert found == [text.encode(encoding.removesuffix("-sig")) for text in lines["text"]]


def test_pieces_of_a_text_go_on_where_the_one_before_them_ended() -> None:
    decoded = decode(SourceFile("a", TEXT.encode()))
    start = start_of(decoded)
    cut = TEXT.index("last")
    behind = start.behind(TEXT[:cut])

    whole = split_lines(TEXT, start).row(-1)
    assert split_lines(TEXT[cut:], behind).row(-1) == whole


def test_places_are_unknown_where_the_bytes_cannot_be_found_again() -> None:
    decoded = decode(SourceFile("a", TEXT.encode("utf-16")))
    lines = split_lines(decoded.text, start_of(decoded))

    assert lines["byte_offset"].null_count() == lines.height == 3


def test_a_file_without_line_ends_is_cut_by_its_width() -> None:
    split = split_columns(SourceFile("a", b"AAAABBBBCC"), None, width=4, counted=ANY)

    assert split.frame["text"].to_list() == ["AAAA", "BBBB", "CC  "]
    assert split.frame.select("byte_offset", "byte_length").rows() == [(0, 4), (4, 4), (8, 2)]
    assert (split.counted, split.is_torn) == (3, True)


def test_a_record_that_was_counted_in_bytes_keeps_its_columns() -> None:
    split = split_columns(SourceFile("a", "éAAB\nxxxxx".encode()), None, width=5, counted=ANY)

    assert split.frame["text"].to_list() == ["é\x00AAB", "xxxxx"]
    assert split.frame["byte_length"].to_list() == [5, 5]
    assert not split.findings


def test_a_file_of_blanks_is_empty() -> None:
    with pytest.raises(MalformedFile, match="empty"):
        split_columns(SourceFile("a", b" \r\n "), None, width=5, counted=ANY)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_head_is_plain_in_every_encoding(encoding: str) -> None:
    assert plain_head("01,BANK".encode(encoding)) == b"01,BANK"
