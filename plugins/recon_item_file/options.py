"""The options of the item file: which files, which headers, and how their text is written."""

from __future__ import annotations

import codecs
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from recon.api import ConfigurationError, exponents

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How cells are written. Nothing of it is guessed from the data.

    `encoding`, `decimal_mark`, `thousands_mark` and `date_format` speak of text cells; typed cells of Excel and
    Parquet need none of them.
    """

    encoding: str = "utf-8"
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal["", ".", ",", " ", "'"] = ""
    date_format: str = "%Y-%m-%d"
    default_currency: str | None = None
    sheet: str | None = None


class ItemFileOptions(Reading, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[sources.item-file]` of the policy, with the files named by the caller."""

    items: str
    customers: str | None = None
    closed: str | None = None
    accounts: str | None = None
    confirmed: str | None = None
    refused: str | None = None
    batches: list[str] = []
    item_columns: dict[str, str] = {}
    customer_columns: dict[str, str] = {}
    closed_columns: dict[str, str] = {}
    account_columns: dict[str, str] = {}
    confirmed_columns: dict[str, str] = {}
    refused_columns: dict[str, str] = {}
    batch_columns: dict[str, str] = {}


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
