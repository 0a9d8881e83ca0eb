"""The books from files: open items, customers, closed items and our own accounts.

In: the options. Out: a frame of the contract. Each file is read whole or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.api import ClosedItems, Items, OwnAccounts, Parties
from recon.api.table_books import (
    build_closed,
    build_customers,
    build_items,
    build_own_accounts,
    wanted_of_closed,
    wanted_of_customers,
    wanted_of_items,
    wanted_of_own_accounts,
)
from recon_item_file.columns import read_columns

if TYPE_CHECKING:
    import dataframely as dy

    from recon_item_file.options import ItemFileOptions


def read_items(options: ItemFileOptions) -> dy.DataFrame[Items]:
    """Read open items; none where only what payers or providers announce is read.

    Raises:
        UnreadableItems: any cell is wrong, an item_id stands twice, or kind and sign contradict each other.
    """
    if options.items is None:
        return Items.create_empty()
    wanted = wanted_of_items(options, options.item_columns)
    return build_items(read_columns(options.items, options, wanted))


def read_customers(options: ItemFileOptions) -> dy.DataFrame[Parties]:
    """Read customers; none without a file of them.

    Raises:
        UnreadableItems: a customer_id is missing or stands twice.
    """
    if options.customers is None:
        return Parties.create_empty()
    wanted = wanted_of_customers(options.customer_columns)
    return build_customers(read_columns(options.customers, options, wanted))


def read_closed(options: ItemFileOptions) -> dy.DataFrame[ClosedItems]:
    """Read items that were settled before; none without a file of them.

    Raises:
        UnreadableItems: any cell is wrong.
    """
    if options.closed is None:
        return ClosedItems.create_empty()
    wanted = wanted_of_closed(options.closed_columns)
    return build_closed(read_columns(options.closed, options, wanted))


def read_own_accounts(options: ItemFileOptions) -> dy.DataFrame[OwnAccounts]:
    """Read our own accounts; none without a file of them.

    Raises:
        UnreadableItems: an account is missing or stands twice, or a currency is none.
    """
    if options.accounts is None:
        return OwnAccounts.create_empty()
    wanted = wanted_of_own_accounts(options.account_columns)
    return build_own_accounts(read_columns(options.accounts, options, wanted))
