"""The options of `sql-items`: where the database is, what is asked of it, and which columns are which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from recon.api import ConfigurationError, exponents, find_secret, secret_options
from recon.api.table import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

SECTION: Final = "under [sources.sql-items]"


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The options as they are written; a secret stands by the name of its place."""

    items: str
    customers: str | None = None
    closed: str | None = None
    item_columns: dict[str, str] = {}
    customer_columns: dict[str, str] = {}
    closed_columns: dict[str, str] = {}
    url: str = ""
    default_currency: str | None = None
    date_format: str = "%Y-%m-%d"
    amounts: Literal["decimal", "minor_units"] = "decimal"


class SqlItemsOptions(Reading, frozen=True, kw_only=True):
    """`[sources.sql-items]` of the policy: the URL found, the queries and their columns."""

    url: str
    items: str
    customers: str | None
    closed: str | None
    item_columns: dict[str, str]
    customer_columns: dict[str, str]
    closed_columns: dict[str, str]


def read_options(options: Mapping[str, Any]) -> SqlItemsOptions:
    """Check the options and find the URL.

    Raises:
        ConfigurationError: a name is unknown, a value is of the wrong kind, or no URL is named.
    """
    places = secret_options("url", "password")
    plain = {name: value for name, value in options.items() if name not in places}
    try:
        asked = msgspec.convert(plain, Asked)
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            f"an option of sql-items is wrong: {error}",
            hint=f"the options stand {SECTION} of the policy; `items` is a query",
        ) from None
    secret = find_secret(options, "url")
    url = secret.reveal() if secret else asked.url
    if not url:
        raise ConfigurationError("sql-items needs the option 'url', 'url_env' or 'url_keyring'")
    if asked.default_currency is not None and asked.default_currency not in exponents():
        raise ConfigurationError(
            f"default_currency {asked.default_currency!r} is no ISO 4217 currency"
        )
    return SqlItemsOptions(**(msgspec.structs.asdict(asked) | {"url": url}))
