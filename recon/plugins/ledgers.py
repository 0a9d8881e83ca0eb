"""Call ledgers by their names. In: entries and receipts. Out: what became of each, or `PluginFailed`."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recon import protocols
from recon.errors import ReconError
from recon.frames.outcomes import Outcomes
from recon.plugins.blame import blaming, listed, require, require_type
from recon.plugins.contracts import checked, require_known
from recon.plugins.patience import Patience
from recon.plugins.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import dataframely as dy

    from recon.frames.entries import Entries
    from recon.protocols import Options


@dataclass(frozen=True, slots=True)
class OpenLedger:
    """A ledger that was connected to, with the name it is known by."""

    name: str
    connection: protocols.Ledger
    patience: Patience | None = None

    def call(self, function: Callable[[], Any]) -> Any:
        """Call into the ledger, within its time where it has any."""
        return function() if self.patience is None else self.patience.call(function)

    def close(self) -> None:
        """Call no more."""
        if self.patience is not None:
            self.patience.end()


class LedgerCalls(Registry):
    """Open ledgers, and let them post, look up and take back."""

    def ledger_type(self, name: str) -> protocols.LedgerType:
        """Give a ledger's declaration, for its file name and capabilities; calls go through `connect`.

        Raises:
            ConfigurationError: no usable ledger has this name.
        """
        target: protocols.LedgerType = self._find("ledger", name).target
        return target

    def connect(self, name: str, options: Options, *, seconds: int | None = None) -> OpenLedger:
        """Open a ledger.

        Args:
            name: the ledger's.
            options: `[ledgers.NAME]` of the policy, for a file ledger with `path`.
            seconds: how long a call may take, this one and each later one; None: as long as it likes.
        """
        one = self._find("ledger", name)
        patience = None if seconds is None else Patience(seconds)
        try:
            with blaming(one.owner, f"connect of {name}"):
                given = deepcopy(dict(options))
                connection = (
                    one.target.connect(given)
                    if patience is None
                    else patience.call(lambda: one.target.connect(given))
                )
                require_type(connection, protocols.Ledger)
        except ReconError:
            if patience is not None:
                patience.end()
            raise
        return OpenLedger(name, connection, patience)

    def find(self, ledger: OpenLedger, keys: Sequence[str]) -> dict[str, str]:
        """Ask a ledger which of these entries it has; its answer names no other key."""
        with blaming(self.owner("ledger", ledger.name), f"find of {ledger.name}"):
            found = ledger.call(lambda: ledger.connection.find(list(keys)))
            require_type(found, Mapping)
            told = {str(key): str(remote) for key, remote in found.items()}
            strange = sorted(set(told) - set(keys))
            require(not strange, f"it names keys that nobody asked for: {listed(strange)}")
            return told

    def post(self, ledger: OpenLedger, entries: dy.DataFrame[Entries]) -> dy.DataFrame[Outcomes]:
        """Post entries; the ledger must answer for every key, and for no other."""
        return self._answered(ledger, "post", entries)

    def verify(
        self, ledger: OpenLedger, receipts: dy.DataFrame[Outcomes]
    ) -> dy.DataFrame[Outcomes]:
        """Let a ledger say again what became of entries; one answer for each receipt, and for no other."""
        return self._answered(ledger, "verify", receipts)

    def reverse(
        self, ledger: OpenLedger, receipts: dy.DataFrame[Outcomes]
    ) -> dy.DataFrame[Outcomes]:
        """Let a ledger post the opposite of entries; one answer for each receipt, and for no other."""
        return self._answered(ledger, "reverse", receipts)

    def _answered(
        self, ledger: OpenLedger, call: str, sent: dy.DataFrame[Any]
    ) -> dy.DataFrame[Outcomes]:
        """Call a ledger with a frame of keys; it must answer for every key, and for no other."""
        with blaming(self.owner("ledger", ledger.name), f"{call} of {ledger.name}"):
            made = ledger.call(lambda: getattr(ledger.connection, call)(sent.clone()))
            outcomes = checked(made, Outcomes)
            require_known(outcomes["entry_key"], sent["entry_key"])
            silent = sorted(set(sent["entry_key"]) - set(outcomes["entry_key"]))
            require(not silent, f"{len(silent)} entries have no outcome: {listed(silent)}")
            return outcomes
