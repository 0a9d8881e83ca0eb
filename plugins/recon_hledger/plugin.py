"""Registration of the ledgers `hledger` and `ledger-cli`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.api import Ledger, LedgerCapabilities, LedgerType, hookimpl
from recon.api.file_ledger import flag, ledger_path
from recon.api.plain_text import PlainTextLedger
from recon_hledger.ledger_cli import ledger_cli_grammar
from recon_hledger.text import grammar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class Hledger:
    """An hledger journal, written as text."""

    name = "hledger"
    capabilities = LedgerCapabilities(is_file=True, finds_by_key=True, verifies=True, reverses=True)
    file_name: str | None = "ledger.journal"

    def connect(self, options: Mapping[str, Any]) -> Ledger:
        """Open the file `path`; `declare = false` where another file declares accounts and commodities."""
        return PlainTextLedger(
            ledger_path(options, ("declare",)),
            grammar(declares=flag(options, "declare", default=True)),
        )


class LedgerCli:
    """A journal of ledger-cli, written as text."""

    name = "ledger-cli"
    capabilities = LedgerCapabilities(is_file=True, finds_by_key=True, verifies=True, reverses=True)
    file_name: str | None = "ledger.dat"

    def connect(self, options: Mapping[str, Any]) -> Ledger:
        """Open the file `path`; `declare = false` where another file declares accounts, commodities and tags."""
        return PlainTextLedger(
            ledger_path(options, ("declare",)),
            ledger_cli_grammar(declares=flag(options, "declare", default=True)),
        )


@hookimpl
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give the journals of hledger and of ledger-cli."""
    return [Hledger(), LedgerCli()]
