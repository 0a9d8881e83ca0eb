"""Rules of accounts that may be another's as well: the next client of somebody who pays for several customers."""

from __future__ import annotations

import datetime as dt

import polars as pl

from recon.config import Policy
from recon.run.matching import match_lines
from tests.scenarios.build import history_of, inputs_of, items_frame, line_id, lines_frame

AGENT = "DE75512108001245126199"
PRICE = 19_900


def confidence(paid_for: list[str], others: int) -> int:
    """How sure it is that C1, which owes the price, was meant by an account that paid for these customers before.

    So many customers for whom the account never paid owe the same.
    """
    past = [
        {"booking_date": dt.date(2026, 2, 1), "amount": 10_000 + at, "payer_account": AGENT}
        for at in range(len(paid_for))
    ]
    confirmed = [
        {"line_id": line_id(10_000 + at), "item_number": f"OLD-{at}", "customer_id": customer}
        for at, customer in enumerate(paid_for)
    ]
    owed = [
        {"number": f"INV-{1000 + at}", "customer_id": f"C{at}", "customer_name": f"Bolt Nr {at}"}
        | {"open_amount": PRICE if at == 1 or 10 <= at < 10 + others else 30_001 + 7 * at}
        for at in range(300)
    ]
    line = {"booking_date": dt.date(2026, 3, 2), "amount": PRICE, "remittance": "thank you"}
    world = inputs_of(
        lines_frame([line | {"payer_account": AGENT}]),
        items_frame(owed),
        history=history_of(past, confirmed),
    )
    proposals = match_lines(world, Policy()).proposals.filter(pl.col("rank") == 1)
    return proposals["confidence_ppm"].item()


TWO_CLIENTS = ["C1"] * 5 + ["C2"]
EVER_MORE = ["C1", "C2", "C3", "C4", "C5", "C6"]


def test_an_account_of_one_client_is_its_own():
    assert confidence(["C1"] * 6, others=20) > 995_000


def test_an_account_of_several_clients_may_pay_for_the_next_one_who_owes_just_that():
    assert confidence(TWO_CLIENTS, others=20) < 970_000 < confidence(TWO_CLIENTS, others=0)


def test_the_more_clients_were_seen_only_once_the_likelier_the_next_is_new():
    assert confidence(EVER_MORE, others=20) < 500_000 < confidence(TWO_CLIENTS, others=20)


def test_who_owes_another_amount_is_no_rival():
    assert confidence(EVER_MORE, others=0) > 990_000
