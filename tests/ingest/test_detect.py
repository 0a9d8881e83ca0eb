from __future__ import annotations

import itertools

import pytest

from recon.errors import ContestedFile, MalformedFile, UnknownFormat
from recon.ingest.detect import choose_format

KNOWN = ("csv", "mt940", "ofx")


def test_the_one_format_that_claims_a_file_reads_it():
    assert choose_format(["ofx"], KNOWN, "bank.txt", b"OFXHEADER:100") == "ofx"


@pytest.mark.parametrize("claims", list(itertools.permutations(["mt940", "ofx", "csv"])))
def test_formats_that_claim_one_file_are_all_named_and_their_order_says_nothing(claims):
    with pytest.raises(ContestedFile) as caught:
        choose_format(claims, KNOWN, "bank.txt", b"x")

    assert caught.value.message == "the formats csv and mt940 and ofx both claim this file"
    assert str(caught.value.place) == "bank.txt"


def test_a_file_that_no_format_claims_is_shown_with_its_first_words():
    with pytest.raises(UnknownFormat) as caught:
        choose_format([], KNOWN, "notes.txt", b"Dear Sir,\nplease find")

    assert "csv, mt940, ofx" in caught.value.message
    assert caught.value.excerpt == "Dear Sir,"


@pytest.mark.parametrize("head", [b"", b"\n\r\n ", b"\xef\xbb\xbf", b"\x00\x00"])
def test_an_empty_file_is_empty_and_not_of_an_unknown_format(head):
    with pytest.raises(MalformedFile, match="empty"):
        choose_format([], KNOWN, "bank.sta", head)


def test_bytes_that_are_no_text_do_not_break_the_message():
    with pytest.raises(UnknownFormat) as caught:
        choose_format([], KNOWN, "photo.sta", b"\x89PNG\x1b[2J\xff\xfe")

    assert "\x1b" not in caught.value.render()
