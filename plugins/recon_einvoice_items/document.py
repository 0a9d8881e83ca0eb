"""An e-invoice to one open item and its customer: its root says what it is written in. In: XML. Out: an item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from recon.api.xml_tree import parse_xml
from recon_einvoice_items import cii, ubl

if TYPE_CHECKING:
    from recon_einvoice_items.item import Customer, Item

_NAMES: Final = {**ubl.NAMES, **cii.NAMES}
# Its own names and other paths; all programs that write it write its successors.
_FIRST_ZUGFERD: Final = "urn:ferd:CrossIndustryDocument:invoice:1p0"


def read_document(data: bytes, name: str) -> tuple[Item, Customer | None]:
    """Read one invoice or credit note.

    Raises:
        UnreadableItems: it is no XML, none of these, or what an item needs is missing or wrong.
    """
    document = parse_xml(data, name, _NAMES)
    root = (document.name, document.namespace)
    if root in ubl.ROOTS:
        return ubl.read_ubl(document)
    if root in cii.ROOTS:
        return cii.read_cii(document)
    if document.namespace == _FIRST_ZUGFERD:
        raise document.wrong(
            "this is ZUGFeRD 1, which is not read",
            hint="have it written as ZUGFeRD 2 or Factur-X, or take it out of the folder",
        )
    raise document.wrong(
        f"{document.name} is no invoice or credit note of UBL 2 or CII",
        hint="the folder holds e-invoices alone",
    )
