"""Fetch the books' side from a source and lay it down as files. In: a source's name. Out: the files of an extract.

What is matched is always a file with a SHA-256, so that an auditor can read later what the source said then; this is how
a database becomes one. The files are as the source `item-file` reads them without options.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.money import format_minor_expr
from recon.report.exports import csv_bytes

if TYPE_CHECKING:
    import datetime as dt

    from recon.config import Policy
    from recon.plugins import Plugins
    from recon.protocols import Books

ITEMS: Final = "open_items.csv"
CUSTOMERS: Final = "customers.csv"
CLOSED: Final = "closed_items.csv"
ACCOUNTS: Final = "accounts.csv"
REMITTANCES: Final = "remittances.csv"


def fetch_extract(
    source: str, policy: Policy, plugins: Plugins, as_of: dt.date | None
) -> dict[str, bytes]:
    """Fetch the books from a source with its options of the policy: name to bytes.

    Raises:
        ConfigurationError: there is no such source, or an option of it is wrong.
        UnreadableItems: the books cannot be read in full.
        PluginFailed: the source failed otherwise.
    """
    return extract_files(plugins.fetch(source, as_of, policy.sources.get(source, {})))


def extract_files(books: Books) -> dict[str, bytes]:
    """Write the books as files; all but the open items only where there are any. Rows are sorted."""
    items = books.items.with_columns(
        _text("open_amount"), _text("amount"), _text("discount_amount")
    )
    lists = [pl.col(name).list.join("|") for name in ("accounts", "aliases")]
    others = {
        CUSTOMERS: books.parties.with_columns(lists).rename({"accounts": "iban"}),
        CLOSED: books.closed.with_columns(_text("amount")),
        ACCOUNTS: books.own_accounts,
        REMITTANCES: books.remittances.with_columns(_text("total"), _text("amount")),
    }
    files = {ITEMS: items} | {name: table for name, table in others.items() if table.height}
    return {name: csv_bytes(table.sort(pl.all())) for name, table in files.items()}


def _text(amount: str) -> pl.Expr:
    return format_minor_expr(pl.col(amount), pl.col("currency")).alias(amount)
