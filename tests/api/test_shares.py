"""An entry split by customer: the cash adds up, and nothing is in two shares."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from recon.api import shares_of
from recon.api.file_ledger import Posting

FIELDS = dict.fromkeys(Posting._fields, "x") | {"date": dt.date(2026, 1, 15), "currency": "EUR"}


def posting(role, amount, customer=None):
    return Posting(**FIELDS | {"role": role, "amount": amount, "customer_id": customer})


def customer_of(p):
    return p.customer_id or ""


def split(*postings):
    cash = posting("cash", -sum(p.amount for p in postings))
    return shares_of([cash, *postings], customer_of)


def test_each_customer_has_its_invoices_and_its_rest_and_the_largest_cash_is_last():
    shares = split(
        posting("receivable", -500, "B"),
        posting("receivable", -100, "A"),
        posting("discount", 10, "B"),
        posting("on_account", -7, "A"),
    )

    assert [(s.customer, s.cash, s.on_account) for s in shares] == [("A", 107, 7), ("B", 490, 0)]
    assert [p.amount for p in shares[1].differences] == [10]


def test_a_difference_of_nobody_goes_to_the_first_customer():
    (share,) = split(posting("receivable", -100, "A"), posting("bank_charge", 3))

    assert (share.cash, len(share.differences)) == (97, 1)


def test_a_share_that_would_take_money_out_is_seen():
    shares = split(posting("receivable", -100, "A"), posting("receivable", 30, "B"))

    assert [share.cash for share in shares] == [-30, 100]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["receivable", "discount", "on_account", "write_off"]),
            st.integers(-(10**15), 10**15),
            st.sampled_from(["A", "B", "C", None]),
        ),
        max_size=12,
    )
)
def test_the_shares_are_the_whole_entry(rows):
    postings = [posting(*row) for row in rows]
    shares = split(*postings)

    assert sum(share.cash for share in shares) == -sum(p.amount for p in postings)
    kept = [p for share in shares for p in (*share.settles, *share.differences)]
    assert sorted(p.amount for p in kept) == sorted(
        p.amount for p in postings if p.role != "on_account"
    )
    assert len({share.customer for share in shares}) == len(shares)
