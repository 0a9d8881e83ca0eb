"""The options `[formats.ofx]` of a policy. In: the table. Out: checked options, or `ConfigurationError`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from recon.api import chosen, chosen_currency, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES: Final = ("currency", "encoding", "finer_amounts", "implied_decimals")
_FINER: Final = ("refused", "rounded")
_IMPLIED: Final = ("none", "balances", "all")


@dataclass(frozen=True, slots=True)
class Options:
    """What the policy says of OFX files.

    `currency` stands in where a statement names none. `encoding` is that of all files, whatever their headers say.
    `finer_amounts` says what becomes of an amount with more decimals than its currency has: refused, or rounded.
    `implied_decimals` says which amounts are in minor units where they have no decimal mark: none, the balances (a
    habit of some banks in Brazil), or all.
    """

    currency: str | None
    encoding: str | None
    finer_amounts: str
    implied_decimals: str


def read_options(options: Mapping[str, Any]) -> Options:
    """Check the options; whether there is such an encoding is checked where it is used.

    Raises:
        ConfigurationError: one is unknown, or has a value that it cannot have.
    """
    refuse_unknown("ofx", options, _NAMES)
    return Options(
        currency=chosen_currency("ofx", options),
        encoding=options.get("encoding"),
        finer_amounts=chosen("ofx", options, "finer_amounts", _FINER) or "refused",
        implied_decimals=chosen("ofx", options, "implied_decimals", _IMPLIED) or "none",
    )
