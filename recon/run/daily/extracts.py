"""Where the books lie: the files that the settings name, or what a source says now, laid down as files first.

In: a desk. Out: the paths. A source's answer is a file with a SHA-256 like any other extract, so the record can be made
again without the source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from recon.errors import ConfigurationError
from recon.run.deliver import write_files
from recon.run.extract import ACCOUNTS, CUSTOMERS, ITEMS, fetch_extract
from recon.run.request import MatchRequest

if TYPE_CHECKING:
    from pathlib import Path

    from recon.plugins import Plugins
    from recon.run.daily.desk import Desk

# The folder of the workspace in which a source's answer lies.
FETCHED: Final = "books"
# Who reads the files; a comma for a decimal mark would make other amounts of what a source said.
_READER: Final = "item-file"
# Of announcements, which no source's answer is.
_OF_OTHERS: Final = frozenset(
    ("remittance_columns", "remittances_written", "batch_columns", "batches_written")
)


def find_extracts(desk: Desk, plugins: Plugins, open_items: Path | None) -> MatchRequest:
    """Say where open items, customers and own accounts are to be read.

    Args:
        desk: the workspace.
        plugins: the sources.
        open_items: an extract in place of the one that the settings name; no source is asked then.

    Raises:
        ConfigurationError: there is no such source, or an option of it is wrong.
        UnreadableItems: the source cannot tell the books in full.
        PluginFailed: the source failed otherwise.
    """
    workspace, settings = desk.workspace, desk.workspace.settings
    paths = {
        ITEMS: open_items or workspace.path(settings.open_items),
        CUSTOMERS: workspace.path(settings.customers) if settings.customers else None,
        ACCOUNTS: workspace.path(settings.accounts) if settings.accounts else None,
    }
    if settings.source is not None and open_items is None:
        if told := sorted(desk.policy.sources.get(_READER, {}).keys() - _OF_OTHERS):
            raise ConfigurationError(
                f"the books come from {settings.source}, and [sources.{_READER}] says how to read other files: {told[0]}",
                hint=f"take `source` out of recon.toml, or {told[0]} out of [sources.{_READER}] of the policy; "
                "what is of advices and batches alone stands in remittances_written and batches_written",
            )
        files = fetch_extract(settings.source, desk.policy, plugins, None)
        write_files(files, workspace.path(FETCHED))
        # What the source does not tell stays as the settings name it.
        paths |= {name: workspace.path(FETCHED) / name for name in paths.keys() & files.keys()}
    return MatchRequest(
        statements=(),
        open_items=paths[ITEMS] or workspace.path(settings.open_items),
        customers=paths[CUSTOMERS],
        accounts=paths[ACCOUNTS],
        out=workspace.folder,
    )
