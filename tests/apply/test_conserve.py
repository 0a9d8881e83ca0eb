from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from recon.apply.conserve import check_identities
from recon.config import Policy
from recon.errors import IdentityBroken
from tests.scenarios.build import inputs_of, items_frame, lines_frame, parties_frame, run_world

DAY = dt.date(2026, 1, 10)


@pytest.fixture(scope="module")
def run():
    """Give one sound run: a line applied, a line suggested, and their frames by name."""
    rows = [
        {
            "booking_date": DAY,
            "amount": 81_240,
            "remittance": "INV-1001",
            "payer_name": "ACME GmbH",
        },
        {"booking_date": DAY, "amount": 55_510, "remittance": "thank you"},
    ]
    items = [
        {"number": "INV-1001", "open_amount": 81_240, "customer_id": "C1"},
        {"number": "INV-1002", "open_amount": 55_510, "customer_id": "C1"},
    ]
    inputs = inputs_of(
        lines_frame(rows),
        items_frame(items),
        parties_frame([{"customer_id": "C1", "name": "ACME GmbH"}]),
    )
    outcome = run_world(inputs, Policy())
    return {
        "lines": inputs.lines,
        "items": inputs.items,
        "decisions": outcome.matched.decisions,
        "allocations": outcome.allocations,
        "entries": outcome.entries,
    }


def check(run, **changed):
    check_identities(*(run | changed).values())


def is_applied():
    return pl.col("status") == "applied"


def test_a_sound_run_passes(run):
    check(run)


BREAKS = {
    "a line without a fate": (
        {"decisions": lambda f: f.head(1)},
        "2 lines have 1 decisions: 1 lines have none",
    ),
    "a fate without a line": ({"lines": lambda f: f.head(1)}, "1 lines have 2 decisions"),
    "a fate twice": (
        {"decisions": lambda f: pl.concat([f, f.head(1)])},
        "2 lines have 3 decisions",
    ),
    "a cent too little": (
        {
            "allocations": lambda f: f.with_columns(
                pl.when(is_applied()).then(pl.col("amount") - 1).otherwise("amount")
            )
        },
        "81239 allocated of an amount of 81240",
    ),
    "an applied line without allocation": (
        {"allocations": lambda f: f.filter(~is_applied())},
        "None allocated of an amount of 81240",
    ),
    "an allocation of a line that is not applied": (
        {"allocations": lambda f: f.with_columns(status=pl.lit("applied"))},
        "55510 allocated of an amount of None",
    ),
    "a suggestion of more than the line": (
        {
            "allocations": lambda f: f.with_columns(
                pl.when(~is_applied()).then(pl.col("amount") + 1).otherwise("amount")
            )
        },
        "a suggestion allocates 55511 of 55510",
    ),
    "more settled than is open": (
        {"items": lambda f: f.with_columns(open_amount=pl.col("open_amount") - 1)},
        "81240 settled of 81239 open",
    ),
    "an item that nobody knows": (
        {"items": lambda f: f.filter(pl.col("item_id") != "INV-1001")},
        "81240 settled of None open",
    ),
    "an item settled the wrong way": (
        {"items": lambda f: f.with_columns(open_amount=-pl.col("open_amount"))},
        "81240 settled of -81240 open",
    ),
    "an entry that does not balance": (
        {
            "entries": lambda f: f.with_columns(
                amount=pl.when(pl.col("posting") == 1).then(1).otherwise("amount")
            )
        },
        "add up to -81239, not 0",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_identity_is_refused_with_both_numbers(run, name):
    changes, message = BREAKS[name]
    changed = {frame: change(run[frame]) for frame, change in changes.items()}
    with pytest.raises(IdentityBroken, match=message):
        check(run, **changed)


def test_sums_beyond_sixty_four_bits_do_not_wrap_to_a_balance(run):
    # 2^63 + 2^63 wraps to 0 in 64 bits: an entry of such postings must not pass for balanced.
    entries = run["entries"].with_columns(amount=pl.lit(-(2**63), dtype=pl.Int64))
    with pytest.raises(IdentityBroken, match="not 0"):
        check(run, entries=entries)
