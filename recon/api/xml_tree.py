"""Read a small XML document whole: an invoice, an advice. In: bytes. Out: texts, days and amounts, each with its line.

Nothing is resolved or loaded, and a document type declaration is refused: no e-invoice or advice has one. For files of
hundreds of megabytes, such as statements, this is the wrong room: the whole tree stands in memory.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from lxml import etree

from recon.errors import Place, UnreadableItems
from recon.money import AmountError, exponent, exponents, parse_minor

if TYPE_CHECKING:
    from collections.abc import Mapping


class Element:
    """An element of a document, with what an error needs to say where it stands."""

    def __init__(self, element: etree._Element, file: str, names: Mapping[str, str]) -> None:
        """Keep the element; `names` are the prefixes that paths use."""
        self._element = element
        self._file = file
        self._names = dict(names)

    def with_names(self, names: Mapping[str, str]) -> Element:
        """Give the same element for paths with these prefixes, where its own namespace says which."""
        return Element(self._element, self._file, names)

    @property
    def name(self) -> str:
        """Its name without namespace."""
        return str(etree.QName(self._element).localname)

    @property
    def namespace(self) -> str:
        """Its namespace; '' if it has none."""
        return str(etree.QName(self._element).namespace or "")

    def wrong(self, message: str, path: str = ".", hint: str | None = None) -> UnreadableItems:
        """Make an error that shows the line of the first element at a path, or of this one."""
        found = self._element.find(path, self._names)
        shown = self._element if found is None else found
        excerpt = f"<{etree.QName(shown).localname}> {' '.join((shown.text or '').split())}".strip()
        place = Place(self._file, shown.sourceline)
        return UnreadableItems(message, place=place, excerpt=excerpt, hint=hint)

    def at(self, path: str) -> Element | None:
        """Give the first element at a path."""
        found = self._element.find(path, self._names)
        return None if found is None else Element(found, self._file, self._names)

    def every(self, path: str) -> list[Element]:
        """Give all elements at a path, in their order."""
        found = self._element.findall(path, self._names)
        return [Element(one, self._file, self._names) for one in found]

    def attribute(self, name: str) -> str | None:
        """Give an attribute; None where it holds nothing."""
        told = (self._element.get(name) or "").strip()
        return told or None

    def text(self, path: str = ".") -> str | None:
        """Give the text of the first element at a path, blanks around and within it made one; None where it holds nothing."""
        found = self._element.find(path, self._names)
        told = " ".join((found.text or "").split()) if found is not None else ""
        return told or None

    def first(self, *paths: str) -> str | None:
        """Give the text of the first path that has one."""
        return next((told for path in paths if (told := self.text(path)) is not None), None)

    def needed(self, path: str) -> str:
        """Give a text that must be there.

        Raises:
            UnreadableItems: it is not.
        """
        told = self.text(path)
        if told is None:
            raise self.wrong(f"it has no {_last(path)}")
        return told

    def currency(self, path: str) -> str:
        """Give an ISO 4217 code that must be there.

        Raises:
            UnreadableItems: it is not there, or none.
        """
        told = self.needed(path).upper()
        if told not in exponents():
            raise self.wrong(f"{_last(path)} {told!r} is no ISO 4217 currency", path)
        return told

    def day(self, path: str) -> dt.date | None:
        """Give a day as ISO 8601 writes it; the time behind it does not count.

        Raises:
            UnreadableItems: it is no date.
        """
        told = self.text(path)
        if told is None:
            return None
        try:
            return dt.date.fromisoformat(told[:10])
        except ValueError:
            raise self.wrong(f"{_last(path)} {told!r} is no date", path) from None

    def amount(self, path: str, currency: str, code: str = "currencyID") -> int | None:
        """Give an amount in minor units; None where there is none.

        Args:
            path: where it stands.
            currency: what it must be in, if it says.
            code: the attribute by which it says so.

        Raises:
            UnreadableItems: it is no amount, or in another currency.
        """
        told, element = self.text(path), self.at(path)
        if told is None or element is None:
            return None
        own = (element.attribute(code) or currency).upper()
        if own != currency:
            raise self.wrong(f"{_last(path)} is in {own}, and the document in {currency}", path)
        try:
            return parse_minor(told, exponent(currency))
        except AmountError as error:
            raise self.wrong(f"{_last(path)}: {error}", path) from None


def parse_xml(data: bytes, file: str, names: Mapping[str, str]) -> Element:
    """Read one document.

    Args:
        data: the whole file.
        file: its name, for errors.
        names: prefix to namespace, for the paths.

    Raises:
        UnreadableItems: it is no XML, or declares a document type.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableItems(f"no XML: {error.msg}", place=Place(file, error.lineno)) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableItems(
            "it declares a document type, which can name files of this machine",
            place=Place(file),
            hint="no invoice or advice needs one: ask its sender",
        )
    return Element(root, file, names)


def _last(path: str) -> str:
    return path.rpartition("/")[2].rpartition(":")[2].rpartition("}")[2]
