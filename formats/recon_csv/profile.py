"""A profile: how one bank writes its CSV, declared as data. Guessed profiles are of the same kind.

Declared in the policy as `[formats.csv.profiles.NAME]`; the words are those of the bank, the keys are ours.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
import polars as pl

from recon.api import ConfigurationError, Place, exponents
from recon_csv.dates import check_format
from recon_csv.dialect import DELIMITERS

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a column may be; `detail_amount` holds the parts of a batch on rows of their own, `quantity` and `unit_price` are of a trade.
FIELDS: Final = (
    "booking_date",
    "value_date",
    "amount",
    "debit",
    "credit",
    "flag",
    "fee",
    "balance",
    "detail_amount",
    "currency",
    "account",
    "status",
    "payer_name",
    "payer_account",
    "payer_bank",
    "remittance",
    "bank_reference",
    "end_to_end_id",
    "mandate_id",
    "structured_reference",
    "customer_reference",
    "cheque_number",
    "transaction_code",
    "transaction_text",
    "original_amount",
    "original_currency",
    "exchange_rate",
    "ultimate_debtor",
    "ultimate_creditor",
    "instruction_id",
    "creditor_id",
    "bank_transaction_code",
    "purpose_code",
    "return_reason",
    "quantity",
    "unit_price",
)
# These tell what a row is, and stay among its extra fields under the bank's names.
TRADE_FIELDS: Final = ("quantity", "unit_price")
Columns = dict[str, str | list[str]]


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One bank's layout.

    `columns` maps our field to the bank's column: its name as in the header, or `#3` for the third column. Several columns
    of a text field are joined; of a date or a name the first that is filled counts. `header` names columns that must all
    stand in one row: that row is the header, and rows above it are preamble. Without a header, `skip_records` counts the preamble.
    The amount is one signed column, a debit and a credit column, or an amount and a flag; `flag_pattern` cuts the flag out of its cell
    as its first group, where a bank writes it into a text. `balance_rows` says whether a running balance stands on all booked rows, so
    that one without it is refused, or on some, as once a day: then the amounts between two balances must add up.
    """

    columns: Columns
    date_format: str
    value_date_format: str | None = None
    header: list[str] = []
    skip_records: int = 0
    encoding: str | None = None
    delimiter: str = ";"
    quote: str = '"'
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal["", ".", ",", "'", " "] = ""
    balance_decimal_mark: Literal[".", ",", ""] = ""
    balance_thousands_mark: Literal["", ".", ",", "'", " "] = ""
    amount_sign: Literal["credit_positive", "debit_positive"] = "credit_positive"
    debit_sign: Literal["positive", "negative", "either"] = "positive"
    debit_flags: list[str] = []
    credit_flags: list[str] = []
    flag_pattern: str = ""
    fee: Literal["included", "subtract", "add"] = "included"
    unbooked_statuses: list[str] = []
    order: Literal["newest_first", "oldest_first", "unknown"] = "unknown"
    balance_rows: Literal["all", "some"] = "all"
    currency: str | None = None
    currency_names: dict[str, str] = {}
    account: str | None = None

    def names(self, field: str) -> list[str]:
        """Give the columns of a field; empty if it has none."""
        given = self.columns.get(field, [])
        return [given] if isinstance(given, str) else given


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The table `[formats.csv]` of the policy: profiles, and what settles an open guess."""

    profiles: dict[str, Profile] = {}
    profile: str | None = None
    currency: str | None = None
    currency_names: dict[str, str] = {}
    account: str | None = None
    date_order: Literal["day_first", "month_first"] | None = None
    amount_sign: Literal["credit_positive", "debit_positive"] | None = None


def load_options(options: Mapping[str, Any], format_name: str = "csv") -> Options:
    """Check the table `[formats.csv]`, or that of another format which is read by the same layouts.

    Raises:
        ConfigurationError: a key is unknown, a value is wrong, or a profile contradicts itself.
    """
    place = Place(f"[formats.{format_name}]")
    try:
        loaded = msgspec.convert(dict(options), Options)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{place} has a wrong value: {error}", place=place) from None
    for name, profile in loaded.profiles.items():
        problem = _problem(profile)
        if problem:
            raise ConfigurationError(f"the CSV profile {name!r}: {problem}", place=place)
    if loaded.profile is not None and loaded.profile not in loaded.profiles:
        raise ConfigurationError(
            f"{place} asks for the profile {loaded.profile!r}, which is not declared",
            place=place,
            hint=f"declared: {', '.join(sorted(loaded.profiles)) or 'none'}",
        )
    for code in (loaded.currency, *loaded.currency_names.values()):
        if code is not None and code not in exponents():
            raise ConfigurationError(f"{code!r} is no ISO 4217 currency", place=place)
    return loaded


def _problem(profile: Profile) -> str | None:
    unknown = sorted(set(profile.columns) - set(FIELDS))
    has_pair = {"debit", "credit"} <= set(profile.columns)
    checks = (
        (unknown, f"unknown fields {', '.join(unknown)} in columns"),
        ("booking_date" not in profile.columns, "columns needs booking_date"),
        (
            not has_pair and "amount" not in profile.columns,
            "columns needs amount, or debit and credit",
        ),
        (has_pair and "amount" in profile.columns, "columns has both amount and debit/credit"),
        (
            "flag" in profile.columns and not (profile.debit_flags and profile.credit_flags),
            "a flag column needs debit_flags and credit_flags",
        ),
        (
            not _is_pattern(profile.flag_pattern),
            "flag_pattern is no regular expression with a group",
        ),
        (not check_format(profile.date_format), "date_format needs %d, %m (or %b) and %Y (or %y)"),
        (profile.delimiter not in DELIMITERS, "delimiter is none of ; , tab |"),
        (
            profile.decimal_mark == profile.thousands_mark,
            "decimal and thousands marks are the same",
        ),
        (
            profile.currency is not None and profile.currency not in exponents(),
            f"{profile.currency!r} is no ISO 4217 currency",
        ),
    )
    return next((message for is_wrong, message in checks if is_wrong), None)


def _is_pattern(pattern: str) -> bool:
    """Say whether a flag can be cut out by a pattern: it compiles and has a group; '' cuts nothing."""
    try:
        groups = pl.Series([""]).str.extract_groups(pattern or "()")
    except pl.exceptions.ComputeError:
        return False
    return bool(groups.struct.fields)


def snippet(profile: Profile, name: str = "my_bank") -> str:
    """Write a profile as a TOML table, ready to be put into a policy; defaults are left out."""
    rows = [f"[formats.csv.profiles.{name}]"]
    default = Profile(columns={}, date_format="")
    for key in Profile.__struct_fields__:
        value = getattr(profile, key)
        if key not in {"columns", "currency_names"} and value != getattr(default, key):
            rows.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    rows.append(f"[formats.csv.profiles.{name}.columns]")
    rows += [
        f"{field} = {json.dumps(value, ensure_ascii=False)}"
        for field, value in profile.columns.items()
    ]
    return "\n".join(rows)
