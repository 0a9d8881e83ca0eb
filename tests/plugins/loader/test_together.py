"""Files that are read together: an answer that is wrong costs its own file a second reading, and no other anything."""

from __future__ import annotations

import logging

import polars as pl
import pytest

from recon.api import MalformedFile, Place, SourceFile
from recon.errors import ConfigurationError, PluginFailed
from recon.plugins import Plugins
from tests.plugins.loader import frames
from tests.plugins.loader.hostile.sound import SoundFormat

SOURCES = [SourceFile(f"{name}.sta", b"SOUND") for name in "abc"]
ALONE = frames.parsed(reader="alone")


class Together(SoundFormat):
    """Gives the answers it is told for many files; one alone it reads soundly, or raises what it is told."""

    def __init__(self, answers, refused=()):
        super().__init__("hostile")
        self.answers, self.refused = answers, dict(refused)

    def read_many(self, sources, options):
        if isinstance(self.answers, BaseException):
            raise self.answers
        return self.answers

    def read(self, source, options):
        if source.name in self.refused:
            raise self.refused[source.name]
        return ALONE


def read(answers, refused=(), sources=SOURCES):
    plugins = Plugins.for_tests([Together(answers, refused)])
    return plugins.read_many("hostile", sources, {})


def readers(answers):
    return [one.reader for one in read(answers)]


def test_sound_answers_come_through_as_they_are():
    answers = [
        frames.parsed(reader="1"),
        frames.parsed(lines=frames.read_lines(1), statements=frames.read_statements(1), reader="2"),
        frames.parsed(rejects=frames.rejects(3), statements=frames.read_statements(3), reader="3"),
    ]
    given = read(answers)

    assert [one.reader for one in given] == ["1", "2", "3"]
    assert [one.lines.height for one in given] == [2, 1, 2]
    assert all(one.lines.equals(said.lines) for one, said in zip(given, answers, strict=True))


def test_what_a_plugin_does_to_its_frames_later_reaches_nobody():
    answers = [frames.parsed(), frames.parsed(), frames.parsed()]
    given = read(answers)
    answers[0].lines.drop_in_place("amount")

    assert "amount" in given[0].lines.columns


def test_a_file_without_an_answer_is_read_by_itself():
    assert readers([frames.parsed(reader="1"), None, frames.parsed(reader="3")]) == [
        "1",
        "alone",
        "3",
    ]


BREACHES = {
    "no frame": 7,
    "a line lost": frames.parsed(lines=frames.read_lines(1)),
    "a line too many": frames.parsed(lines=frames.read_lines(1, 2, 3)),
    "a record twice": frames.parsed(lines=frames.read_lines(1, 1)),
    "a line of no statement": frames.parsed(lines=frames.read_lines(1, 2, statement_index=1)),
    "a statement twice": frames.parsed(
        statements=pl.concat([frames.read_statements(1), frames.read_statements(1)])
    ),
    "no currency": frames.parsed(lines=frames.read_lines(1, 2, currency="XQQ")),
    "a balance in no currency": frames.parsed(
        statements=frames.read_statements(currency="XQQ", opening_balance=1)
    ),
    "a rule broken": frames.parsed(lines=frames.read_lines(1, 2, amount=10**17)),
    "a column more": frames.parsed(lines=frames.read_lines(1, 2).with_columns(x=1)),
    "a reject that is a line too": frames.parsed(
        rejects=frames.rejects(2), statements=frames.read_statements(3)
    ),
    "findings that are no texts": frames.parsed(findings=(1,)),
    "findings that are no tuple": frames.parsed(findings=["x"]),
    "a reader that is no text": frames.parsed(reader=None),
}


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("breach", BREACHES.values(), ids=BREACHES)
def test_an_answer_that_breaks_the_contract_costs_its_own_file_a_second_reading(breach, place):
    answers = [frames.parsed(reader=name) for name in "123"]
    answers[place] = breach
    expected = ["1", "2", "3"]
    expected[place] = "alone"

    assert readers(answers) == expected


def test_records_of_one_file_may_have_the_numbers_of_anothers():
    answers = [frames.parsed(reader=name) for name in "123"]

    assert readers(answers) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "answers",
    [[frames.parsed()], [], 3, None, ValueError("oops"), SystemExit(3), {"a": 1, "b": 2, "c": 3}],
)
def test_a_format_that_fails_on_many_files_is_logged_and_reads_them_one_by_one(answers, caplog):
    with caplog.at_level(logging.WARNING):
        assert readers(answers) == ["alone"] * 3

    assert "read_many of hostile" in caplog.text


def test_an_option_that_is_wrong_is_said_of_each_file_and_not_logged(caplog):
    wrong = ConfigurationError("no such option")
    given = read(wrong, {one.name: wrong for one in SOURCES})

    assert given == [wrong] * 3
    assert not caplog.text


def test_what_one_file_raises_is_its_own_answer():
    refused = MalformedFile("cut off", place=Place("b.sta"))
    given = read([None, None, None], {"b.sta": refused, "c.sta": ValueError("oops")})

    assert given[0].reader == "alone"
    assert given[1] is refused
    assert isinstance(given[2], PluginFailed)
    assert "oops" in given[2].message


def test_one_file_is_read_by_itself():
    given = read([frames.parsed(reader="1")], sources=SOURCES[:1])

    assert [one.reader for one in given] == ["alone"]
