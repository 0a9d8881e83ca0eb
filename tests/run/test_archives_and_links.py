"""What lies in an archive or behind a link is read, quarantined and recorded as if it lay in a folder."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import socket
import zipfile

import pytest

from recon.config import Policy
from recon.plugins import Plugins
from recon.run import files
from recon.run.reading import read_statements
from tests.run.quiet import Quiet, WordFormat

PLUGINS = Plugins.for_tests([WordFormat("anna", b"ANNA")])
posix = pytest.mark.skipif(os.name != "posix", reason="this system has other kinds of files")


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def read(*paths):
    return read_statements(paths, Policy(), PLUGINS, Quiet())


def states(reading):
    return {entry.name: (entry.role, entry.state, entry.format) for entry in reading.inputs}


def reason(path, *given):
    [entry] = [one for one in read(*(given or [path])).inputs if one.name.endswith(path.name)]
    assert entry.state == "quarantined"
    return entry.error


def test_each_file_of_an_archive_is_read_and_recorded_on_its_own(tmp_path):
    members = {"day2.txt": b"ANNA\n200\n", "day1.txt": b"ANNA\n100\n", "deep/bad.txt": b"ANNA\nx\n"}
    data = zipped(members)
    (tmp_path / "export.zip").write_bytes(data)
    reading = read(tmp_path)
    folder = tmp_path.name

    assert sorted(reading.lines["amount"]) == [100, 200]
    assert set(reading.lines["file"]) == {
        f"{folder}/export.zip/day1.txt",
        f"{folder}/export.zip/day2.txt",
    }
    assert states(reading) == {
        f"{folder}/export.zip": ("archive", "read", "zip"),
        f"{folder}/export.zip/day1.txt": ("statement", "read", "anna"),
        f"{folder}/export.zip/day2.txt": ("statement", "read", "anna"),
        f"{folder}/export.zip/deep/bad.txt": ("statement", "quarantined", "anna"),
    }
    assert [entry.sha256 for entry in reading.inputs] == [
        hashlib.sha256(one).hexdigest()
        for one in (data, members["day1.txt"], members["day2.txt"], members["deep/bad.txt"])
    ]


def test_a_packed_copy_of_a_file_collapses_with_it(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"ANNA\n100\n")
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"ANNA\n100\n"))
    reading = read(tmp_path)

    assert reading.lines.select("amount", "copies").rows() == [(100, 1)]


def test_an_archive_that_cannot_be_opened_is_quarantined_and_the_rest_goes_on(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"ANNA\n100\n")
    (tmp_path / "bad.zip").write_bytes(zipped({"a.txt": b"ANNA\n1\n"})[:-10])
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"\x00" * 20_000_000))
    reading = read(tmp_path)

    assert reading.lines["amount"].to_list() == [100]
    assert [entry.state for entry in reading.inputs] == ["read", "quarantined", "quarantined"]
    assert "damaged" in reading.inputs[1].error
    assert "100 times" in reading.inputs[2].error


def test_a_file_inside_that_cannot_be_had_has_no_digest(tmp_path):
    (tmp_path / "a.zip").write_bytes(zipped({"../x.txt": b"ANNA\n1\n"}))
    _, inner = read(tmp_path / "a.zip").inputs

    assert (inner.state, inner.sha256, inner.size_bytes) == ("quarantined", "", 0)


@posix
def test_a_device_a_pipe_a_socket_and_a_folder_are_named_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as one:
        os.chdir(tmp_path)
        one.bind("socket.txt")

        assert "a named pipe" in reason(tmp_path / "pipe.txt")
        assert "a socket" in reason(tmp_path / "socket.txt", tmp_path)
        assert "a device" in reason(files.Path(os.devnull))


@posix
def test_a_circle_of_links_is_an_error_of_that_file(tmp_path):
    (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")

    assert "cannot be opened" in reason(tmp_path / "a.txt")
    assert "cannot be opened" in reason(tmp_path / "a.txt", tmp_path)


@posix
def test_a_link_in_a_folder_is_followed_inside_it_and_never_out_of_it(tmp_path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "secret.txt").write_bytes(b"ANNA\n1\n")
    (inbox / "a.txt").write_bytes(b"ANNA\n2\n")
    (inbox / "inside.txt").symlink_to(inbox / "a.txt")
    (inbox / "out.txt").symlink_to(tmp_path / "secret.txt")
    reading = read(inbox)

    assert set(reading.lines["amount"]) == {2}
    assert "leads out" in reason(inbox / "out.txt", inbox)
    assert read(inbox / "out.txt").lines["amount"].to_list() == [1], "it was named itself"


def test_a_file_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "SIZE_LIMIT_BYTES", 10)
    (tmp_path / "a.txt").write_bytes(b"ANNA\n" + b"1\n" * 3)

    assert "larger than" in reason(tmp_path / "a.txt")


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "SIZE_LIMIT_BYTES", 10)
    monkeypatch.setattr(files, "_require_regular", lambda *_: None)
    (tmp_path / "a.txt").write_bytes(b"ANNA\n" + b"1\n" * 3)

    assert "larger than" in reason(tmp_path / "a.txt")
