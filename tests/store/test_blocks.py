"""Rows that go into blocks come out as they were; a block that is not what was put there says so."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.errors import StoreBroken
from recon.store import blocks
from recon.store.blocks import COUNT, FIRST, FIRST_DAY, LAST, LAST_DAY, pack, unpack

TYPES = {
    "statement_id": pl.String(),
    "record": pl.Int64(),
    "seq": pl.Int64(),
    "booking_date": pl.String(),
    "amount": pl.Int64(),
    "remittance": pl.String(),
    "mandate_id": pl.String(),
}
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8) | st.sampled_from(
    ["", "null", '"', "\\", "\x00", "\x1f", "\u2028", "</v>", "[1,2]", "\U0001d518"]
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.integers(1, 30),
        st.integers(1, 2),
        st.sampled_from(["2026-01-01", "2026-02-01"]),
        st.integers(-(2**63), 2**63 - 1),
        TEXTS,
        st.none() | TEXTS,
    ),
    max_size=12,
    unique_by=lambda row: row[:2],
)


def rows(*told):
    return pl.DataFrame(told, schema=TYPES, orient="row").sort("statement_id", "record")


@given(ROWS, st.integers(1, 3))
def test_rows_come_out_of_blocks_as_they_went_in(told, at_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_ROWS", at_once)
        frame = rows(*told)
        packed = pack(frame)

        assert packed.height == 0 or packed[COUNT].max() <= at_once
        assert unpack(_with_all(packed), TYPES).equals(frame)


def test_a_block_says_which_records_and_days_it_holds():
    packed = pack(
        rows(
            ("a", 1, 7, "2026-01-05", 1, "x", None),
            ("a", 4, 7, "2026-01-03", 2, "y", None),
        )
    )
    names = ("statement_id", "seq", FIRST, LAST, COUNT, FIRST_DAY, LAST_DAY, "amount")

    assert packed.select(names).rows() == [("a", 7, 1, 4, 2, "2026-01-03", "2026-01-05", "[1,2]")]
    assert "mandate_id" not in packed.columns


@pytest.mark.parametrize("text", ["[1", "[1,2,3]", '["x",2]', "{}", ""])
def test_a_block_that_is_not_what_was_put_there_is_refused(text):
    packed = pack(
        rows(("a", 1, 7, "2026-01-05", 1, "x", None), ("a", 2, 7, "2026-01-05", 2, "y", None))
    )

    with pytest.raises(StoreBroken, match="a block of deliveries cannot be read"):
        unpack(_with_all(packed).with_columns(amount=pl.lit(text)), TYPES)


def _with_all(packed):
    missing = [name for name in TYPES if name not in packed.columns]
    return packed.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
