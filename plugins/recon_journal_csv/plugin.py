"""Registration of the ledger `journal-csv`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.api import Ledger, LedgerCapabilities, LedgerType, hookimpl
from recon.api.file_ledger import ledger_path
from recon_journal_csv.layout import OPTIONS, chosen_layout
from recon_journal_csv.ledger import JournalCsvLedger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class JournalCsv:
    """A double-entry journal as one CSV file, a row a posting."""

    name = "journal-csv"
    capabilities = LedgerCapabilities(is_file=True, finds_by_key=True, verifies=True, reverses=True)
    file_name: str | None = "journal.csv"

    def connect(self, options: Mapping[str, Any]) -> Ledger:
        """Open the file `path`, which need not exist yet, in the columns of a `profile` or of `columns`."""
        return JournalCsvLedger(ledger_path(options, OPTIONS), chosen_layout(options))


@hookimpl
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give the CSV journal."""
    return [JournalCsv()]
