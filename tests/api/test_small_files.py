"""Small files in company: bounded groups of one kind, and a file that refuses takes no other with it."""

from __future__ import annotations

import pytest

from recon.api import (
    ConfigurationError,
    MalformedFile,
    ParsedStatements,
    ReadLines,
    ReadStatements,
    Rejects,
    SourceFile,
    completed,
    read_small_together,
)

SMALL = 1 << 20


def files(*texts: bytes) -> list[SourceFile]:
    return [SourceFile(f"{number}.txt", text) for number, text in enumerate(texts)]


def said(name: str) -> ParsedStatements:
    nothing = (completed([], schema) for schema in (ReadStatements, ReadLines, Rejects))
    return ParsedStatements(*nothing, name, ())


class Together:
    """Remembers the groups that it was given; says of each file its own text, and refuses `bad`."""

    def __init__(self):
        self.groups = []

    def __call__(self, members):
        self.groups.append([one.number for one in members])
        if any(one.opened == b"bad" for one in members):
            raise MalformedFile("bad")
        return [(one, said(str(len(one.opened)))) for one in members]


def test_each_file_has_its_own_answer_whatever_the_order_of_kinds():
    together = Together()
    sources = files(b"b", b"aa", b"bbb", b"aaaa")

    read = read_small_together(
        sources, lambda one: one.data, together, kind=lambda data: chr(data[0])
    )

    assert [one.reader for one in read] == ["1", "2", "3", "4"]
    assert together.groups == [[1, 3], [0, 2]]


def test_a_file_that_refuses_is_left_alone_and_its_neighbours_are_read():
    together = Together()

    read = read_small_together(files(b"a", b"b", b"bad", b"c"), lambda one: one.data, together)

    assert [one and one.reader for one in read] == ["1", "1", None, None]
    assert together.groups == [[0, 1, 2, 3], [0, 1], [2, 3]]


@pytest.mark.parametrize("error", [MalformedFile("x"), ConfigurationError("x"), None])
def test_a_file_that_cannot_be_opened_comes_into_no_group(error):
    def opened(source):
        if source.data != b"x":
            return source.data
        if error is not None:
            raise error
        return None

    together = Together()

    read = read_small_together(files(b"a", b"x", b"b"), opened, together)

    assert [one and one.reader for one in read] == ["1", None, "1"]
    assert together.groups == [[0, 2]]


def test_a_large_file_is_not_opened_and_one_file_is_no_group():
    together = Together()

    read = read_small_together(
        files(b"a", b"b" * (SMALL + 1)),
        lambda one: len(one.data) <= SMALL or pytest.fail("a large file was opened"),
        together,
    )

    assert read == [None, None]
    assert together.groups == []


def test_a_group_ends_where_eight_megabytes_are_full():
    together = Together()

    read_small_together(files(*[b"a" * SMALL] * 17), lambda one: one.data, together)

    assert [len(group) for group in together.groups] == [7, 8, 2]
