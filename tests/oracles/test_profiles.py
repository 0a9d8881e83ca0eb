"""The shipped profiles: policies after the documented rules of other systems."""

from __future__ import annotations

import tomllib

import pytest

from recon.config import Policy, profile_names, profile_text
from recon.errors import ConfigurationError
from tests.oracles.worlds import profile

# Some hundred matches of documented tables: the scenarios cover the same ways day by day.
pytestmark = pytest.mark.slow

NAMES = ["business-central", "netsuite", "oracle-autocash", "quickbooks", "sap", "stripe"]


def test_the_profiles_are_these():
    assert profile_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_is_a_policy_that_names_its_source_and_what_is_not_so_here(name, tmp_path):
    rows = profile_text(name).splitlines()
    comments = [row for row in rows if row.startswith("# ")]

    assert profile(name, tmp_path).hash != Policy().hash
    assert any(row.startswith("# Source: ") for row in comments)
    assert sum(len(table) for table in tomllib.loads("\n".join(rows)).values()) >= 4


@pytest.mark.parametrize("name", NAMES)
def test_no_profile_lowers_the_threshold_or_the_margin(name, tmp_path):
    # Another system's habits are no reason to apply what may be wrong.
    policy = profile(name, tmp_path)

    assert policy.decide.min_confidence >= Policy().decide.min_confidence
    assert policy.decide.min_margin_bits >= Policy().decide.min_margin_bits


def test_an_unknown_profile_is_an_error_for_programs_too():
    with pytest.raises(ConfigurationError):
        profile_text("../config")
