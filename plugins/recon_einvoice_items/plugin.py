"""Registration of the item source `einvoice-items`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import (
    Books,
    ClosedItems,
    ConfigurationError,
    Items,
    ItemSource,
    OwnAccounts,
    Parties,
    Place,
    Remittances,
    UnreadableItems,
    hookimpl,
)
from recon_einvoice_items.document import read_document
from recon_einvoice_items.pdf import read_embedded

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from typing import Any

    from recon_einvoice_items.item import Customer, Item

# No invoice is larger, even with its pictures.
_LARGEST: Final = 50 * 1024 * 1024
_XML: Final = ".xml"
_PDF: Final = ".pdf"


class EinvoiceItems:
    """Open items from the e-invoices of a folder: each file is an invoice or a credit note that is open."""

    name = "einvoice-items"

    def fetch(self, as_of: dt.date | None, options: Mapping[str, Any]) -> Books:
        """Read all `*.xml` and `*.pdf` files of the folder, or none of them; a PDF without an invoice in it is left alone.

        Args:
            as_of: documents issued later are left out; None: all.
            options: `folder`.

        Raises:
            ConfigurationError: an option is wrong, or there is no such folder.
            UnreadableItems: a document cannot be read, or two have one number.
        """
        paths = _files(options)
        documents = [(path.name, _bytes_of(path)) for path in paths[_XML]]
        pdfs = [(path.name, _bytes_of(path)) for path in paths[_PDF]]
        embedded = zip(pdfs, read_embedded(pdfs), strict=True)
        read = [read_document(data, name) for name, data in documents]
        read += [read_document(data, name) for (name, _), data in embedded if data is not None]
        told = [one for one in read if _counts(one[0], as_of)]
        return Books(
            items=_items([item for item, _ in told]),
            parties=_parties([customer for _, customer in told if customer is not None]),
            remittances=Remittances.create_empty(),
            closed=ClosedItems.create_empty(),
            own_accounts=OwnAccounts.create_empty(),
        )


def _files(options: Mapping[str, Any]) -> dict[str, list[Path]]:
    """List the files of the folder and of those in it, by their ending."""
    folder = options.get("folder")
    if set(options) != {"folder"} or not isinstance(folder, str):
        raise ConfigurationError(
            "einvoice-items needs the option 'folder' and has no other",
            hint="it stands under [sources.einvoice-items] of the policy",
        )
    if not Path(folder).is_dir():
        raise ConfigurationError(
            f"no folder {folder!r}", hint="it holds the documents that are open"
        )
    found = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    return {
        ending: [path for path in found if path.suffix.lower() == ending] for ending in (_XML, _PDF)
    }


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableItems("larger than any invoice", place=Place(path.name))
        return path.read_bytes()
    except OSError as error:
        raise UnreadableItems(f"cannot be read: {error.strerror}", place=Place(path.name)) from None


def _counts(item: Item, as_of: dt.date | None) -> bool:
    """What was paid before it was written leaves nothing open."""
    is_issued = as_of is None or item.issue_date is None or item.issue_date <= as_of
    return is_issued and item.open_amount != 0


def _items(items: list[Item]) -> Any:
    told = pl.DataFrame(
        items, schema=Items.create_empty().select(_ITEM_COLUMNS).schema, orient="row"
    )
    twice = told.filter(pl.col("item_id").is_duplicated())["item_id"]
    if twice.len():
        raise UnreadableItems(
            f"two documents have the number {twice.sort()[0]!r}",
            hint="keep the newest of them in the folder",
        )
    return Items.validate(told.select(Items.column_names()).sort("item_id"))


def _parties(customers: list[Customer]) -> Any:
    """Give each customer once, as the last document names it."""
    rows = {customer.customer_id: customer for customer in customers}
    schema = {"customer_id": pl.String, "name": pl.String, "country": pl.String}
    frame = pl.DataFrame(list(rows.values()), schema=schema, orient="row").with_columns(
        parent_customer_id=pl.lit(None, pl.String),
        accounts=pl.lit([], pl.List(pl.String)),
        aliases=pl.lit([], pl.List(pl.String)),
    )
    return Parties.validate(frame.select(Parties.column_names()).sort("customer_id"))


_ITEM_COLUMNS: Final = [
    "item_id", "kind", "number", "customer_id", "customer_name", "currency", "amount",
    "open_amount", "issue_date", "due_date", "payment_reference", "purchase_order",
    "discount_amount", "discount_until",
]  # fmt: skip


@hookimpl
def recon_register_sources() -> Sequence[ItemSource]:
    """Give the folder of documents."""
    return [EinvoiceItems()]
