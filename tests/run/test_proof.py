"""Rules of the proof: what is not shown by counts in every world is not applied."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from recon.config import Policy
from recon.errors import MalformedFile
from recon.match.decision.decide import WHOLE
from recon.run.matching import match_lines
from recon.run.proof import SHIPPED, least_proven, with_proven_floor
from tests.scenarios.build import inputs_of, items_frame, lines_frame

TARGET = Decimal("0.9999")


def table(*rows: tuple[str, str, int, int]) -> bytes:
    lines = ["world,least_confidence,lines,wrong", *(",".join(map(str, row)) for row in rows)]
    return "\n".join(lines).encode()


def floor(*rows: tuple[str, str, int, int]) -> Decimal:
    return with_proven_floor(Policy(), table(*rows)).decide.min_confidence


def test_thirty_thousand_lines_without_one_wrong_prove_9999_in_10000():
    # (1 - p)^n = 0.05 at p = 0.0001: n = 29,956.
    assert floor(("own", "0.9990", 29_956, 0)) == Decimal("0.9990")
    assert floor(("own", "0.9990", 29_950, 0)) == 1


def test_the_lowest_proven_confidence_is_the_floor_but_never_below_the_policys():
    rows = [
        ("own", "0.9999", 100_000, 0),
        ("own", "0.9995", 110_000, 1),
        ("own", "0.999", 120_000, 40),
    ]

    assert floor(*rows) == Decimal("0.9995")
    assert floor(("own", "0.99", 100_000, 0)) == Policy().decide.min_confidence


def test_it_must_hold_in_every_world():
    rows = [
        ("calm", "0.9995", 100_000, 0),
        ("wild", "0.9995", 10_000, 3),
        ("calm", "0.9999", 90_000, 0),
    ]

    assert floor(*rows) == 1
    assert floor(*rows, ("wild", "0.9999", 60_000, 0)) == Decimal("0.9999")


def test_where_nothing_is_proven_the_surest_line_is_suggested():
    lines = lines_frame(
        [
            {
                "booking_date": dt.date(2026, 1, 15),
                "amount": 81_247,
                "payer_name": "ACME GmbH",
                "remittance": "INV-1001",
            }
        ]
    )
    items = items_frame(
        [
            {
                "number": "INV-1001",
                "open_amount": 81_247,
                "customer_id": "C1",
                "customer_name": "ACME GmbH",
            }
        ]
    )
    proven, unproven = (
        match_lines(replace(inputs_of(lines, items), calibration=given), Policy())
        for given in (None, table(("own", "0.9999", 20, 0)))
    )

    assert proven.decisions["fate"].to_list() == ["applied"]
    assert unproven.decisions.select("fate", "reason").row(0) == ("suggested", "below_threshold")


def test_the_shipped_table_proves_the_default_target():
    rows = pl.read_csv(SHIPPED, schema_overrides={"least_confidence": pl.String})
    proven = least_proven(rows, TARGET)

    assert proven is not None
    assert proven < 1
    assert rows["world"].n_unique() == 5
    assert int(proven * WHOLE) >= 990_000


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"nonsense",
        table(("own", "0.999", 5, 6)),
        table(("own", "1.5", 5, 0)),
        b"world,least_confidence,lines,wrong\nown,0.9,x,0",
    ],
)
def test_what_is_no_calibration_table_is_an_error_with_a_hint(text):
    with pytest.raises(MalformedFile) as caught:
        with_proven_floor(Policy(), text)

    assert "recon eval --calibration" in (caught.value.hint or "")
