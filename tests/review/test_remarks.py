"""Comments, owners and releases are recorded under one name, by those who may, with a reason where one is due."""

from __future__ import annotations

import pytest

from recon.errors import Refused
from recon.review.remarks import Release, Remark, assign, comment, release
from tests.review.world import L1, L2, act, world


def statement(**changed):
    return {
        "statement_index": 0,
        "account": "DE1",
        "currency": "EUR",
        "kind": "final",
        "line_count": 1,
        "statement_id": "s1",
        "file": "bank.sta",
        "format": "mt940",
        "reader": "mt940",
        "balance_check": "broken",
        "continuity_check": "not_checkable",
        "is_held": True,
        **changed,
    }


def test_a_comment_is_recorded_under_the_known_name():
    assert comment(world([{}]), L1, act("ANNA", comment=" asked them ")) == Remark(
        L1, "anna", None, "asked them"
    )
    with pytest.raises(Refused, match="needs a comment"):
        comment(world([{}]), L1, act())
    with pytest.raises(Refused, match="no line"):
        comment(world([{}]), L2, act(comment="x"))
    with pytest.raises(Refused, match="may not"):
        comment(world([{}]), L1, act("emil", comment="x"))


def test_a_line_is_handed_to_a_known_person_only():
    assert assign(world([{}]), L1, "Carl ", act()) == Remark(L1, "anna", "carl", None)
    with pytest.raises(Refused, match="not among the users"):
        assign(world([{}]), L1, "mallory", act())


def test_a_held_statement_is_released_by_an_approver_for_a_reason():
    standing = world([{}], statements=[statement()])
    with pytest.raises(Refused, match="may not release"):
        release(standing, "s1", act("anna", comment="ok"))
    with pytest.raises(Refused, match="needs a comment"):
        release(standing, "s1", act("berta"))
    with pytest.raises(Refused, match="no statement"):
        release(standing, "s2", act("berta", comment="ok"))

    done = release(standing, "s1", act("berta", comment="bank confirmed"))
    assert done == Release("s1", "berta", "bank confirmed")


def test_a_statement_that_is_not_held_is_not_released():
    standing = world([{}], statements=[statement(is_held=False, balance_check="ok")])
    with pytest.raises(Refused, match="is not held"):
        release(standing, "s1", act("berta", comment="ok"))
