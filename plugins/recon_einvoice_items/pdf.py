"""Take the e-invoice out of PDFs (Factur-X, ZUGFeRD 2). In: PDF files. Out: the XML in each, or None. Needs the extra `einvoice`.

Source: Factur-X 1.07 and ZUGFeRD 2.3, section 6: the invoice is an attachment of one of three names.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from recon.api import ChildFailed, ConfigurationError, Place, UnreadableItems, call_in_child

if TYPE_CHECKING:
    from collections.abc import Sequence

_LIBRARY: Final = "pypdf"
_CHILD: Final = "recon_einvoice_items.pdf_child:read_attachments"
# As the profiles name it; the first of them that is there.
_NAMES: Final = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
# A child costs a tenth of a second, and what one file breaks must be asked for again.
_AT_ONCE: Final = 20


def read_embedded(files: Sequence[tuple[str, bytes]]) -> list[bytes | None]:
    """Give the e-invoice in each PDF; None for one that holds none.

    Args:
        files: name and content of each.

    Raises:
        ConfigurationError: the library is not installed.
        UnreadableItems: a file cannot be read, so nobody knows whether it holds one.
    """
    if files and find_spec(_LIBRARY) is None:
        raise ConfigurationError(
            f"{files[0][0]}: reading PDFs needs the library {_LIBRARY}",
            hint="pip install 'cashrecon[einvoice]', or take the PDFs out of the folder",
        )
    found: list[bytes | None] = []
    for at in range(0, len(files), _AT_ONCE):
        found += _read(files[at : at + _AT_ONCE])
    return found


def _read(files: Sequence[tuple[str, bytes]]) -> list[bytes | None]:
    """Ask the library about some files at once; where that fails, about halves of them, until it is known which one it is."""
    try:
        told = call_in_child(_CHILD, [data for _, data in files])
    except ChildFailed as error:
        if len(files) == 1:
            raise _unreadable(files[0][0], error.message) from None
        half = len(files) // 2
        return [*_read(files[:half]), *_read(files[half:])]
    return [_invoice(name, one) for (name, _), one in zip(files, told, strict=True)]


def _invoice(name: str, told: dict[str, Any]) -> bytes | None:
    if told["fault"] is not None:
        raise _unreadable(name, str(told["fault"]))
    attached = {str(title).lower(): content for title, content in told["attached"]}
    return next((attached[one] for one in _NAMES if one in attached), None)


def _unreadable(name: str, why: str) -> UnreadableItems:
    return UnreadableItems(
        f"the PDF cannot be read: {why}",
        place=Place(name),
        hint="open it and save it anew, or take it out of the folder",
    )
