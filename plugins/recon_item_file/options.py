"""The options of the item file: which files, which headers, and how their text is written."""

from __future__ import annotations

import codecs
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import msgspec

from recon.api import ConfigurationError, exponents
from recon.api.table import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping


class ItemFileOptions(Reading, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[sources.item-file]` of the policy, with the files named by the caller."""

    items: str | None = None
    customers: str | None = None
    closed: str | None = None
    accounts: str | None = None
    confirmed: str | None = None
    refused: str | None = None
    remittances: list[str] = msgspec.field(default_factory=list)
    batches: list[str] = msgspec.field(default_factory=list)
    item_columns: dict[str, str] = msgspec.field(default_factory=dict)
    customer_columns: dict[str, str] = msgspec.field(default_factory=dict)
    closed_columns: dict[str, str] = msgspec.field(default_factory=dict)
    account_columns: dict[str, str] = msgspec.field(default_factory=dict)
    confirmed_columns: dict[str, str] = msgspec.field(default_factory=dict)
    refused_columns: dict[str, str] = msgspec.field(default_factory=dict)
    remittance_columns: dict[str, str] = msgspec.field(default_factory=dict)
    batch_columns: dict[str, str] = msgspec.field(default_factory=dict)


def read_options(options: Mapping[str, Any]) -> ItemFileOptions:
    """Check the options.

    Raises:
        ConfigurationError: a name is unknown, a value is of the wrong kind, or two values contradict each other.
    """
    plain = {
        name: str(value) if isinstance(value, PurePath) else value
        for name, value in options.items()
    }
    try:
        checked = msgspec.convert(plain, ItemFileOptions)
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            f"an option of the item file is wrong: {error}",
            hint="the options stand under [sources.item-file] of the policy",
        ) from None
    if checked.items is None and not (checked.remittances or checked.batches):
        raise ConfigurationError(
            "an option of the item file is wrong: neither items nor remittances nor batches name a file",
            hint="name the open items, or what payers or providers announce",
        )
    if checked.thousands_mark == checked.decimal_mark:
        raise ConfigurationError("decimal_mark and thousands_mark of the item file are the same")
    if checked.default_currency is not None and checked.default_currency not in exponents():
        raise ConfigurationError(
            f"default_currency {checked.default_currency!r} is no ISO 4217 currency"
        )
    try:
        codecs.lookup(checked.encoding)
    except LookupError:
        raise ConfigurationError(
            f"there is no encoding {checked.encoding!r}",
            hint='use "utf-8", "cp1252" or "utf-16"',
        ) from None
    return checked
