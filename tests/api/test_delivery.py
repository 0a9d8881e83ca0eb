"""What has no column is JSON; the first fault rejects a record; what was counted must be delivered; options are named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from recon.api import (
    ConfigurationError,
    Delivered,
    Fault,
    SourceFile,
    chosen,
    chosen_currency,
    deliver,
    json_members,
    json_object,
    json_text,
    refuse_unknown,
    with_fault,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = ["plain", "null", 'quo"te', "a\nb", "", None]


def test_extras_keep_any_text_and_leave_out_nulls_alone() -> None:
    frame = pl.DataFrame({"text": TEXTS, "number": [1, None, 3, None, 5, None]})
    members = json_members({"text": pl.col("text"), "number": pl.col("number")})
    objects = frame.select(extras=json_object(members))["extras"].to_list()

    expected = [{key: row[key] for key in row if row[key] is not None} for row in frame.to_dicts()]
    assert [json.loads(one) if one else {} for one in objects] == expected
    assert objects[-1] is None


def test_a_text_is_quoted_as_json() -> None:
    texts = [text for text in TEXTS if text is not None]
    quoted = pl.DataFrame({"text": texts}).select(quoted=json_text(pl.col("text")))["quoted"]

    assert [json.loads(one) for one in quoted] == texts


def records() -> pl.DataFrame:
    rows = pl.DataFrame(
        {"statement_index": 0, "record": [1, 2], "line_number": [1, 2], "amount": [5, None]}
    ).with_columns(booking_date=pl.date(2026, 1, 2), currency=pl.lit("EUR"), excerpt=pl.lit("x"))
    faults = (
        Fault(pl.col("amount").is_null(), "amount", "no-amount", "it is none", "ask"),
        Fault(pl.col("record") == 2, "record", "second", "it is the second", "ask"),
    )
    return with_fault(rows, faults)


def test_the_first_fault_of_a_record_is_named() -> None:
    assert records()["code"].to_list() == [None, "no-amount"]


def test_a_record_is_a_line_or_a_reject_and_each_is_counted() -> None:
    statements = pl.DataFrame(
        {"statement_index": [0], "account": ["1"], "currency": ["EUR"], "line_count": [2]}
    )
    columns = ("statement_index", "record", "line_number", "amount", "booking_date", "currency")
    read = Delivered(statements, records(), columns)
    source = SourceFile("bank", b"")
    parsed = deliver(source, read, reader="one", counted=2, findings=["said"])

    assert parsed.lines["record"].to_list() == [1]
    assert parsed.rejects.select("file", "record", "code").rows() == [("bank", 2, "no-amount")]
    assert (parsed.reader, parsed.findings) == ("one", ("said",))
    with pytest.raises(AssertionError, match="3 counted"):
        deliver(source, read, reader="one", counted=3, findings=())


@pytest.mark.parametrize(
    "check",
    [
        lambda options: refuse_unknown("one", options, ["two"]),
        lambda options: chosen("one", options, "mode", ["fast", "slow"]),
        lambda options: chosen_currency("one", options),
    ],
)
def test_a_wrong_option_is_named_with_its_format(check: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(ConfigurationError, match=r"(mode|currency).*formats.one|formats.one.*mode"):
        check({"mode": "odd", "currency": "ODD"})
    assert check({}) is None
