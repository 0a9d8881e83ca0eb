"""Who reads which file of advices: by its content, and nothing that means an advice is left out in silence."""

from __future__ import annotations

import pytest

from recon.errors import ConfigurationError, PluginFailed, UnreadableItems
from recon.plugins import Plugins
from recon.run.advices import find_advices
from tests.run.test_books import RememberingSource


class Claiming(RememberingSource):
    """A source that claims what begins with a mark."""

    def __init__(self, name, mark):
        super().__init__()
        self.name = name
        self.mark = mark

    def claims_advice(self, head, file_name):
        if head == b"fail":
            raise KeyError(file_name)
        return head.startswith(self.mark)


BOTH = (Claiming("edi", b"ISA"), Claiming("ubl", b"<RA"))


@pytest.fixture
def find(tmp_path):
    folder = tmp_path / "advices"
    folder.mkdir()

    def names(files, *, at="", sources=BOTH):
        for name, data in files.items():
            (folder / name).write_bytes(data)
        found = find_advices(folder / at, Plugins.for_tests(sources), "item-file")
        return {source: [path.name for path in paths] for source, paths in found.items()}

    return names


def test_none_given_is_none_found():
    assert find_advices(None, Plugins.for_tests([Claiming("edi", b"ISA")]), "item-file") == {}


def test_each_file_of_a_folder_goes_to_the_source_that_claims_it_and_tables_to_that_of_tables(find):
    files = {
        "b.csv": b"item_number", "a.txt": b"ISA*", "c.xml": b"<RA/>", "d.csv": b"ISA*",
        "mail.pdf": b"%PDF", ".x.csv": b"", "notes.txt": b"hello",
    }  # fmt: skip

    assert find(files) == {"edi": ["a.txt", "d.csv"], "item-file": ["b.csv"], "ubl": ["c.xml"]}


def test_a_file_that_is_named_is_an_advice_whatever_its_name(find):
    assert find({"advice": b"item_number"}, at="advice") == {"item-file": ["advice"]}
    assert find({"advice": b"ISA*"}, at="advice") == {"edi": ["advice"]}


@pytest.mark.parametrize("at", ["", "x.edi"])
def test_a_document_that_nobody_reads_is_an_error_with_its_name(find, at):
    with pytest.raises(UnreadableItems) as caught:
        find({"x.edi": b"UNB+"}, at=at)

    assert caught.value.place.file == "x.edi"
    assert caught.value.hint


def test_two_sources_that_claim_one_file_are_an_error_that_names_both(find):
    with pytest.raises(ConfigurationError, match=r"other and ubl both claim c\.xml"):
        find({"c.xml": b"<RA/>"}, sources=(Claiming("ubl", b"<RA"), Claiming("other", b"<")))


def test_a_source_that_fails_is_named_with_the_file(find):
    with pytest.raises(PluginFailed, match="claims_advice of edi") as caught:
        find({"c.xml": b"fail"})
    assert caught.value.place.file == "c.xml"
