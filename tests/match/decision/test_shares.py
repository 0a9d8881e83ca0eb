"""Rules of what the day's receipts pay: shares are measured, for lines with a number and without, beside a stated prior."""

from __future__ import annotations

import polars as pl
import pytest

from recon.match.decision.shares import KINDS, measure_shares, odds_of_lines


def shifts(quoted, unquoted, absent, strangers, names_a_number):
    """Measure the shares of so many lines of each kind, each of them beyond doubt."""
    certain, lines, rows = 30_000, 0, []
    for kind, count in (("quoted", quoted), ("unquoted", unquoted), ("absent", absent)):
        rows += [(lines + at, kind, certain) for at in range(count)]
        lines += count
    found = pl.DataFrame(
        rows,
        schema={"line": pl.Int64, "kind": pl.String, "millibits": pl.Int64},
        orient="row",
    )
    is_absent = pl.col("kind") == "absent"
    receipts = pl.DataFrame({"line": range(lines + strangers)}).with_columns(
        pl.col("line").cast(pl.Int64), names_a_number=pl.lit(names_a_number)
    )
    odds = odds_of_lines(
        found.filter(~is_absent),
        found.filter(is_absent).select("line", "kind", absent_millibits="millibits"),
        receipts,
    )
    measured = measure_shares(odds)
    of_group = measured.filter(pl.col("names_a_number") == names_a_number)
    return dict(of_group.select("kind", "shift_millibits").iter_rows())


def test_without_receipts_the_stated_shares_hold():
    # 0.40, 0.07 and 0.03 of receipts that name a number, beside 0.50 that pay nothing.
    assert shifts(0, 0, 0, 0, names_a_number=True) == {
        "quoted": -322,
        "unquoted": -2837,
        "absent": -4059,
    }


def test_of_many_receipts_the_shares_are_those_of_the_day():
    # 40,000, 20,000 and 10,000 beside 10,000 that pay nothing: odds of 4, 2 and 1.
    measured = shifts(40_000, 20_000, 10_000, 10_000, names_a_number=True)

    assert measured == {
        name: pytest.approx(bits, abs=30) for name, bits in zip(KINDS, (2000, 1000, 0), strict=True)
    }


def test_receipts_without_a_number_are_measured_by_themselves():
    with_number = shifts(0, 0, 5_000, 0, names_a_number=True)
    without = shifts(0, 5_000, 0, 0, names_a_number=False)

    assert with_number["absent"] > 4_000
    assert with_number["unquoted"] < 0
    assert without["unquoted"] > 4_000
    assert without["absent"] < 0
