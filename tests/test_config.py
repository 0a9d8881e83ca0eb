from __future__ import annotations

from decimal import Decimal

import pytest

from recon.config import Policy, Tolerance, load_policy
from recon.errors import ConfigurationError


def policy_of(tmp_path, text):
    path = tmp_path / "policy.toml"
    path.write_bytes(text.encode("utf-8"))
    return load_policy(path)


def test_no_file_and_an_empty_file_are_the_default_policy(tmp_path):
    assert load_policy(None) == policy_of(tmp_path, "") == Policy()


def test_a_number_with_decimals_keeps_its_decimals(tmp_path):
    policy = policy_of(tmp_path, '[tolerance]\namount = 0.1\npercent = "0.3"\n')

    assert policy.tolerance.amount == Decimal("0.1")
    assert policy.tolerance.percent == Decimal("0.3")


def test_a_byte_order_mark_does_no_harm(tmp_path):
    assert policy_of(tmp_path, "\ufeffversion = 2\n").version == 2


@pytest.mark.parametrize(
    "text",
    [
        "tolerence = 1",  # an unknown key is a typing error, not a wish
        "[tolerance]\namonut = 1",
        '[tolerance]\namount = "much"',
        'on_balance_break = "ignore"',
        '[decide]\nequal_items = "newest_first"',
        "version = 'two'",
        "version =",
        "[decide]\nsuggestions = 1.5",
        "[decide]\nsuggestions = -1",
        "[decide]\nmin_confidence = 1.5",
        "[decide]\nmin_margin_bits = -1",
        "[tolerance]\namount = -1",
        "[tolerance]\npercent = 101",
        "[discount]\ngrace_days = -1",
        "[bank_charges]\nlimit = -0.01",
    ],
)
def test_a_wrong_policy_is_refused_with_its_place(tmp_path, text):
    with pytest.raises(ConfigurationError) as caught:
        policy_of(tmp_path, text)

    assert caught.value.exit_code == 2
    assert str(caught.value.place).endswith("policy.toml")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_a_policy_that_cannot_be_read_is_refused(tmp_path, content):
    path = tmp_path / "policy.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError):
        load_policy(path)


def test_the_hash_names_the_policy_and_not_the_way_it_is_written(tmp_path):
    plain = policy_of(tmp_path, "[tolerance]\namount = 0.05\n")

    assert plain.hash == Policy().hash
    assert len(plain.hash) == 16


def test_every_change_of_a_policy_changes_its_hash():
    changed = [
        Policy(version=2),
        Policy(tolerance=Tolerance(amount=Decimal("0.06"))),
        Policy(on_balance_break="warn"),
        Policy(item_columns={"number": "Belegnr"}),
        Policy(formats={"csv": {"delimiter": ";"}}),
    ]

    assert len({policy.hash for policy in [Policy(), *changed]}) == 6


def test_the_order_of_tables_is_not_part_of_the_hash():
    one = Policy(formats={"csv": {"a": 1, "b": 2}, "ofx": {}})
    other = Policy(formats={"ofx": {}, "csv": {"b": 2, "a": 1}})

    assert one.hash == other.hash


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tolerence = 1", "unknown key 'tolerence'; did you mean 'tolerance'?"),
        ("[tolerance]\namonut = 1", "unknown key 'tolerance.amonut'; did you mean 'amount'?"),
        ('on_balance_break = "ignore"', "on_balance_break must be hold or warn, not 'ignore'"),
        ("[tolerance]\namount = -1", "tolerance.amount must be 0 or more, not -1"),
    ],
)
def test_a_wrong_key_or_value_is_told_in_the_words_of_the_file(tmp_path, text, said):
    with pytest.raises(ConfigurationError) as caught:
        policy_of(tmp_path, text)

    assert caught.value.message.startswith(said)
