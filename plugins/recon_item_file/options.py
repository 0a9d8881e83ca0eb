"""The options of the item file: which files, which headers, and how their text is written."""

from __future__ import annotations

import codecs
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from recon.api import ConfigurationError, exponents
from recon.api.table import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping


class OtherReading(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the cells of other files are written, where it is otherwise than in the open items; the keys of `Reading`."""

    encoding: str | UnsetType = UNSET
    decimal_mark: Literal[".", ","] | UnsetType = UNSET
    thousands_mark: Literal["", ".", ",", " ", "'"] | UnsetType = UNSET
    date_format: str | UnsetType = UNSET
    default_currency: str | UnsetType | None = UNSET
    sheet: str | UnsetType | None = UNSET
    amounts: Literal["decimal", "minor_units"] | UnsetType = UNSET


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
    remittances_written: OtherReading = OtherReading()
    batches_written: OtherReading = OtherReading()

    def reading_of(self, written: OtherReading) -> Reading:
        """Say how other files are written: as the open items are, but for what is told of them."""
        names = Reading.__struct_fields__
        told = {name: getattr(written, name) for name in names}
        own = {name: getattr(self, name) for name in names}
        return Reading(**{**own, **{k: v for k, v in told.items() if v is not UNSET}})


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
    for reading, where in (
        (checked, ""),
        (checked.reading_of(checked.remittances_written), "remittances_written: "),
        (checked.reading_of(checked.batches_written), "batches_written: "),
    ):
        _check_reading(reading, where)
    return checked


def _check_reading(reading: Reading, where: str) -> None:
    """Check what one way of writing cells says of itself.

    Raises:
        ConfigurationError: two marks are the same, or there is no such currency or encoding.
    """
    if reading.thousands_mark == reading.decimal_mark:
        raise ConfigurationError(
            f"{where}decimal_mark and thousands_mark of the item file are the same"
        )
    if reading.default_currency is not None and reading.default_currency not in exponents():
        raise ConfigurationError(
            f"{where}default_currency {reading.default_currency!r} is no ISO 4217 currency"
        )
    try:
        codecs.lookup(reading.encoding)
    except LookupError:
        raise ConfigurationError(
            f"{where}there is no encoding {reading.encoding!r}",
            hint='use "utf-8", "cp1252" or "utf-16"',
        ) from None
