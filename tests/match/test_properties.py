"""What must hold in every world, whatever the lines say."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from recon.apply.allocate import is_cash
from tests.examples import examples
from tests.match.worlds import Rows, applied, fates, worlds


@given(worlds())
@settings(max_examples=examples(12))
def test_no_cent_is_lost_or_made(world):
    # The flow's own check of the identities runs inside; the figures are counted here once more, by hand.
    outcome = world.run()
    amounts = {row["line_id"]: row["amount"] for row in world.lines}
    opens = {row["number"]: row["open_amount"] for row in world.items}
    rows = outcome.allocations.filter(pl.col("status") == "applied")
    cash = dict(rows.filter(is_cash()).group_by("line_id").agg(pl.col("amount").sum()).rows())
    settled = dict(
        rows.drop_nulls("item_id").group_by("item_id").agg(pl.col("item_amount").sum()).rows()
    )
    spent = [line for line, fate, _ in fates(outcome) if fate in ("applied", "on_account")]

    assert sorted(line for line, _, _ in fates(outcome)) == sorted(amounts)
    assert cash == {line: amounts[line] for line in spent}
    assert all(0 < amount / opens[item] <= 1 for item, amount in settled.items())
    assert (
        outcome.entries.group_by("entry_key").agg(pl.col("amount").sum())["amount"].abs().sum() == 0
    )


@given(worlds())
@settings(max_examples=examples(12))
def test_money_goes_only_where_it_may(world):
    outcome = world.run()
    kept = {row["line_id"] for row in world.lines if row["is_held"] or row["amount"] <= 0}
    rows = outcome.allocations.drop_nulls("item_id")

    assert not {line for line, *_ in applied(outcome)} & kept
    other_currency = rows.filter(pl.col("currency") != pl.col("item_currency"))
    assert other_currency.filter(pl.col("status") == "applied").is_empty()
    assert all(reason for _, _, reason in fates(outcome))


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=examples(5))
def test_shuffled_lines_items_and_customers_give_the_same_frames(world, random):
    def shuffled(rows):
        turned = list(rows)
        random.shuffle(turned)
        return tuple(turned)

    one = world.run()
    parts = (
        shuffled(world.lines),
        shuffled(world.items),
        shuffled(world.parties),
        shuffled(world.closed),
    )
    other = Rows(*parts).run()

    assert_frame_equal(one.matched.decisions, other.matched.decisions)
    assert_frame_equal(one.matched.proposals, other.matched.proposals)
    assert_frame_equal(one.matched.members, other.matched.members)
    assert_frame_equal(one.matched.evidence, other.matched.evidence)
    assert_frame_equal(one.allocations, other.allocations)
    assert_frame_equal(one.entries, other.entries)


UNRELATED_ITEM = {
    "number": "ZQ/88-777-X",
    "open_amount": 4_449_913,
    "currency": "EUR",
    "customer_id": "C99",
    "customer_name": "Xylophon Orchester Leipzig",
}


@given(worlds())
@settings(max_examples=examples(6))
def test_an_unrelated_item_changes_no_match(world):
    more = Rows(world.lines, (*world.items, UNRELATED_ITEM), world.parties, world.closed)

    assert applied(more.run()) == applied(world.run())


@given(worlds(most_lines=4))
@settings(max_examples=examples(5))
def test_an_unrelated_line_changes_no_match(world):
    stranger = {
        **world.lines[0],
        "line_id": "Lzzzzzzzzzzzzzzzz",
        "record": 99,
        "amount": 7_717_731,
        "currency": "EUR",
        "remittance": "Pacht Seegrundstueck",
        "payer_name": "Zacharias Quandt",
        "payer_account": None,
        "is_held": False,
        "is_reversal": False,
    }
    more = Rows((*world.lines, stranger), world.items, world.parties, world.closed)
    seen = [row for row in applied(more.run()) if row[0] != stranger["line_id"]]

    assert seen == applied(world.run())
