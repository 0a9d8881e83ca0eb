"""`recon policy`: every key with its default and its meaning."""

from __future__ import annotations

import json

import msgspec

from recon.cli.demo import demo_folder
from recon.cli.policy import MEANING
from recon.config import Policy, load_policy, profile_text


def test_the_printed_policy_loads_as_the_default(cli, tmp_path):
    result = cli("policy")
    path = tmp_path / "policy.toml"
    path.write_text(result.stdout, encoding="utf-8")

    assert load_policy(path) == Policy()
    assert load_policy(path).hash == Policy().hash


def test_every_key_has_a_meaning_and_no_meaning_is_left_over():
    keys = set()
    for name, value in msgspec.structs.asdict(Policy()).items():
        keys.add(name)
        if isinstance(value, msgspec.Struct):
            keys |= {f"{name}.{inner}" for inner in msgspec.structs.asdict(value)}

    assert set(MEANING) == keys


def test_each_key_stands_below_its_meaning(cli):
    rows = cli("policy").stdout.splitlines()

    assert rows[rows.index('on_balance_break = "hold"') - 1] == f"# {MEANING['on_balance_break']}"
    assert rows[rows.index("[decide]") - 1] == f"# {MEANING['decide']}"


def test_a_diff_lists_what_changes_says_what_could_not_be_read_and_leaves_with_0(cli, tmp_path):
    demo = demo_folder()
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text('[discount]\nlate = "suggest"\n', encoding="utf-8")
    new.write_text(
        '[discount]\nlate = "suggest"\n[decide]\npart_payment = "suggest"\n', encoding="utf-8"
    )
    broken = tmp_path / "broken.sta"
    broken.write_text("nothing that a bank would send", encoding="utf-8")
    advice = tmp_path / "advice.csv"
    advice.write_text("currency,item_number,amount\nEUR,1,1.00\n", encoding="utf-8")
    result = cli(
        "policy", "diff", old, new, demo / "statements", broken,
        "--open-items", demo / "open_items.csv", "--customers", demo / "customers.csv",
        "--remittances", advice, "--format", "json",
    )  # fmt: skip
    changes = json.loads(result.stdout)

    assert result.exit_code == 0
    assert {(row["from_reason"], row["to_reason"]) for row in changes} == {
        ("evidence_agrees", "short_payment")
    }
    assert f"decisions that change: {len(changes)}\n" in result.stderr
    assert "broken.sta" in result.stderr


def test_the_command_prints_a_profile_as_it_is(cli):
    result = cli("policy", "--profile", "sap")

    assert result.exit_code == 0
    assert result.stdout == profile_text("sap")


def test_an_unknown_profile_is_exit_2_and_the_names_are_listed(cli):
    result = cli("policy", "--profile", "sop")

    assert result.exit_code == 2
    assert "there is no profile 'sop'" in result.stderr
    assert "business-central, netsuite" in result.stderr


def test_a_profile_is_printed_not_compared(cli):
    result = cli("policy", "--profile", "sap", "diff", "a.toml", "b.toml", "statements")

    assert result.exit_code == 2
