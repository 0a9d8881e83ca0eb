from __future__ import annotations

import hashlib
import itertools
import os

import pytest
from polars.testing import assert_frame_equal

from recon.config import Policy
from recon.plugins import Plugins
from recon.run.files import find_files
from recon.run.reading import read_statements
from tests.run.quiet import Quiet, WordFormat

PLUGINS = Plugins.for_tests(
    [WordFormat("anna", b"ANNA"), WordFormat("bert", b"BERT"), WordFormat("berta", b"BERTA")]
)
FILES = {
    "a.txt": b"ANNA\n100\n200\n",
    "b.txt": b"BERT\n300\n",
    "broken.txt": b"ANNA\n100\nmuch\n",
    "contested.txt": b"BERTA\n1\n",
    "empty.txt": b"",
    "letter.txt": b"Dear Sir",
}


@pytest.fixture
def folder(tmp_path):
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def read(*paths, progress=None):
    return read_statements(paths, Policy(), PLUGINS, progress or Quiet())


def states(reading):
    return {entry.name.rsplit("/", 1)[-1]: entry for entry in reading.inputs}


def test_what_cannot_be_read_is_quarantined_and_the_rest_goes_on(folder):
    reading = read(folder)
    seen = {name: (entry.state, entry.format) for name, entry in states(reading).items()}

    assert sorted(reading.lines["amount"]) == [100, 200, 300]
    assert seen == {
        "a.txt": ("read", "anna"),
        "b.txt": ("read", "bert"),
        "broken.txt": ("quarantined", "anna"),
        "contested.txt": ("quarantined", None),
        "empty.txt": ("quarantined", None),
        "letter.txt": ("quarantined", None),
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("broken.txt", ["malformed-file", "broken.txt:3", "much"]),
        ("contested.txt", ["contested-file", "bert and berta"]),
        ("empty.txt", ["malformed-file", "empty"]),
        ("letter.txt", ["unknown-format", "Dear Sir", "anna, bert, berta"]),
    ],
)
def test_a_quarantined_file_is_kept_with_its_reason_and_hash(folder, name, words):
    entry = states(read(folder))[name]

    assert all(word in entry.error for word in words)
    assert entry.sha256 == hashlib.sha256(FILES[name]).hexdigest()
    assert entry.size_bytes == len(FILES[name])


def test_nothing_of_a_quarantined_file_is_used(folder):
    alone = read(folder / "broken.txt")

    assert alone.lines.is_empty()
    assert alone.statements.is_empty()


def test_a_file_that_is_not_there_is_quarantined(tmp_path):
    entry = states(read(tmp_path / "gone.txt"))["gone.txt"]

    assert entry.state == "quarantined"
    assert "cannot be opened: No such file" in entry.error


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_refused_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")

    assert states(read(tmp_path / "pipe.txt"))["pipe.txt"].state == "quarantined"


def test_the_order_in_which_files_are_named_decides_nothing(folder):
    paths = sorted(folder.iterdir())
    one = read(*paths)
    for order in itertools.islice(itertools.permutations(paths), 0, 700, 140):
        other = read(*order, paths[0])

        assert_frame_equal(one.lines, other.lines)
        assert_frame_equal(one.statements, other.statements)
        assert one.inputs == other.inputs


def test_files_in_folders_are_found_once_and_hidden_ones_left_alone(folder):
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "c.txt").write_bytes(b"ANNA\n1\n")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_bytes(b"ANNA\n1\n")
    (folder / ".hidden.txt").write_bytes(b"ANNA\n1\n")
    found = find_files([folder, folder / "a.txt", folder / "deep"])

    assert [path.relative_to(folder).as_posix() for path in found] == [
        *sorted(FILES)[:4],
        "deep/er/c.txt",
        *sorted(FILES)[4:],
    ]


def test_a_hidden_file_that_is_named_is_read(folder):
    (folder / ".hidden.txt").write_bytes(b"ANNA\n7\n")

    assert read(folder / ".hidden.txt").lines["amount"].to_list() == [7]


def test_the_same_bytes_under_two_names_collapse_and_both_files_are_listed(folder):
    (folder / "copy_of_a.txt").write_bytes(FILES["a.txt"])
    reading = read(folder / "a.txt", folder / "copy_of_a.txt")

    assert reading.lines.sort("amount").select("amount", "copies").rows() == [(100, 1), (200, 1)]
    assert [entry.state for entry in reading.inputs] == ["read", "read"]
    assert reading.copies.height == 2


def test_progress_counts_every_file(folder):
    progress = Quiet()
    read(folder, progress=progress)

    assert progress.steps == [("Reading statements", len(FILES))]
    assert progress.advanced == len(FILES)


def test_no_file_at_all_is_an_empty_reading(tmp_path):
    reading = read(tmp_path)

    assert reading.lines.is_empty()
    assert reading.inputs == ()
