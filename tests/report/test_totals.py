from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recon.errors import IdentityBroken
from recon.money import AMOUNT_LIMIT
from recon.report.totals import PARTS, check_tie, tie_out
from tests.examples import examples
from tests.report.view_builder import ViewBuilder, sample

CURRENCIES = ("EUR", "JPY", "KWD")
AMOUNTS = st.integers(-AMOUNT_LIMIT, AMOUNT_LIMIT)


@st.composite
def runs(draw: st.DrawFn) -> ViewBuilder:
    """Any run: each line a fate, each allocated line its cash in any pieces, some of it negative."""
    build = ViewBuilder()
    fates = st.sampled_from(
        ("applied", "suggested", "on_account", "unmatched", "not_receivable", "returned")
    )
    for at in range(draw(st.integers(0, 12))):
        fate, amount, code = draw(fates), draw(AMOUNTS), draw(st.sampled_from(CURRENCIES))
        held = fate not in {"applied", "on_account"} and draw(st.booleans())
        identity = build.line(f"B{at}", amount, fate, currency=code, is_held=held)
        if fate in {"applied", "on_account"}:
            cut = draw(st.lists(AMOUNTS, max_size=3))
            pieces = [*cut, amount - sum(cut)]
            for number, piece in enumerate(pieces):
                kind = draw(st.sampled_from(("payment", "on_account", "refund")))
                build.allocate(identity, piece, kind=kind, currency=code, item_id=f"{at}-{number}")
        if fate == "applied" and draw(st.booleans()):
            build.allocate(identity, 5, kind="discount", currency=code, item_id=f"{at}-d")
        if fate == "suggested":
            build.allocate(identity, amount, status="suggested", currency=code, item_id="x")
    return build


@given(runs())
@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_cent_received_is_in_exactly_one_part(build):
    totals = tie_out(build.view())

    assert [each.currency for each in totals] == sorted({line["currency"] for line in build.lines})
    for each in totals:
        own = [line["amount"] for line in build.lines if line["currency"] == each.currency]
        assert each.received.amount == sum(amount for amount in own if amount >= 0)
        assert each.received.amount == sum(part.amount for part in each.parts)
        assert each.received.count == sum(part.count for part in each.parts)
        assert sum(part.amount for part in each.debits) == sum(a for a in own if a < 0)
        assert tuple(part.name for part in each.parts) == PARTS


@given(runs(), st.data())
@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_one_cent_more_or_less_of_applied_cash_is_found(build, data):
    cash = [
        row for row in build.allocations if row["status"] == "applied" and row["kind"] != "discount"
    ]
    if not cash:
        build.allocate(build.line("more", 7, "applied"), 7)
        cash = build.allocations[-1:]
    row = data.draw(st.sampled_from(cash))
    row["amount"] += data.draw(st.sampled_from((-1, 1)))

    with pytest.raises(IdentityBroken):
        tie_out(build.view())


def test_an_overpaid_rest_is_on_account_and_the_line_counts_as_applied():
    build = ViewBuilder()
    identity = build.line("B1", 320, "applied")
    build.allocate(identity, 300, item_id="1")
    build.allocate(identity, 20)
    (totals,) = tie_out(build.view())

    assert (totals.part("applied").count, totals.part("applied").amount) == (1, 300)
    assert (totals.part("on_account").count, totals.part("on_account").amount) == (0, 20)


def test_sums_beyond_64_bits_do_not_wrap():
    build = ViewBuilder()
    for at in range(12_000):
        build.line(f"B{at}", AMOUNT_LIMIT, "unmatched")
    (totals,) = tie_out(build.view())

    assert totals.received.amount == 12_000 * AMOUNT_LIMIT > 2**63


def test_suggested_money_is_not_applied_money():
    build = ViewBuilder()
    build.allocate(build.line("B1", 100, "suggested"), 100, item_id="1", status="suggested")
    (totals,) = tie_out(build.view())

    assert (totals.part("applied").amount, totals.part("suggested").amount) == (0, 100)


def test_the_sample_ties_and_shows_what_stands_apart():
    euro, yen = tie_out(sample().view())

    assert euro.received.amount == 1_235_293_44
    assert [(p.name, p.count, p.amount) for p in euro.debits] == [
        ("not_receivable", 1, -1250),
        ("returned", 1, -4000),
    ]
    assert [(p.name, p.amount) for p in euro.settled] == [("discount", 900)]
    assert (euro.held.count, euro.held.amount) == (1, 700)
    assert euro.open_amount == 148_00 + 80_00 + 1_234_574_89
    assert yen.part("applied").amount == yen.received.amount == 12_000


def test_a_line_without_a_fate_is_named():
    build = sample()
    gone = build.decisions.pop()

    with pytest.raises(IdentityBroken, match=f"line without a fate: {gone['line_id']}"):
        tie_out(build.view())


def test_a_fate_without_a_line_is_named():
    build = sample()
    gone = build.lines.pop()

    with pytest.raises(IdentityBroken, match=f"fate without a line: {gone['line_id']}"):
        tie_out(build.view())


def test_two_fates_of_one_line_are_found():
    view = sample().view()
    twice = dataclasses.replace(view, decisions=pl.concat([view.decisions, view.decisions.head(1)]))

    with pytest.raises(IdentityBroken, match="12 fates for 11 lines"):
        tie_out(twice)


def test_an_allocation_of_an_unknown_line_is_named():
    build = ViewBuilder()
    build.allocate("Laaaaaaaaaaaaaaaa", 5)

    with pytest.raises(IdentityBroken, match="allocation without a line: Laaaaaaaaaaaaaaaa"):
        tie_out(build.view())


@pytest.mark.parametrize("fate", ["unmatched", "suggested", "not_receivable"])
def test_applied_cash_of_a_line_that_is_not_allocated_is_found(fate):
    build = ViewBuilder()
    build.allocate(build.line("B1", 100, fate), 100, item_id="1")

    with pytest.raises(IdentityBroken, match=r"is 1\.00 EUR, its applied cash is 1\.00 EUR"):
        tie_out(build.view())


def test_applied_cash_of_a_held_line_is_found():
    build = ViewBuilder()
    build.allocate(build.line("B1", 100, "applied", is_held=True), 100, item_id="1")

    with pytest.raises(IdentityBroken):
        tie_out(build.view())


def test_cash_in_another_currency_than_its_line_is_found():
    build = ViewBuilder()
    build.allocate(build.line("B1", 100, "applied"), 100, item_id="1", currency="USD")

    with pytest.raises(IdentityBroken, match=r"1\.00 EUR, its applied cash is 1\.00 USD"):
        tie_out(build.view())


def test_both_numbers_are_named_when_the_parts_do_not_add_up():
    (totals, _) = tie_out(sample().view())
    wrong = dataclasses.replace(totals, received=dataclasses.replace(totals.received, amount=1))
    miscounted = dataclasses.replace(totals, received=dataclasses.replace(totals.received, count=9))

    with pytest.raises(
        IdentityBroken, match=r"received 0\.01 EUR, but the parts add up to 1235293\.44 EUR"
    ):
        check_tie(wrong)
    with pytest.raises(IdentityBroken, match="9 credits in EUR, but the parts count 8"):
        check_tie(miscounted)
