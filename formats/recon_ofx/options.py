"""The options `[formats.ofx]` of a policy. In: the table. Out: checked options, or `ConfigurationError`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from recon.api import ConfigurationError, exponents

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES: Final = ("currency", "implied_decimals")
_IMPLIED: Final = ("none", "balances", "all")


@dataclass(frozen=True, slots=True)
class Options:
    """What the policy says of OFX files.

    `currency` stands in where a statement names none. `implied_decimals` says which amounts are in minor units where
    they have no decimal mark: none, the balances (a habit of some banks in Brazil), or all.
    """

    currency: str | None
    implied_decimals: str


def read_options(options: Mapping[str, Any]) -> Options:
    """Check the options.

    Raises:
        ConfigurationError: one is unknown, or has a value that it cannot have.
    """
    unknown = sorted(set(options) - set(_NAMES))
    if unknown:
        raise ConfigurationError(
            f"[formats.ofx] has no option {unknown[0]!r}", hint=f"it has: {', '.join(_NAMES)}"
        )
    currency = options.get("currency")
    if currency is not None and currency not in exponents():
        message = f"`currency` of [formats.ofx] is no ISO 4217 currency: {currency!r}"
        raise ConfigurationError(message)
    implied = options.get("implied_decimals", "none")
    if implied not in _IMPLIED:
        message = (
            f"`implied_decimals` of [formats.ofx] is one of {', '.join(_IMPLIED)}: {implied!r}"
        )
        raise ConfigurationError(message)
    return Options(currency, implied)
