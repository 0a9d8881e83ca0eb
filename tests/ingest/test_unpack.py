"""Archives are opened within limits that they cannot talk their way round; one bad file inside costs only itself."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.errors import MalformedFile
from recon.ingest import unpack as room
from recon.ingest.unpack import archive_kind, unpack
from tests.examples import examples


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def contents(data, file="export.zip"):
    return {one.name: one.data for one in unpack(data, file) if one.error is None}


def errors(data, file="export.zip"):
    return {one.name: one.error.message for one in unpack(data, file) if one.error is not None}


def refusal(data, file="export.zip"):
    with pytest.raises(MalformedFile) as caught:
        unpack(data, file)
    assert caught.value.place.file == file
    return caught.value.message


def test_the_files_of_a_zip_come_sorted_with_the_archive_before_their_names():
    data = zipped([("b/day2.sta", b"two"), ("day1.sta", b"one"), ("b/", b"")])

    assert archive_kind(data) == "zip"
    assert list(contents(data).items()) == [
        ("export.zip/b/day2.sta", b"two"),
        ("export.zip/day1.sta", b"one"),
    ]


@pytest.mark.parametrize(
    ("file", "name"), [("in/a.sta.gz", "in/a.sta.gz/a.sta"), ("a", "a/content"), ("a.GZ", "a.GZ/a")]
)
def test_the_content_of_a_gzip_is_named_without_its_ending(file, name):
    data = gzip.compress(b"one\n") + gzip.compress(b"two\n") + b"\x00" * 512

    assert archive_kind(data) == "gzip"
    assert contents(data, file) == {name: b"one\ntwo\n"}


def test_hidden_files_and_those_of_the_macintosh_are_left_alone():
    names = ["a.sta", ".DS_Store", "b/.c/d.sta", "__MACOSX/._a.sta"]

    assert list(contents(zipped([(name, b"x") for name in names]))) == ["export.zip/a.sta"]


@pytest.mark.parametrize("mark", ["[Content_Types].xml", "mimetype"])
def test_an_office_document_is_no_archive(mark):
    assert archive_kind(zipped([(mark, b"x"), ("xl/workbook.xml", b"x")])) is None


@pytest.mark.parametrize("data", [b"", b"PK", b"\x1f\x8b", b":20:x", b"PKZIP is a program"])
def test_other_bytes_are_no_archive(data):
    assert archive_kind(data) is None


@pytest.mark.parametrize(
    "name", ["/etc/a.sta", "../a.sta", "x/../../a.sta", "C:\\a.sta", "..\\a.sta", "a\nb.sta", "\\a"]
)
def test_a_name_that_leads_out_costs_only_that_file(name):
    data = zipped([(name, b"bad"), ("good.sta", b"good")])

    assert contents(data) == {"export.zip/good.sta": b"good"}
    assert ["leads out" in said for said in errors(data).values()] == [True]


def test_two_files_of_one_name_are_no_two_truths():
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zipped([("a.sta", b"1"), ("a.sta", b"2")])

    assert contents(data) == {"export.zip/a.sta": b"1"}
    assert errors(data) == {"export.zip/a.sta": "two files of the archive have this name"}


def test_a_locked_file_is_told_to_be_locked():
    data = bytearray(zipped([("a.sta", b"one")]))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1

    assert "password" in errors(bytes(data))["export.zip/a.sta"]


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_methods_that_may_ask_for_any_memory_are_refused(method):
    assert "deflate" in errors(zipped([("a.sta", b"one")], method))["export.zip/a.sta"]


def test_a_damaged_file_costs_only_itself():
    data = zipped([("a.sta", b"one" * 100), ("b.sta", b"two")], zipfile.ZIP_STORED)
    damaged = data.replace(b"oneone", b"onxone", 1)

    assert contents(damaged) == {"export.zip/b.sta": b"two"}
    assert "damaged" in errors(damaged)["export.zip/a.sta"]


@pytest.mark.parametrize(
    "inner", [zipped([("a.sta", b"x")]), gzip.compress(b"x", mtime=0)], ids=["zip", "gzip"]
)
@pytest.mark.parametrize(
    "pack", [lambda data: zipped([("in", data)]), gzip.compress], ids=["zip", "gzip"]
)
def test_an_archive_in_an_archive_is_not_opened(inner, pack):
    [said] = errors(pack(inner)).values()

    assert "inside an archive" in said


def test_an_archive_of_a_workbook_gives_the_workbook():
    workbook = zipped([("[Content_Types].xml", b"x")])

    assert contents(zipped([("a.xlsx", workbook)])) == {"export.zip/a.xlsx": workbook}


def test_the_limits_stop_what_is_written_whatever_the_headers_say(monkeypatch):
    monkeypatch.setattr(room, "WRITTEN_LIMIT_BYTES", 5_000_000)
    data = zipped([(f"{n}.sta", bytes(range(256)) * 4000) for n in range(6)], zipfile.ZIP_STORED)

    assert "MiB" in refusal(data)


def test_a_size_that_an_archive_states_is_not_believed():
    data = bytearray(zipped([("a.sta", b"one" * 2_000_000)]))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(mark) + offset
        data[place : place + 4] = (5).to_bytes(4, "little")

    assert "damaged" in errors(bytes(data))["export.zip/a.sta"]


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda data: zipped([("a", data)])], ids=["gzip", "zip"]
)
def test_a_bomb_is_stopped_long_before_it_is_written(pack):
    data = pack(b"\x00" * 20_000_000)

    assert "100 times" in refusal(data)


def test_a_small_file_of_blanks_is_no_bomb():
    assert contents(gzip.compress(b" " * 4_000_000), "a.gz") == {"a.gz/a": b" " * 4_000_000}


def test_files_that_share_their_bytes_count_each_time():
    """An overlapping archive: every entry of the directory points at one and the same packed file."""
    data = zipped([("a", b"\x00" * 5_000_000)])
    start = data.index(b"PK\x01\x02")
    entry = data[start : data.index(b"PK\x05\x06")]
    copies = [entry[:46] + bytes([ord("a") + n]) for n in range(20)]
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 20, 20, 20 * len(entry), start, 0)
    outcome = data[:start] + b"".join(copies) + end

    with pytest.raises(MalformedFile, match="100 times"):
        unpack(outcome, "export.zip")


def test_the_number_of_files_is_limited():
    assert len(contents(zipped([(f"{n}.sta", b"x") for n in range(100)]))) == 100
    assert "more than 100" in refusal(zipped([(f"{n}.sta", b"x") for n in range(101)]))
    assert "more than 100" in refusal(zipped([(f"{n}.sta", b"") for n in range(12_000)]))


def test_a_gzip_of_members_that_hold_nothing_is_refused():
    assert "tiny members" in refusal(gzip.compress(b"") * 5_000, "a.gz")


def test_an_archive_without_a_file_is_refused():
    assert "no file" in refusal(zipped([]))
    assert "no file" in refusal(zipped([("a/", b"")]))


@pytest.mark.parametrize(
    "data",
    [
        zipped([("a.sta", b"one" * 50), ("b/c.sta", b"two" * 50)]),
        gzip.compress(b"one" * 50, mtime=0),
    ],
    ids=["zip", "gzip"],
)
def test_every_cut_is_refused_or_costs_a_file_and_never_gives_other_bytes(data):
    for size in range(4, len(data)):
        cut = data[:size]
        if archive_kind(cut) is None:
            continue
        try:
            read = contents(cut)
        except MalformedFile:
            continue

        assert set(read.values()) <= {b"one" * 50, b"two" * 50}


@settings(max_examples=examples(100))
@given(st.integers(0, 10_000), st.integers(0, 255), st.sampled_from(["zip", "gzip"]))
def test_a_changed_byte_gives_the_same_bytes_or_an_error(place, byte, kind):
    files = {"a.sta": b"one" * 50, "b.sta": b"two" * 50}
    data = bytearray(
        zipped(files.items()) if kind == "zip" else gzip.compress(b"one" * 50, mtime=0)
    )
    data[place % len(data)] = byte
    try:
        read = contents(bytes(data)) if archive_kind(bytes(data)) else {}
    except MalformedFile:
        read = {}

    assert set(read.values()) <= set(files.values())
