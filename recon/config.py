"""The policy: all judgement as versioned data. Its hash stands in every decision.

A policy is a TOML file; every key has a default, so an empty file is a valid policy. Unknown keys are errors.
"""

from __future__ import annotations

import hashlib
import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from recon.errors import ConfigurationError, Place

if TYPE_CHECKING:
    from pathlib import Path


class Tolerance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A difference up to the lower of both limits may be written off, if a second class of evidence agrees.

    Source: the permitted difference of payment tolerance groups in general ledgers (lower of amount and percent).
    """

    amount: Decimal = Decimal("0.05")
    percent: Decimal = Decimal("0.5")


class Discount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Cash discount: taken within `discount_until` plus the days of grace that a bank transfer needs."""

    grace_days: int = 3


class BankCharges(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Charges that a bank on the way may keep back from a quoted payment; above it a person looks."""

    limit: Decimal = Decimal(0)


class Decide(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a proposal is applied without a person."""

    min_confidence: Decimal = Decimal("0.9999")
    min_margin_bits: Decimal = Decimal(6)
    suggestions: int = 3
    equal_items: Literal["oldest_first", "suggest"] = "oldest_first"
    part_payment: Literal["apply", "suggest"] = "apply"
    overpayment: Literal["on_account", "suggest"] = "on_account"


class Chart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Ledger accounts by role; `{account}` in `cash` is replaced by the bank account."""

    cash: str = "Assets:Bank:{account}"
    receivable: str = "Assets:Receivable"
    discount: str = "Expenses:Discounts"
    bank_charge: str = "Expenses:BankCharges"
    write_off: str = "Expenses:WriteOffs"
    fx_difference: str = "Income:FxDifferences"
    on_account: str = "Liabilities:OnAccount"


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole policy; `formats`, `sources` and `ledgers` hold the options of each plugin by name."""

    version: int = 1
    on_balance_break: Literal["hold", "warn"] = "hold"
    tolerance: Tolerance = Tolerance()
    discount: Discount = Discount()
    bank_charges: BankCharges = BankCharges()
    decide: Decide = Decide()
    chart: Chart = Chart()
    item_columns: dict[str, str] = {}
    customer_columns: dict[str, str] = {}
    formats: dict[str, dict[str, Any]] = {}
    sources: dict[str, dict[str, Any]] = {}
    ledgers: dict[str, dict[str, Any]] = {}

    @property
    def hash(self) -> str:
        """SHA-256 of the policy with all defaults written out, first 16 hex digits."""
        canonical = msgspec.json.encode(self, order="deterministic")
        return hashlib.sha256(canonical).hexdigest()[:16]


def load_policy(path: Path | None) -> Policy:
    """Read a policy file; None gives the default policy.

    Raises:
        ConfigurationError: the file is missing, no TOML, or has an unknown key or a wrong value.
    """
    if path is None:
        return Policy()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"cannot read the policy: {error}", place=Place(str(path))
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"the policy is no valid TOML: {error}", place=Place(str(path))
        ) from None
    try:
        # TOML has floats; Decimals are built from their text so that 0.05 stays 0.05.
        return msgspec.convert(_floats_as_text(raw), Policy, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            f"the policy has a wrong value: {error}",
            place=Place(str(path)),
            hint="`recon policy` prints every key with its default",
        ) from None


def _floats_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _floats_as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_floats_as_text(inner) for inner in value]
    return repr(value) if isinstance(value, float) else value
