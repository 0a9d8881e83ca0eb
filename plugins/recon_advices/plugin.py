"""Registration of the source `advices`: remittance advices in the formats of payers and banks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from recon.api import (
    Books,
    ClosedItems,
    ConfigurationError,
    Items,
    ItemSource,
    OwnAccounts,
    Parties,
    Place,
    UnreadableItems,
    exponents,
    hookimpl,
)
from recon_advices.advice import frame_of
from recon_advices.camt054 import read_camt054
from recon_advices.edi820 import read_820
from recon_advices.recognise import recognise
from recon_advices.ubl import read_ubl

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from recon_advices.advice import Advice
    from recon_advices.recognise import Kind

_HEAD: Final = 64 * 1024
# A notification of some fifty thousand payments; the whole tree stands in memory.
_LARGEST: Final = 100 * 1024 * 1024
_CURRENCY: Final = "USD"


class Advices:
    """Remittance advices from files: UBL RemittanceAdvice, camt.054 and X12 820, each told by its content."""

    name = "advices"

    def claims_advice(self, head: bytes, file_name: str) -> bool:  # noqa: ARG002 - the content says it
        """Say whether a file is an advice that this source reads."""
        return recognise(head) is not None

    def fetch(self, as_of: dt.date | None, options: Mapping[str, Any]) -> Books:  # noqa: ARG002
        """Read all files, or none of them; there are no open items in them.

        Args:
            as_of: not used: an advice is of the payment that it announces.
            options: `remittances`, the paths, and `default_currency`, of an 820 that names none.

        Raises:
            ConfigurationError: an option is wrong.
            UnreadableItems: a file cannot be read, or does not add up.
        """
        paths, currency = _checked(options)
        advices = [advice for path in paths for advice in _read(Path(path), currency)]
        return Books(
            items=Items.create_empty(),
            parties=Parties.create_empty(),
            remittances=frame_of(advices),
            closed=ClosedItems.create_empty(),
            own_accounts=OwnAccounts.create_empty(),
        )


def _checked(options: Mapping[str, Any]) -> tuple[list[str], str]:
    unknown = sorted(set(options) - {"remittances", "default_currency"})
    if unknown:
        raise ConfigurationError(
            f"[sources.advices] has no option {unknown[0]!r}",
            hint="it has: default_currency; the files come from the caller",
        )
    paths, currency = options.get("remittances"), options.get("default_currency", _CURRENCY)
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise ConfigurationError(
            "advices needs 'remittances', a list of paths", hint="`recon match --remittances PATH`"
        )
    if currency not in exponents():
        raise ConfigurationError(
            f"`default_currency` of [sources.advices] is no ISO 4217 currency: {currency!r}"
        )
    return paths, currency


def _read(path: Path, currency: str) -> list[Advice]:
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableItems("larger than any advice", place=Place(path.name))
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableItems(f"cannot be read: {error.strerror}", place=Place(path.name)) from None
    kind = recognise(data[:_HEAD])
    if kind is None:
        raise UnreadableItems(
            "this is no UBL RemittanceAdvice, camt.054 or X12 820",
            place=Place(path.name),
            hint="tables (CSV, Excel, Parquet) are read by item-file",
        )
    return READERS[kind](data, path.name, currency)


def _text(data: bytes) -> str:
    """Decode an interchange: only names of parties are ever beyond ASCII."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


# What each kind is read by; only an 820 may name no currency.
READERS: Final[Mapping[Kind, Callable[[bytes, str, str], list[Advice]]]] = {
    "ubl": lambda data, file, _: read_ubl(data, file),
    "camt.054": lambda data, file, _: read_camt054(data, file),
    "x12": lambda data, file, currency: read_820(_text(data), file, currency),
}


@hookimpl
def recon_register_sources() -> Sequence[ItemSource]:
    """Give the advices."""
    return [Advices()]
