"""The options `[formats.ofx]` of a policy. In: the table. Out: checked options, or `ConfigurationError`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from recon.api import chosen, chosen_currency, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES: Final = ("currency", "encoding", "implied_decimals")
_IMPLIED: Final = ("none", "balances", "all")


@dataclass(frozen=True, slots=True)
class Options:
    """What the policy says of OFX files.

    `currency` stands in where a statement names none. `encoding` is that of all files, whatever their headers say.
    `implied_decimals` says which amounts are in minor units where they have no decimal mark: none, the balances (a
    habit of some banks in Brazil), or all.
    """

    currency: str | None
    encoding: str | None
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
        implied_decimals=chosen("ofx", options, "implied_decimals", _IMPLIED) or "none",
    )
