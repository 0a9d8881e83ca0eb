"""The grammar of field 61 at its edges: what is read is exact, and ends where its field ends."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import AMOUNT_LIMIT, ParsedStatements, SourceFile
from recon_mt940.plugin import Mt940

HEAD = ":20:X\n:25:1\n:28C:1/1\n:60F:C260114EUR0,00\n"


def read(*entries: str) -> ParsedStatements:
    """Read entries whose balance nobody states: the policy allows that."""
    text = HEAD + "".join(f":61:{entry}\n" for entry in entries)
    return Mt940().read(SourceFile("entry.sta", text.encode()), {"closing_balance": "optional"})


@given(st.from_regex(r"[0-9]{0,22}[,.]?[0-9]{0,14}", fullmatch=True))
def test_an_amount_is_exact_or_rejected(size: str) -> None:
    parsed = read(f"260115C{size}NTRFNONREF")

    written = Decimal(size.replace(",", ".")) if size.strip(",.") else None
    is_ambiguous = "." in size and len(size.split(".")[1]) > 2
    is_exact = written is not None and written * 100 == int(written * 100)
    is_whole = is_exact and not is_ambiguous and written * 100 <= AMOUNT_LIMIT
    # Zeros beyond the cents are no loss, up to the ninth of them.
    is_short = len(size.replace(".", ",").partition(",")[2]) <= 11
    if is_whole and is_short:
        assert parsed.lines["amount"].to_list() == [int(written * 100)]
    else:
        assert parsed.rejects.height == 1


@pytest.mark.parametrize("start", ["", "2", "260115", "2601150115", "260115 ", "2601150115R"])
def test_a_field_that_breaks_off_takes_nothing_from_the_next_entry(start: str) -> None:
    parsed = read(start, "260115C1,00NTRFA//B")

    assert parsed.rejects["code"].to_list() == ["entry-grammar"]
    assert parsed.lines.select("amount", "customer_reference", "bank_reference").rows() == [
        (100, "A", "B")
    ]


@pytest.mark.parametrize(
    ("mark", "amount", "is_reversal", "status"),
    [
        ("C", 100, False, "booked"),
        ("d", -100, False, "booked"),
        ("RC", -100, True, "booked"),
        ("rD", 100, True, "booked"),
        ("EC", 100, False, "pending"),
        ("Ed", -100, False, "pending"),
    ],
)
def test_a_mark_is_read_in_either_case(
    mark: str, amount: int, is_reversal: bool, status: str
) -> None:
    lines = read(f"260115{mark}1,00NTRFNONREF").lines

    assert lines.select("amount", "is_reversal", "status").row(0) == (amount, is_reversal, status)


def test_the_first_double_slash_ends_the_owners_reference() -> None:
    lines = read("260115C1,00NTRFA/1//B//C", "260115C1,00NTRF//B", "260115C1,00NTRFA/").lines

    assert lines["customer_reference"].to_list() == ["A/1", None, "A/"]
    assert lines["bank_reference"].to_list() == ["B//C", "B", None]
    assert lines["transaction_code"].equals(pl.Series("transaction_code", ["NTRF"] * 3))
