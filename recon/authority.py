"""Who may decide what, and how much needs a second person: the users and controls of a workspace, as data.

The catalogue of controls that auditors ask for (completeness, authorisation, segregation, write-off limits, period
lock, ...) is kept by `recon/review`; here stand its limits.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

from recon.settings import require

Role: TypeAlias = Literal["viewer", "preparer", "approver", "admin"]


class User(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person: what they may do, and up to which amount they may write off without asking."""

    roles: tuple[Role, ...] = ("preparer",)
    write_off_limit: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """Refuse a limit that means nothing."""
        require(self.write_off_limit >= 0, "write_off_limit", "0 or more", self.write_off_limit)


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From this amount on (of the line, in its own currency), a person's decision needs so many others to approve it."""

    from_amount: Decimal
    approvals: int

    def __post_init__(self) -> None:
        """Refuse a band that means nothing."""
        require(self.from_amount >= 0, "bands.from_amount", "0 or more", self.from_amount)
        require(1 <= self.approvals <= 5, "bands.approvals", "from 1 to 5", self.approvals)


class Controls(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The limits of all controls; the lower of two limits counts.

    Source: permitted differences of user and customer tolerance groups (lower of both, amount and percent); maker-checker
    bands; dormant-item and duplicate windows of bank reconciliation programmes.
    """

    bands: tuple[Band, ...] = ()
    # What one customer may be forgiven at a time, whoever decides.
    customer_write_off_limit: Decimal = Decimal(50)
    customer_write_off_percent: Decimal = Decimal(5)
    # All that one user may write off in a day.
    daily_write_off_limit: Decimal = Decimal(500)
    policy_needs_approval: bool = False
    # In a house of one person nobody else can approve; it is written into each decision.
    allow_own_approval: bool = False
    duplicate_days: int = 14
    stale_days: int = 30
    reconcile_within_days: int = 30
    hold_new_accounts: bool = True
    # The least share of the items of the extract before that the next one must have.
    least_items_percent: int = 50

    def __post_init__(self) -> None:
        """Refuse limits that mean nothing."""
        for name in (
            "customer_write_off_limit",
            "customer_write_off_percent",
            "daily_write_off_limit",
        ):
            require(getattr(self, name) >= 0, f"controls.{name}", "0 or more", getattr(self, name))
        for name in ("duplicate_days", "stale_days", "reconcile_within_days"):
            given = getattr(self, name)
            require(0 <= given <= 3_650, f"controls.{name}", "from 0 to 3650", given)
        require(
            0 <= self.least_items_percent <= 100,
            "controls.least_items_percent",
            "from 0 to 100",
            self.least_items_percent,
        )
