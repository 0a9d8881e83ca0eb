from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.errors import IdentityBroken
from recon.report.standing.proof import Proof, Row, added, carried_over

MINOR = st.integers(-(10**15), 10**15)


def nugget_mining() -> Proof:
    """Make the worked example of the textbook: Nugget Mining, November, whole dollars."""
    bank_adjustments = (
        carried_over("Deposits in transit", 4_200, 3_680, is_receipt=True),
        carried_over("Outstanding cheques", -3_700, -(150 + 4_820 + 31), is_receipt=False),
        Row("Cheque of another customer charged to us", 0, 0, -175, 175),
    )
    books_adjustments = (
        Row("Interest collected by the bank", 0, 600, 0, 600),
        Row("Service charge", 0, 0, 18, -18),
        Row("Cheque returned unpaid", 0, 0, 220, -220),
        Row("Cheque of 131 recorded as 311", 0, 0, 131 - 311, 311 - 131),
    )
    return Proof(
        Row("Balance per bank", 17_520, 96_450, 91_780, 22_190),
        bank_adjustments,
        Row("Balance per books", 18_020, 95_330, 92_848, 20_502),
        books_adjustments,
    )


def test_the_worked_example_of_the_textbook_is_proven():
    proof = nugget_mining()

    assert proof.correct_bank.amounts == (18_020, 95_930, 92_906, 21_044)
    assert proof.correct_books.amounts == (18_020, 95_930, 92_906, 21_044)
    assert proof.difference.amounts == (0, 0, 0, 0)
    assert proof.is_proven


def test_what_is_carried_over_gives_back_the_one_and_takes_up_the_other():
    transit = carried_over("Deposits in transit", 4_200, 3_680, is_receipt=True)
    cheques = carried_over("Outstanding cheques", -3_700, -5_001, is_receipt=False)

    assert transit.amounts == (4_200, -4_200 + 3_680, 0, 3_680)
    assert cheques.amounts == (-3_700, 0, -3_700 + 5_001, -5_001)


def test_a_cheque_that_is_left_out_shows_as_a_difference():
    whole = nugget_mining()
    proof = Proof(whole.bank, whole.bank_adjustments[:-1], whole.books, whole.books_adjustments)

    assert proof.difference.amounts == (0, 0, 175, -175)
    assert not proof.is_proven


def test_a_row_that_does_not_add_across_is_refused_with_both_numbers():
    with pytest.raises(
        IdentityBroken, match=r"17520 \+ 96450 - 91780 = 22190 minor units, not 22191"
    ):
        Row("Balance per bank", 17_520, 96_450, 91_780, 22_191)


@st.composite
def rows(draw):
    opening, receipts, disbursements = draw(MINOR), draw(MINOR), draw(MINOR)
    return Row("any", opening, receipts, disbursements, opening + receipts - disbursements)


@given(st.lists(rows(), min_size=1, max_size=8), st.lists(rows(), min_size=1, max_size=8))
def test_columns_add_down_and_rows_add_across_whatever_the_adjustments(bank, books):
    proof = Proof(bank[0], tuple(bank[1:]), books[0], tuple(books[1:]))

    for column in range(4):
        assert proof.correct_bank.amounts[column] == sum(row.amounts[column] for row in bank)
        assert proof.correct_books.amounts[column] == sum(row.amounts[column] for row in books)
    for _, row in proof.rows:
        assert row.opening + row.receipts - row.disbursements == row.closing


@given(MINOR, MINOR, st.booleans())
def test_what_is_carried_over_adds_across(before, now, is_receipt):
    row = carried_over("any", before, now, is_receipt=is_receipt)

    assert (row.opening, row.closing) == (before, now)


@given(st.lists(rows(), min_size=1, max_size=5))
def test_two_sides_with_the_same_rows_are_proven(same):
    proof = Proof(same[0], tuple(same[1:]), same[0], tuple(reversed(same[1:])))

    assert proof.is_proven
    assert added("all", same).amounts == proof.correct_books.amounts
