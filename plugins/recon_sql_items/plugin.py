"""Registration of the item source `sql-items`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.api import (
    Books,
    ClosedItems,
    ItemSource,
    OwnAccounts,
    Parties,
    Remittances,
    find_secret,
    hookimpl,
)
from recon.api.table_books import (
    build_closed,
    build_customers,
    build_items,
    wanted_of_closed,
    wanted_of_customers,
    wanted_of_items,
)
from recon.api.table_columns import find_columns
from recon_sql_items.database import open_database, reading
from recon_sql_items.options import SECTION, read_options
from recon_sql_items.query import Query, read_query

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from typing import Any

    from sqlalchemy import Connection

    from recon.api.table_columns import Columns, Wanted
    from recon_sql_items.options import SqlItemsOptions


class SqlItems:
    """Open items, customers and closed items from queries of a database, all in one reading transaction."""

    name = "sql-items"

    def fetch(self, as_of: dt.date | None, options: Mapping[str, Any]) -> Books:
        """Run the queries that the options hold; each is read whole or not at all.

        Args:
            as_of: the value of `:as_of` in the queries; None is NULL.
            options: see `SqlItemsOptions`.

        Raises:
            ConfigurationError: an option is wrong.
            UnreadableItems: the database cannot be reached, a query fails, or any value of it is wrong.
        """
        checked = read_options(options)
        engine = open_database(checked.url, find_secret(options, "password"))
        with reading(engine) as connection:
            return _books(connection, checked, as_of)


def _books(connection: Connection, options: SqlItemsOptions, as_of: dt.date | None) -> Books:
    def columns_of(name: str, statement: str, wanted: Wanted) -> Columns:
        table = read_query(
            connection, Query(name, statement, as_of), set(wanted.headers().values())
        )
        return find_columns(table, options, wanted, SECTION)

    wanted = wanted_of_items(options, options.item_columns)
    parties, closed = Parties.create_empty(), ClosedItems.create_empty()
    items = build_items(columns_of("items", options.items, wanted))
    if options.customers is not None:
        wanted = wanted_of_customers(options.customer_columns)
        parties = build_customers(columns_of("customers", options.customers, wanted))
    if options.closed is not None:
        wanted = wanted_of_closed(options.closed_columns)
        closed = build_closed(columns_of("closed", options.closed, wanted))
    return Books(
        items=items,
        parties=parties,
        remittances=Remittances.create_empty(),
        closed=closed,
        own_accounts=OwnAccounts.create_empty(),
    )


@hookimpl
def recon_register_sources() -> Sequence[ItemSource]:
    """Give the queries of a database."""
    return [SqlItems()]
