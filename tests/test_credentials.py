"""Secrets stand in no file and in no message: they are named, and read where they are used."""

from __future__ import annotations

import pickle
import traceback

import pytest

from recon.config import load_policy
from recon.credentials import (
    Secret,
    find_secret,
    read_secret,
    refuse_written_secrets,
    require_library,
    secret_options,
)
from recon.errors import ConfigurationError

HIDDEN = "hush-hush-4711"


@pytest.mark.parametrize(
    "name",
    ["password", "api_key", "apikey", "access_token", "client_secret", "TOKEN", "credentials"],
)
def test_an_option_that_holds_a_secret_is_refused_without_showing_it(name):
    with pytest.raises(ConfigurationError, match="secret") as caught:
        refuse_written_secrets({name: HIDDEN}, "ledgers.erp")

    assert HIDDEN not in caught.value.render()
    assert f"{name}_env" in caught.value.hint


@pytest.mark.parametrize(
    "options",
    [
        {"password_env": "ERP_PASSWORD"},
        {"token_keyring": "erp/anna"},
        {"token_url": "https://erp.example/token"},
        {"secretary": "anna"},
        {"password": ""},
        {"url": "https://erp.example:8443/path@x"},
        {"accounts": {"Assets:Bank": "1000"}},
    ],
)
def test_an_option_that_names_a_secret_or_holds_none_is_accepted(options):
    refuse_written_secrets(options, "ledgers.erp")


def test_a_secret_in_a_nested_table_or_list_is_refused():
    for options in ({"auth": {"password": HIDDEN}}, {"hosts": [{"token": HIDDEN}]}):
        with pytest.raises(ConfigurationError):
            refuse_written_secrets(options, "ledgers.erp")


def test_a_url_with_a_password_is_refused_without_showing_it():
    with pytest.raises(ConfigurationError, match="password") as caught:
        refuse_written_secrets({"url": f"postgresql://anna:{HIDDEN}@db/books"}, "ledgers.x")

    assert HIDDEN not in caught.value.render()


@pytest.mark.parametrize("kind", ["formats", "sources", "ledgers"])
def test_a_policy_with_a_secret_is_refused(tmp_path, kind):
    path = tmp_path / "policy.toml"
    path.write_text(f'[{kind}.erp]\napi_key = "{HIDDEN}"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=f"{kind}.erp.*api_key") as caught:
        load_policy(path)

    assert HIDDEN not in caught.value.render()


def test_the_hash_of_a_policy_does_not_depend_on_the_secret(tmp_path, monkeypatch):
    path = tmp_path / "policy.toml"
    path.write_text('[ledgers.erp]\napi_key_env = "ERP_KEY"\n', encoding="utf-8")
    hashes = set()
    for value in ("one", "two"):
        monkeypatch.setenv("ERP_KEY", value)
        hashes.add(load_policy(path).hash)

    assert len(hashes) == 1


def test_a_secret_is_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("ERP_KEY", HIDDEN)

    assert read_secret({"api_key_env": "ERP_KEY"}, "api_key").reveal() == HIDDEN
    assert find_secret({}, "api_key") is None


def test_a_secret_is_read_from_the_keyring(monkeypatch):
    import keyring

    monkeypatch.setattr(keyring, "get_password", lambda *place: {("erp", "anna/b"): HIDDEN}[place])

    assert read_secret({"api_key_keyring": "erp/anna/b"}, "api_key").reveal() == HIDDEN


def test_a_keyring_that_fails_is_an_error_of_configuration(monkeypatch):
    import keyring
    from keyring.errors import NoKeyringError

    def fail(*_place):
        raise NoKeyringError(HIDDEN)

    monkeypatch.setattr(keyring, "get_password", fail)
    with pytest.raises(ConfigurationError, match="NoKeyringError") as caught:
        read_secret({"api_key_keyring": "erp/anna"}, "api_key")

    assert HIDDEN not in caught.value.render()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"api_key_env": "RECON_NO_SUCH_VARIABLE"},
        {"api_key_env": "not a name"},
        {"api_key_env": "A", "api_key_keyring": "b/c"},
        {"api_key_keyring": "no-slash"},
    ],
)
def test_a_secret_that_is_not_there_is_an_error_that_shows_no_value(options):
    with pytest.raises(ConfigurationError) as caught:
        read_secret(options, "api_key")

    assert not [
        text for text in options.values() if text in caught.value.render() and len(text) > 1
    ]


def test_a_secret_shows_itself_nowhere_by_accident():
    secret = Secret(HIDDEN)
    try:
        raise ValueError(secret)  # noqa: TRY301
    except ValueError:
        told = traceback.format_exc()

    assert HIDDEN not in f"{secret} {secret!r} {[secret]} {told}"
    assert pickle.loads(pickle.dumps(secret)).reveal() == HIDDEN


def test_the_names_of_secret_options_are_those_that_are_read():
    assert secret_options("token") == ("token_env", "token_keyring")


def test_a_library_that_is_missing_names_the_extra():
    with pytest.raises(ConfigurationError) as caught:
        require_library("no_such_library_anywhere", "remote")

    assert caught.value.hint == "pip install 'cashrecon[remote]'"
