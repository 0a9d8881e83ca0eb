"""`recon policy`: every key with its default and its meaning."""

from __future__ import annotations

import msgspec

from recon.cli.policy import MEANING
from recon.config import Policy, load_policy


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
