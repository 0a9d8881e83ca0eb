"""Rules of rivals that are spoken for: what another line surely settles keeps no line in doubt, but for a remainder."""

from __future__ import annotations

import polars as pl

from tests.match.test_lessons import world_of
from tests.scenarios.build import run_world

# One account of two customers, who owe the same.
BOOKS = (
    "item INV-1001 812.47 EUR of C1",
    "item INV-1002 812.47 EUR of C2",
    'customer C1 "ACME GmbH" account DE75512108001245126199',
    'customer C2 "Bolt Werke AG" account DE75512108001245126199',
)
SILENT = 'line L2 2026-01-13 812.47 EUR "thank you" account DE75512108001245126199'
QUOTING = 'line L1 2026-01-14 812.47 EUR "INV-1001" account DE75512108001245126199'
PARTLY = 'line L1 2026-01-14 500.00 EUR "INV-1001" account DE75512108001245126199'


def best(*lines):
    """Give the items and the confidence of the best explanation of L2."""
    world = world_of(*lines, *BOOKS)
    matched = run_world(world.inputs, world.policy).matched
    line = next(one for one, name in world.line_names.items() if name == "L2")
    (confidence,) = matched.proposals.filter(line_id=line, rank=1)["confidence_ppm"]
    items = matched.members.filter(pl.col("rank") == 1, line_id=line)["item_id"].to_list()
    return items, confidence


def test_two_equal_explanations_share_the_probability():
    _, confidence = best(SILENT)

    assert 400_000 < confidence <= 500_000


def test_an_item_that_another_line_surely_settles_is_no_rival_but_may_be_paid_twice():
    items, confidence = best(QUOTING, SILENT)

    assert items == ["INV-1002"]
    # One payment in two hundred pays what was paid already.
    assert 985_000 < confidence <= 1_000_000 * 200 / 201


def test_a_part_payment_leaves_the_item_to_others():
    _, confidence = best(PARTLY, SILENT)

    assert confidence <= 500_000
