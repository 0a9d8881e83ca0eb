"""Check the options of a format or a ledger. In: `[formats.NAME]` or `[ledgers.NAME]`. Raises ConfigurationError that names the option."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.errors import ConfigurationError
from recon.money import exponents

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any


def refuse_unknown(format_name: str, options: Mapping[str, Any], known: Collection[str]) -> None:
    """Refuse options that the format does not have."""
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise ConfigurationError(
            f"[formats.{format_name}] has no option {', '.join(unknown)}",
            hint=f"it has: {', '.join(sorted(known))}",
        )


def check_options(
    ledger_name: str,
    options: Mapping[str, Any],
    known: Collection[str],
    *,
    needed: Sequence[str] = (),
    kind: str = "ledger",
) -> None:
    """Check that a ledger or a source has no option that it does not know, and has all that it needs.

    Args:
        ledger_name: as in `[ledgers.NAME]` or `[sources.NAME]`.
        options: that table.
        known: every option there is, in the order in which they are told.
        needed: those that must be there and hold something.
        kind: ledger or source, for the message.

    Raises:
        ConfigurationError: it names the option, and lists them all.
    """
    unknown = sorted(set(options) - set(known))
    missing = [name for name in needed if not options.get(name)]
    if unknown or missing:
        wrong = f"knows no option {unknown[0]!r}" if unknown else f"needs {missing[0]!r}"
        raise ConfigurationError(
            f"the {kind} {ledger_name} {wrong}", hint="its options are: " + ", ".join(known)
        )


def chosen(
    format_name: str, options: Mapping[str, Any], name: str, values: Sequence[str]
) -> str | None:
    """Give an option that is one of some words; None where it is not set."""
    value = options.get(name)
    if value is not None and value not in values:
        listed = " or ".join(f'"{each}"' for each in values)
        message = f"`{name}` of [formats.{format_name}] is {listed}, not {value!r}"
        raise ConfigurationError(message)
    return value


def chosen_currency(format_name: str, options: Mapping[str, Any]) -> str | None:
    """Give the option `currency`; None where it is not set."""
    value = options.get("currency")
    if value is not None and value not in exponents():
        message = f"`currency` of [formats.{format_name}] is no ISO 4217 code: {value!r}"
        raise ConfigurationError(message)
    return value
