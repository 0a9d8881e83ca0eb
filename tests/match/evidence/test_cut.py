from __future__ import annotations

import polars as pl
import pytest

from recon.match.evidence.cut import cut_numbers

_NUMBERS = pl.DataFrame(
    {"number_text": ["RE-2026-00415", "RE-2026-00423", "410033", "RE-2026-004"]}
)


def ends(text):
    texts = pl.DataFrame({"line": [0], "text": [text]}, schema_overrides={"line": pl.Int64})
    return cut_numbers(texts, _NUMBERS)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("DANKE RE-2026-0041", "RE 2026 0041"),
        ("DANKE RE 2026 0042 ", "RE 2026 0042"),
        ("ZAHLUNG 4100", "4100"),
        ("ZAHLUNG 4100 \x1e RF18", "4100"),  # the remittance was cut, not the next field
    ],
)
def test_an_end_that_begins_an_open_number_is_found(text, span):
    assert ends(text)["span"].to_list() == [span]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RE-2026-0041 DANKE",  # not at the end
        "RE-2026-00415",  # whole
        "RE-2026-004",  # another number, whole
        "ZAHLUNG 410",  # too short
        "RE-2026-0099",
        "DANKE \x1e RE-2026-0041",
    ],
)
def test_other_ends_are_no_cut_numbers(text):
    assert ends(text).is_empty()


def test_an_end_that_begins_many_numbers_is_worth_less_and_never_a_quotation():
    numbers = pl.DataFrame({"number_text": [f"RE-{number}" for number in range(10_000, 10_100)]})
    texts = pl.DataFrame({"line": [0, 1], "text": ["RE-1000", "RE-100"]})
    worth = dict(cut_numbers(texts, numbers).select("span", "millibits").rows())

    assert 0 <= worth["RE 100"] < worth["RE 1000"] <= 7_000
