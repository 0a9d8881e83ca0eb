"""Keep secrets out of files, logs and messages. In: tables of options. Out: secrets read where they are used.

A secret is named, never written: the option `token_env` names an environment variable, `token_keyring` a service and user
of the system's keyring. The configuration refuses an option that holds a secret itself, and no message shows its value.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from recon.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

SUFFIXES: Final = ("_env", "_keyring")

_WORDS: Final = (
    "password",
    "passwd",
    "passphrase",
    "token",
    "secret",
    "apikey",
    "api_key",
    "private_key",
    "credential",
    "credentials",
)
_SECRET_NAME: Final = re.compile(rf"(?:^|_)(?:{'|'.join(_WORDS)})$")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# A password inside of a URL: scheme://user:password@host.
_IN_URL: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/@\s]*:[^/@\s]+@")


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A text that shows itself only to who asks for it by `reveal`."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        """Give the text itself, to send it; never to show or to store it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(hidden)"

    __str__ = __repr__


def refuse_written_secrets(options: Mapping[str, Any], where: str) -> None:
    """Refuse options that hold a secret.

    Args:
        options: a table of options, with tables in it.
        where: its name, for the message: "ledgers.erp".

    Raises:
        ConfigurationError: an option whose name is a secret's has a value, or a URL holds a password. The value is
            not in the message.
    """
    for name, value in options.items():
        inner = value if isinstance(value, list) else [value]
        for one in inner:
            if isinstance(one, dict):
                refuse_written_secrets(one, f"{where}.{name}")
            elif isinstance(one, str) and _IN_URL.match(one):
                raise ConfigurationError(
                    f"[{where}] {name} holds a password",
                    hint=f"write the URL without it, or name an environment variable: {name}_env",
                )
        if value != "" and _SECRET_NAME.search(name.lower()):
            raise ConfigurationError(
                f"[{where}] {name} holds a secret, and secrets are in no file",
                hint=f'name an environment variable, {name}_env = "...", or an entry of the keyring, {name}_keyring = "service/user"',
            )


def secret_options(*names: str) -> tuple[str, ...]:
    """Give the options by which secrets can be named: `token` is `token_env` or `token_keyring`."""
    return tuple(name + suffix for name in names for suffix in SUFFIXES)


def find_secret(options: Mapping[str, Any], name: str) -> Secret | None:
    """Read a secret if its place is named; None where no option names one.

    Raises:
        ConfigurationError: both places are named, or the secret is not there. What the options hold is not shown,
            because it could be the secret itself.
    """
    places = [suffix for suffix in SUFFIXES if options.get(name + suffix)]
    if not places:
        return None
    if len(places) > 1:
        raise ConfigurationError(f"give {name}_env or {name}_keyring, not both")
    option = name + places[0]
    place = str(options[option])
    text = _from_environment(place, option) if places[0] == "_env" else _from_keyring(place, option)
    return Secret(text)


def read_secret(options: Mapping[str, Any], name: str) -> Secret:
    """Read a secret that must be there.

    Raises:
        ConfigurationError: no option names its place, or it is not there.
    """
    secret = find_secret(options, name)
    if secret is None:
        raise ConfigurationError(
            f"the option {name}_env or {name}_keyring is missing",
            hint=f'{name}_env names an environment variable, {name}_keyring is "service/user"',
        )
    return secret


def require_library(name: str, extra: str) -> ModuleType:
    """Import a library of an extra.

    Raises:
        ConfigurationError: it is not installed; the hint says how it is.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise ConfigurationError(
            f"this needs the library {name}", hint=f"pip install 'cashrecon[{extra}]'"
        ) from None


def _from_environment(variable: str, option: str) -> str:
    text = os.environ.get(variable, "") if _VARIABLE.fullmatch(variable) else ""
    if not text:
        raise ConfigurationError(
            f"the environment variable that {option} names is not set",
            hint="set it for the program that runs this, such as by EnvironmentFile= of a service",
        )
    return text


def _from_keyring(place: str, option: str) -> str:
    service, _, user = place.partition("/")
    if not service or not user:
        raise ConfigurationError(f'{option} is "service/user"')
    keyring = require_library("keyring", "remote")
    try:
        text = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise ConfigurationError(
            f"the keyring cannot be read for {option}: {type(error).__name__}",
            hint="a service without a desktop has no keyring; use an environment variable",
        ) from None
    if not text:
        raise ConfigurationError(
            f"the keyring has no entry as {option} names it",
            hint="`keyring set SERVICE USER` makes it",
        )
    return str(text)
