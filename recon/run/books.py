"""Fetch the books' side for one run: open items, customers, our accounts, and what was settled before."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from recon.protocols import InputFile
from recon.run.files import shown_name

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from recon.config import Policy
    from recon.plugins import Plugins
    from recon.protocols import Books
    from recon.run.request import MatchRequest

# The source that reads files; it is found like any other plugin.
FILE_SOURCE: Final = "item-file"
CLOSED_ITEMS: Final = "closed_items.csv"


def fetch_books(
    request: MatchRequest, policy: Policy, plugins: Plugins, as_of: dt.date | None
) -> tuple[Books, tuple[InputFile, ...]]:
    """Read open items and what stands beside them.

    Raises:
        UnreadableItems: anything of it cannot be read in full; half the items would give wrong matches.
    """
    paths = _paths(request)
    options: dict[str, Any] = {
        **policy.sources.get(FILE_SOURCE, {}),
        "item_columns": policy.item_columns,
        "customer_columns": policy.customer_columns,
        **{name: str(path) for name, path in paths.items()},
    }
    books = plugins.fetch(FILE_SOURCE, as_of, options)
    return books, tuple(_input(role, path) for role, path in sorted(paths.items()))


def _paths(request: MatchRequest) -> dict[str, Path]:
    closed = request.history / CLOSED_ITEMS if request.history else None
    named = {
        "items": request.open_items,
        "customers": request.customers,
        "accounts": request.accounts,
        "closed": closed if closed and closed.is_file() else None,
    }
    return {name: path for name, path in named.items() if path is not None}


def _input(role: str, path: Path) -> InputFile:
    data = path.read_bytes()
    roles = {"items": "open_items", "closed": "history"}
    return InputFile(
        shown_name(path), hashlib.sha256(data).hexdigest(), len(data), roles.get(role, role), "read"
    )
