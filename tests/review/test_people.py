"""One person is one name; who is nobody's may nothing; the role matrix says who may what."""

from __future__ import annotations

from decimal import Decimal

import pytest

from recon.authority import User
from recon.errors import Refused
from recon.review.allowed import MATRIX, MEANING, check_allowed
from recon.review.people import Authority, person_of, same_name
from tests.review.world import USERS, house


@pytest.mark.parametrize(
    "spelling",
    [
        "Anna",
        " anna ",
        "ANNA",
        "\uff41nna",  # a wide letter
        "\u0430nna",  # a Cyrillic letter that looks the same
        "anna\u00a0",
        "a\u0301nna",
        "\u00e1nna",
    ],
)
def test_every_spelling_of_a_name_is_the_same_person(spelling):
    assert same_name(spelling) == same_name("anna")
    assert person_of(spelling, house()).name == "anna"


@pytest.mark.parametrize(
    "name", ["", "  ", "\u200b", "an\u200bna", "anna\u202e", "rule", "Rule ", "recon"]
)
def test_a_name_that_is_empty_disguised_or_a_programs_is_refused(name):
    for authority in (house(), Authority()):
        with pytest.raises(Refused):
            person_of(name, authority)


def test_who_is_not_among_the_users_is_refused():
    with pytest.raises(Refused, match="not among the users"):
        person_of("mallory", house())


def test_in_a_house_of_one_any_name_may_do_all():
    person = person_of(" Zoe  Meier ", Authority())

    assert person.name == "Zoe Meier"
    assert person.write_off_limit is None
    for action in MATRIX:
        assert check_allowed("Zoe Meier", action, Authority()) == person


def test_two_users_whose_names_cannot_be_told_apart_are_both_refused():
    twins = Authority({"anna": User(), "Anna ": User(write_off_limit=Decimal(9))})
    with pytest.raises(Refused, match="cannot be told apart"):
        person_of("anna", twins)


@pytest.mark.parametrize("action", MATRIX)
@pytest.mark.parametrize("name", USERS)
def test_the_role_matrix_says_who_may_what(action, name):
    if set(USERS[name].roles) & set(MATRIX[action]):
        assert check_allowed(name, action, house()).name == name
    else:
        with pytest.raises(Refused, match="may not"):
            check_allowed(name, action, house())


def test_every_action_is_explained_and_a_viewer_may_none():
    assert set(MATRIX) == set(MEANING)
    assert not any("viewer" in roles for roles in MATRIX.values())


def test_who_sets_limits_decides_about_no_money():
    for action in ("decide", "undo", "approve"):
        assert "admin" not in MATRIX[action]
    for action in ("set_policy", "reopen_period"):
        assert MATRIX[action] == ("admin",)


def test_a_user_without_a_role_may_nothing():
    with pytest.raises(Refused, match="no role"):
        check_allowed("zoe", "comment", Authority({"zoe": User(roles=())}))
