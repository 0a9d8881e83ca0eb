"""Registration of the item source `item-file`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.api import Books, ItemSource, hookimpl
from recon_item_file.batches import read_batches
from recon_item_file.books import read_closed, read_customers, read_items, read_own_accounts
from recon_item_file.decided import currencies_of, read_confirmed, read_refused
from recon_item_file.options import read_options
from recon_item_file.remittances import read_remittances

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from typing import Any


class ItemFile:
    """Open items, customers, closed items and own accounts from CSV, Excel or Parquet files."""

    name = "item-file"

    def fetch(self, as_of: dt.date | None, options: Mapping[str, Any]) -> Books:  # noqa: ARG002
        """Read the files that the options name, each whole or not at all.

        Args:
            as_of: not used: a file holds the books as they were when it was written.
            options: see `ItemFileOptions`.

        Raises:
            ConfigurationError: an option is wrong.
            UnreadableItems: a file or any cell in it is wrong; the message lists the first ten.
        """
        checked = read_options(options)
        items, closed = read_items(checked), read_closed(checked)
        currencies = currencies_of(items, closed)
        return Books(
            items=items,
            parties=read_customers(checked),
            remittances=read_remittances(checked),
            closed=closed,
            own_accounts=read_own_accounts(checked),
            confirmed=read_confirmed(checked, currencies),
            refused=read_refused(checked, currencies),
            batches=read_batches(checked),
        )


@hookimpl
def recon_register_sources() -> Sequence[ItemSource]:
    """Give the item file."""
    return [ItemFile()]
