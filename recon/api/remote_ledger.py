"""A ledger behind HTTP, entry by entry: send, and look up what was not heard of. In: Entries. Out: Outcomes.

What every plugin for such a ledger needs; how an entry looks there is the plugin's own `Gateway`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, runtime_checkable

from recon.api.file_ledger import (
    REVERSAL,
    Posting,
    build_outcomes,
    judge,
    judge_receipts,
    judge_reversals,
    whole_entries,
)
from recon.api.remote import Unheard
from recon.errors import ConfigurationError, ReconError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import dataframely as dy

    from recon.frames.entries import Entries
    from recon.frames.outcomes import Outcomes

# A server that is silent so often in a row is down; the rest of a batch waits for the next call.
_SILENT: Final = 3
_HOLDER: Final = "ledger"


class Told(NamedTuple):
    """What a ledger said of one entry: as in Outcomes."""

    outcome: str
    reason: str | None = None
    remote_id: str | None = None


class Gateway(Protocol):
    """One system: what it knows by key, and how an entry is given to it."""

    # The system itself refuses a key that it has. Where it does not, only the look-up does.
    is_idempotent: bool

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Map the keys that the system has to its own ids."""
        ...

    def refuse(self, entries: Sequence[Sequence[Posting]]) -> Mapping[str, str]:
        """Say which entries the system cannot hold, and why; may read in bulk what `send` needs."""
        ...

    def send(self, entry: Sequence[Posting]) -> Told:
        """Give one entry to the system.

        Raises:
            Unheard: what became of it is not known.
        """
        ...

    def doubt(self, key: str, remote_id: str) -> str:
        """Say why an entry is not what was posted; '' if it is."""
        ...

    def undo(self, key: str, remote_id: str, as_key: str) -> Told:
        """Take an entry back under another key."""
        ...


@runtime_checkable
class SendsTogether(Protocol):
    """What a gateway may have beside: several entries in one call, for systems that count calls."""

    # How many entries one call takes.
    together: int

    def joins(self, entry: Sequence[Posting]) -> bool:
        """Say whether an entry can share a call; one that needs several steps cannot."""
        ...

    def send_together(self, entries: Sequence[Sequence[Posting]]) -> Mapping[str, Told]:
        """Give entries to the system in one call; says of each by key what became of it.

        Raises:
            Unheard: what became of them is not known.
        """
        ...


class RemoteLedger:
    """A ledger of one gateway."""

    def __init__(self, gateway: Gateway) -> None:
        """Keep the gateway; nothing is sent."""
        self._gateway = gateway

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Map the keys that the ledger has to its ids."""
        return dict(self._gateway.find(list(keys)))

    def post(self, entries: dy.DataFrame[Entries]) -> dy.DataFrame[Outcomes]:
        """Send entry by entry, in order of date and key; those that can share a call before the others."""
        gateway = self._gateway
        whole = whole_entries(entries)
        known = {} if gateway.is_idempotent else self.find(list(whole))
        refused = gateway.refuse([rows for key, rows in whole.items() if key not in known])
        new, judged = judge(entries, set(known), refused, holder=_HOLDER)
        told = {row[0]: Told(*row[1:]) for row in judged.iter_rows()}
        told |= {key: told[key]._replace(remote_id=known[key]) for key in known}
        silent = 0
        for at, portion in enumerate(self._portions(new)):
            keys = [rows[0].entry_key for rows in portion]
            if silent >= _SILENT:
                told |= dict.fromkeys(keys, Told("unknown", "not sent: the ledger does not answer"))
                continue
            try:
                heard = self._sent_together(portion) if len(portion) > 1 else {}
                told |= heard or {keys[0]: self._sent(portion[0])}
            except ConfigurationError as error:
                if not at:
                    raise
                told |= dict.fromkeys(keys, Told("unknown", str(error)))
                silent = _SILENT
                continue
            silent = silent + 1 if all(told[key].outcome == "unknown" for key in keys) else 0
        return build_outcomes((key, *one) for key, one in told.items())

    def verify(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Ask the ledger again: is each entry there, and is it what was posted?"""
        found = self.find(receipts["entry_key"].to_list())
        return judge_receipts(
            receipts,
            found,
            lambda key: self._gateway.doubt(key, found[key]),
            holder=_HOLDER,
        )

    def reverse(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Take entries back, each under the key `reversal-of-KEY`; one in doubt is not."""
        keys = receipts["entry_key"].to_list()
        found = self.find([*keys, *(REVERSAL + key for key in keys)])
        wanted, judged = judge_reversals(
            receipts,
            found,
            lambda key: self._gateway.doubt(key, found[key]),
            holder=_HOLDER,
        )
        told = {row[0]: Told(*row[1:]) for row in judged.iter_rows()}
        for key in wanted:
            try:
                told[key] = self._gateway.undo(key, found[key], REVERSAL + key)
            except Unheard as error:
                again = self.find([REVERSAL + key])
                is_done = REVERSAL + key in again
                told[key] = (
                    Told("accepted", None, again[REVERSAL + key]) if is_done else _lost(error)
                )
        return build_outcomes((key, *one) for key, one in told.items())

    def _portions(self, new: Sequence[list[Posting]]) -> Iterator[list[list[Posting]]]:
        """Give what goes in one call: entries that can share one first, then each of the others."""
        gateway = self._gateway
        alone, joint = list(new), []
        if isinstance(gateway, SendsTogether):
            joint = [rows for rows in new if gateway.joins(rows)]
            alone = [rows for rows in new if not gateway.joins(rows)]
            for at in range(0, len(joint), gateway.together):
                yield joint[at : at + gateway.together]
        yield from ([rows] for rows in alone)

    def _sent_together(self, portion: Sequence[list[Posting]]) -> Mapping[str, Told]:
        """Send several entries in one call; where nothing was heard, ask for all of them."""
        keys = [rows[0].entry_key for rows in portion]
        assert isinstance(self._gateway, SendsTogether)
        try:
            return self._gateway.send_together(portion)
        except Unheard as error:
            lost = _lost(error)
        except ConfigurationError:
            raise
        except ReconError as error:
            return dict.fromkeys(keys, _lost(error))
        try:
            found = self._gateway.find(keys)
        except ReconError:
            found = {}
        why = "found there after no answer was heard"
        return {key: Told("accepted", why, found[key]) if key in found else lost for key in keys}

    def _sent(self, rows: Sequence[Posting]) -> Told:
        """Send one entry; where nothing was heard, ask before it is sent a second time."""
        key = rows[0].entry_key
        told = Told("unknown")
        for _ in range(2):
            try:
                return self._gateway.send(rows)
            except Unheard as error:
                told = _lost(error)
            except ConfigurationError:
                raise
            except ReconError as error:
                # It was never reached, or is busy: the next call looks the key up and tries again.
                return _lost(error)
            try:
                found = self._gateway.find([key])
            except ReconError:
                return told
            if key in found:
                return Told("accepted", "found there after no answer was heard", found[key])
            if not self._gateway.is_idempotent:
                # It may still be carried out behind our back; only a later look-up can tell.
                return told
        return told


def _lost(error: ReconError) -> Told:
    return Told("unknown", error.message)
