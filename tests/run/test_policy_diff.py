"""Two policies on the same inputs: every decision that changes, and no other."""

from __future__ import annotations

import pytest

from recon.cli.demo import demo_folder
from recon.config import load_policy
from recon.errors import UnreadableItems
from recon.plugins import Plugins
from recon.run.policy_diff import COLUMNS, diff_policies
from recon.run.request import MatchRequest
from tests.run.quiet import Quiet


@pytest.fixture
def compared(tmp_path):
    """Compare the demo's policy with itself and some rows in front of it."""
    demo = demo_folder()
    request = MatchRequest(
        statements=(demo / "statements",), open_items=demo / "open_items.csv",
        customers=demo / "customers.csv", accounts=demo / "accounts.csv",
        history=demo / "history", out=tmp_path / "never",
    )  # fmt: skip
    own = load_policy(demo / "policy.toml")

    def compare(rows, *, turned=False):
        path = tmp_path / "new.toml"
        path.write_text((demo / "policy.toml").read_text("utf-8") + "\n" + rows, encoding="utf-8")
        policies = (own, load_policy(path))
        pair = reversed(policies) if turned else policies
        return diff_policies(request, *pair, Plugins.discover(), Quiet())

    yield compare
    assert not (tmp_path / "never").exists()


def test_a_policy_changes_nothing_against_itself(compared):
    changes, unread = compared("")

    assert changes.columns == list(COLUMNS)
    assert changes.is_empty()
    assert unread == ()


def test_the_change_of_a_key_shows_the_lines_that_it_decides_with_what_is_applied(compared):
    changes, _ = compared('[decide]\npart_payment = "suggest"\n')
    (row,) = changes.to_dicts()

    assert (row["from_fate"], row["to_fate"]) == ("applied", "suggested")
    assert row["to_reason"] == "short_payment"
    assert row["from_applied"] == f"payment US-70022 {row['amount']}"
    assert row["to_applied"] is None


def test_turned_round_the_same_lines_change_the_other_way(compared):
    there, _ = compared('[decide]\npart_payment = "suggest"\n')
    back, _ = compared('[decide]\npart_payment = "suggest"\n', turned=True)

    assert back["line_id"].to_list() == there["line_id"].to_list()
    assert back["to_applied"].to_list() == there["from_applied"].to_list()


def test_advices_are_read_under_both_policies(tmp_path):
    demo = demo_folder()
    advice = tmp_path / "advice.csv"
    advice.write_text("currency,item_number,amount\nEUR,1,1:00\n", encoding="utf-8")
    request = MatchRequest(
        statements=(demo / "statements",), open_items=demo / "open_items.csv",
        remittances=advice, out=tmp_path / "never",
    )  # fmt: skip
    policy = load_policy(demo / "policy.toml")

    with pytest.raises(UnreadableItems, match="'1:00'"):
        diff_policies(request, policy, policy, Plugins.discover(), Quiet())
