"""The source of advices: each file is told by its content, and read whole or not at all."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

import recon_advices.plugin
from recon.api import ConfigurationError, UnreadableItems
from recon.plugins import Plugins
from recon.testing import SourceConformance
from recon_advices.advice import frame_of
from recon_advices.recognise import recognise
from tests.plugins.advices.samples import camt054, detail, edi, payment, structured, ubl, ubl_line

(SOURCE,) = recon_advices.plugin.recon_register_sources()
UBL = ubl(ubl_line("1001", "1300.00"))
CAMT = camt054(detail("350.00", structured("1002")))
EDI = edi(*payment()).encode()


class TestConformance(SourceConformance):
    source = SOURCE
    options: ClassVar[dict[str, list[str]]] = {}
    broken: ClassVar[dict[str, list[str]]] = {"remittances": ["no_such_file.edi"]}

    @pytest.fixture(autouse=True)
    def _advice(self, tmp_path, monkeypatch):
        (tmp_path / "a.edi").write_bytes(EDI)
        monkeypatch.setattr(type(self), "options", {"remittances": [str(tmp_path / "a.edi")]})


def fetch(**options):
    return Plugins.for_tests([SOURCE]).fetch("advices", None, options)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (UBL, "ubl"),
        (UBL.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "ubl"),
        (b"\xef\xbb\xbf<!-- <RemittanceAdvice> -->" + UBL.partition(b"?>")[2], "ubl"),
        (CAMT, "camt.054"),
        (CAMT.replace(b"camt.054", b"camt.053"), None),
        (EDI, "x12"),
        (EDI.replace(b"ST*820", b"ST*850"), None),
        (b"ISA,item_number\n", None),
        (b"<Invoice/>", None),
        (b"advice_id,item_number\n", None),
        (b"PK\x03\x04", None),
        (b"", None),
    ],
)
def test_a_file_is_told_by_its_content(data, kind):
    assert recognise(data) == kind
    assert SOURCE.claims_advice(data, "x.csv") is (kind is not None)


@given(st.binary(max_size=300))
def test_no_head_makes_it_raise(head):
    assert recognise(head) is None


@given(st.sampled_from(["ubl", "camt.054", "x12"]), st.data())
def test_a_file_that_was_changed_anywhere_is_read_or_refused_and_never_breaks_us(kind, data):
    whole = {"ubl": UBL, "camt.054": CAMT, "x12": EDI}[kind]
    at = data.draw(st.integers(0, len(whole) - 1))
    until = data.draw(st.integers(at, min(len(whole), at + 60)))
    changed = whole[:at] + data.draw(st.binary(max_size=8)) + whole[until:]
    reader = recon_advices.plugin.READERS[kind]

    with suppress(UnreadableItems):
        frame_of(reader(changed, "x", "USD"))


def test_mixed_files_are_one_frame_and_a_second_delivery_adds_nothing(tmp_path):
    paths = []
    for name, data in (("a.xml", UBL), ("b.xml", CAMT), ("c.txt", EDI), ("again.xml", UBL)):
        (tmp_path / name).write_bytes(data)
        paths.append(str(tmp_path / name))
    books = fetch(remittances=paths)

    assert books.items.is_empty()
    assert books.remittances.select("advice_id", "item_number", "amount", "currency").rows() == [
        ("N-7/1", "1002", 35_000, "CHF"),
        ("RA-17", "1001", 130_000, "EUR"),
        ("TRC-2026-0042", "INV-1", 125_000, "USD"),
    ]
    assert fetch(remittances=[]).remittances.is_empty()


def test_names_beyond_ascii_are_read_in_both_ways_of_writing_them(tmp_path):
    for encoding in ("utf-8", "latin-1"):
        (tmp_path / "a.edi").write_bytes(
            edi(*payment()).replace("ACME SUPPLY INC", "Café Köln").encode(encoding)
        )
        found = fetch(remittances=[str(tmp_path / "a.edi")]).remittances
        assert found["payer_name"].to_list() == ["Café Köln"]


def test_what_cannot_be_read_is_named(tmp_path):
    (tmp_path / "x.edi").write_bytes(b"hello")
    for path, says in (("x.edi", "no UBL RemittanceAdvice"), ("gone.edi", "cannot be read")):
        with pytest.raises(UnreadableItems, match=says) as caught:
            fetch(remittances=[str(tmp_path / path)])
        assert caught.value.place.file == path


@pytest.mark.parametrize(
    "options",
    [{}, {"remittances": "a.xml"}, {"remittances": [], "x": 1}, {"remittances": [], "default_currency": "$"}],
)  # fmt: skip
def test_wrong_options_are_refused(options):
    with pytest.raises(ConfigurationError):
        fetch(**options)
