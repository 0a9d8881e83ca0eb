"""The policy: all judgement as versioned data. Its hash stands in every decision.

A policy is a TOML file; every key has a default, so an empty file is a valid policy. Unknown keys are errors.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from recon.credentials import refuse_written_secrets
from recon.errors import ConfigurationError
from recon.settings import read_settings, require

_PROFILES: Final = Path(__file__).parent / "profiles"


class Tolerance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A difference up to the lower of both limits may be written off, if a second class of evidence agrees.

    Source: the permitted difference of payment tolerance groups in general ledgers (lower of amount and percent).
    """

    amount: Decimal = Decimal("0.05")
    percent: Decimal = Decimal("0.5")

    def __post_init__(self) -> None:
        """Refuse limits that mean nothing."""
        require(self.amount >= 0, "tolerance.amount", "0 or more", self.amount)
        require(0 <= self.percent <= 100, "tolerance.percent", "from 0 to 100", self.percent)


class Discount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Cash discount: taken within `discount_until` plus the days of grace that a bank transfer needs.

    How it may be taken otherwise are conventions of countries and trades: on the amount before tax, rounded, or with a
    difference on top.
    """

    grace_days: int = 3
    late: Literal["leave_open", "suggest"] = "leave_open"
    with_tolerance: bool = True
    tax_percents: tuple[Decimal, ...] = ()
    rounded_to: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """Refuse a grace that means nothing."""
        require(
            0 <= self.grace_days <= 365, "discount.grace_days", "from 0 to 365", self.grace_days
        )
        for rate in self.tax_percents:
            require(0 < rate <= 100, "discount.tax_percents", "above 0, up to 100", rate)
        require(
            0 <= self.rounded_to <= 100, "discount.rounded_to", "from 0 to 100", self.rounded_to
        )


class BankCharges(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Charges that a bank on the way may keep back from a quoted payment; above it a person looks."""

    limit: Decimal = Decimal(0)
    usual: Literal["suggest", "apply"] = "suggest"

    def __post_init__(self) -> None:
        """Refuse a limit that means nothing."""
        require(self.limit >= 0, "bank_charges.limit", "0 or more", self.limit)


class Decide(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a proposal is applied without a person."""

    target_precision: Decimal = Decimal("0.9999")
    min_confidence: Decimal = Decimal("0.999")
    min_margin_bits: Decimal = Decimal(6)
    suggestions: int = 3
    equal_items: Literal["oldest_first", "suggest"] = "oldest_first"
    part_payment: Literal["apply", "suggest"] = "apply"
    overpayment: Literal["on_account", "suggest"] = "on_account"
    new_account: Literal["suggest", "apply"] = "suggest"
    account_payment: Literal["oldest_first", "suggest"] = "suggest"

    def __post_init__(self) -> None:
        """Refuse thresholds that mean nothing."""
        for name in ("target_precision", "min_confidence"):
            given = getattr(self, name)
            require(0 < given <= 1, f"decide.{name}", "above 0 and at most 1", given)
        require(
            self.min_margin_bits >= 0, "decide.min_margin_bits", "0 or more", self.min_margin_bits
        )
        require(
            0 <= self.suggestions <= 100, "decide.suggestions", "from 0 to 100", self.suggestions
        )


class Combine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Unquoted items of a payer are combined to the line's amount up to so many open items."""

    most_items: int = 40

    def __post_init__(self) -> None:
        """Refuse sizes that the search was not made for."""
        require(0 <= self.most_items <= 200, "combine.most_items", "from 0 to 200", self.most_items)


class History(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What earlier payments teach: a payment counts half after so many days, a quarter after twice as many."""

    half_life_days: int = 180

    def __post_init__(self) -> None:
        """Refuse a half-life that means nothing."""
        require(
            1 <= self.half_life_days <= 36_500,
            "history.half_life_days",
            "from 1 to 36500",
            self.half_life_days,
        )


class Batches(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A line that does not quote its batch is the batch's only within so many days of the settlement date."""

    window_days: int = 5

    def __post_init__(self) -> None:
        """Refuse a window that means nothing."""
        require(
            0 <= self.window_days <= 365,
            "batches.window_days",
            "from 0 to 365",
            self.window_days,
        )


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How long before and after its issue date an item may be paid at all; beyond it nothing is proposed."""

    days_before_issue: int = 36_500
    days_after_issue: int = 36_500

    def __post_init__(self) -> None:
        """Refuse windows that mean nothing."""
        require(
            0 <= self.days_before_issue <= 36_500,
            "window.days_before_issue",
            "from 0 to 36500",
            self.days_before_issue,
        )
        require(
            0 <= self.days_after_issue <= 36_500,
            "window.days_after_issue",
            "from 0 to 36500",
            self.days_after_issue,
        )


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
    on_continuity_break: Literal["hold", "warn"] = "warn"
    on_notification: Literal["hold", "apply"] = "hold"
    tolerance: Tolerance = Tolerance()
    discount: Discount = Discount()
    bank_charges: BankCharges = BankCharges()
    combine: Combine = Combine()
    batches: Batches = Batches()
    window: Window = Window()
    decide: Decide = Decide()
    history: History = History()
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
        ConfigurationError: the file is missing, no TOML, has an unknown key or a wrong value, or holds a secret.
    """
    if path is None:
        return Policy()
    hint = "`recon policy` prints every key with its default and meaning"
    policy = read_settings(path, Policy, "policy", hint)
    for kind in ("formats", "sources", "ledgers"):
        for name, options in getattr(policy, kind).items():
            refuse_written_secrets(options, f"{kind}.{name}")
    return policy


def profile_names() -> list[str]:
    """Name the shipped profiles: policies after the documented rules of other systems."""
    return sorted(path.stem for path in _PROFILES.glob("*.toml"))


def profile_text(name: str) -> str:
    """Give a shipped profile as TOML text, comments included; `load_policy` reads it as any other policy.

    Raises:
        ConfigurationError: there is no such profile.
    """
    names = profile_names()
    if name not in names:
        raise ConfigurationError(
            f"there is no profile {name!r}", hint=f"the profiles are {', '.join(names)}"
        )
    return (_PROFILES / f"{name}.toml").read_text(encoding="utf-8")
