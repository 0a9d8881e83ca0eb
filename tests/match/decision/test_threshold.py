"""Rules of the threshold: the lines of a day hold the target together, a line by itself holds it alone."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import msgspec
import polars as pl
import pytest

from recon.config import Policy
from recon.match.decision import threshold as room


def chosen(monkeypatch, confidences, target="0.9999", floor="0.999"):
    """The threshold of a day whose lines are stated so sure and nothing else stands in their way."""
    able = pl.DataFrame(
        {"confidence_ppm": confidences},
        schema={"confidence_ppm": pl.Int64},
    ).with_columns(
        refusal=pl.lit(None, dtype=pl.String),
        settlement=pl.lit("exact"),
    )
    monkeypatch.setattr(room, "with_refusal", lambda *_args, **_named: able)
    decide = {"target_precision": target, "min_confidence": floor}
    policy = msgspec.convert({"decide": decide}, Policy, strict=False)
    return room.choose_threshold(SimpleNamespace(), able, policy)


def test_a_line_by_itself_holds_the_target_alone(monkeypatch):
    assert chosen(monkeypatch, [999_950]) == 999_950
    assert chosen(monkeypatch, [999_800]) == 999_900


def test_surer_lines_make_room_for_one_that_is_less_sure(monkeypatch):
    # Ten lines may have ten ten-thousandths of doubt together.
    assert chosen(monkeypatch, [999_999] * 9 + [999_010]) == 999_010
    assert chosen(monkeypatch, [999_999] * 8 + [999_050]) > 999_050


def test_lines_that_are_as_sure_as_each_other_share_one_fate(monkeypatch):
    # Of two such lines the first would find room, the second not.
    assert chosen(monkeypatch, [999_999] * 9 + [999_010] * 2) == 999_999


def test_no_line_is_applied_below_the_floor(monkeypatch):
    assert chosen(monkeypatch, [999_999] * 100_000 + [995_000]) == 999_000


@pytest.mark.parametrize("target", ["0.999", "0.9999", "0.99999"])
def test_the_threshold_of_a_day_without_lines_is_the_target(monkeypatch, target):
    assert chosen(monkeypatch, [], target=target) == int(Decimal(target) * 1_000_000)
