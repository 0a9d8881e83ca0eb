"""Any report, written as a bank would write it, is read back as it was; the kit finds nothing to complain about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.api import ReconError, SourceFile
from recon.testing.conformance import check_format
from recon_bai2.plugin import Bai2
from tests.corpus_index import ROOT
from tests.examples import examples
from tests.formats.bai2.bai2_files import HEADER, Account, bai2, read

FOLDER = ROOT / "fixtures" / "statements" / "bai2"
SOUND = [path for path in sorted(FOLDER.glob("*.[bn]ai")) if "rejected" not in path.name]

REFERENCES = st.text(alphabet="ABCXYZ0189-.", max_size=16)
TEXTS = st.text(alphabet="ABCXYZabc 0189,.-&'()", max_size=60).map(
    lambda text: " ".join(text.split())
)
FUNDS = st.sampled_from(["", "Z", "0", "S,1,2,3", "S,,,", "V,260120,", "D,2,0,1,1,2", "2"])


@dataclass(frozen=True)
class Entry:
    code: str
    size: int
    funds: str
    bank_reference: str
    customer_reference: str
    texts: tuple[str, ...]

    @property
    def amount(self) -> int:
        return self.size if self.code < "400" else -self.size

    def records(self) -> list[str]:
        head = f"16,{self.code},{self.size},{self.funds},{self.bank_reference},{self.customer_reference},"
        first, *rest = self.texts
        return [f"{head}{first}/", *(f"88,{text}/" for text in rest)]


ENTRIES = st.builds(
    Entry,
    code=st.sampled_from(["142", "195", "399", "451", "475", "699"]),
    size=st.integers(min_value=0, max_value=10**12),
    funds=FUNDS,
    bank_reference=REFERENCES,
    customer_reference=REFERENCES,
    texts=st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
)


@settings(max_examples=examples(4))
@given(
    entries=st.lists(ENTRIES, max_size=8),
    opening=st.integers(min_value=-(10**12), max_value=10**12),
    date=st.dates(dt.date(1971, 1, 1), dt.date(2068, 12, 1)),
    currency=st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_a_report_is_read_back_as_it_was_written(entries, opening, date, currency):
    closing = opening + sum(entry.amount for entry in entries)
    head = f"03,12345,{currency},010,{opening},,,015,{closing},,/"
    total = opening + closing + sum(entry.size for entry in entries)
    account = Account([head, *(one for entry in entries for one in entry.records())], total)
    group = f"02,OURCO,BANK,1,{date:%y%m%d},2400,USD,2/"
    parsed = read(bai2(account, header=HEADER.replace("260115", f"{date:%y%m%d}"), group=group))

    assert parsed.findings == ()
    assert parsed.rejects.is_empty()
    assert parsed.statements["closing_balance"].to_list() == [closing]
    lines = parsed.lines
    assert lines["amount"].to_list() == [entry.amount for entry in entries]
    assert set(lines["booking_date"]) <= {date}
    assert set(lines["currency"]) <= {currency}
    assert lines["bank_reference"].to_list() == [entry.bank_reference or None for entry in entries]
    assert lines["remittance"].to_list() == [
        " ".join(" ".join(entry.texts).split()) for entry in entries
    ]


@settings(max_examples=examples(5))
@given(st.binary(max_size=300))
def test_any_bytes_behind_the_headers_are_read_or_refused(data):
    head = (
        b"01,BANK,OURCO,260115,0600,1,,,2/\n02,OURCO,BANK,1,260114,2400,USD,2/\n03,1,USD,010,5,,/\n"
    )
    try:
        parsed = Bai2().read(SourceFile("x", head + data + b"\n99,,,/"), {})
    except ReconError:
        return

    assert parsed.statements["line_count"].sum() == len(parsed.lines) + len(parsed.rejects)


@settings(max_examples=examples(5))
@given(st.text(alphabet="0136489,/\n SVDZ-+ABC", max_size=200))
def test_any_sequence_of_records_is_counted_in_full(text):
    head = "01,B,O,260115,0600,1,,,2/\n02,O,B,1,260114,,USD,2/\n03,1,USD,/\n16,195,1,,,,/\n"
    try:
        parsed = read(f"{head}{text}\n99,,,/")
    except ReconError:
        return

    assert parsed.statements["line_count"].sum() == len(parsed.lines) + len(parsed.rejects)


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
def test_the_conformance_kit_passes_on_each_dialect(path):
    parsed = check_format(Bai2(), SourceFile(path.name, path.read_bytes()), damages=2)

    assert parsed.lines.height > 0


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
def test_one_wrong_digit_of_an_amount_is_always_told(path):
    data = path.read_bytes()
    sound = read(data)
    for offset, length in sound.lines.select("byte_offset", "byte_length").iter_rows():
        raw = data[offset : offset + length]
        at = offset + raw.index(b",", 3) + 1
        if not data[at : at + 1].isdigit():
            continue
        other = b"1" if data[at : at + 1] != b"1" else b"2"
        parsed = read(data[:at] + other + data[at + 1 :])

        assert set(parsed.findings) != set(sound.findings) or "nai" in set(
            parsed.statements["dialect"]
        )
