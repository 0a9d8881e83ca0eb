"""Tryton as a ledger: entries become posted account statements. In: Entries. Out: Outcomes, from what Tryton says.

What a crash leaves behind is an unposted statement, in no book, and is removed before its entries are sent again; it is taken for
another program's, and its entries are unknown, until it is ten minutes old.
An entry that takes one back cancels the moves of that one, so that its invoices are open again.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from recon.api import Unheard, opposite_key
from recon.api.file_ledger import REVERSAL, build_outcomes, judge, judge_receipts, whole_entries
from recon_tryton.books import journal_of, look_up, refusal
from recon_tryton.moves import cancel_moves, moves_by_key
from recon_tryton.rpc import Declined, Warned, number_of
from recon_tryton.statements import ORIGIN, Statements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import dataframely as dy
    import polars as pl

    from recon.api import Entries, Outcomes
    from recon.api.file_ledger import Posting
    from recon_tryton.books import Known, Places
    from recon_tryton.rpc import Rpc

    Entry = Sequence[Posting]

_POSTED: Final = ["statement.state", "=", "posted"]
_RIVAL: Final = "another program is posting it, or began to less than ten minutes ago"


class Told(NamedTuple):
    """What Tryton said of an entry."""

    outcome: str
    reason: str | None = None
    remote_id: str | None = None


class TrytonLedger:
    """One database of Tryton."""

    def __init__(self, rpc: Rpc, places: Places, at_once: int) -> None:
        """Keep the session; `at_once` entries share a statement."""
        self._rpc = rpc
        self._places = places
        self._at_once = at_once
        self._statements = Statements(rpc, places)

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Map the keys of posted origins, and of moves that cancel, to their ids."""
        rows = self._rpc.find_by(ORIGIN, "number", keys, ("number",), _POSTED)
        found = {row["number"]: f"{ORIGIN},{row['id']}" for row in rows}
        return moves_by_key(self._rpc, keys) | found

    def post(self, entries: dy.DataFrame[Entries]) -> dy.DataFrame[Outcomes]:
        """Post what Tryton does not have; what it refuses is refused alone."""
        known = look_up(self._rpc, entries, self._places)
        there = self.find(entries["entry_key"].unique().to_list())
        undone = self._takes_back(entries)
        refused = {
            rows[0].entry_key: why
            for rows in whole_entries(entries).values()
            if rows[0].entry_key not in undone and (why := refusal(rows, known, self._places))
        }
        new, judged = judge(entries, set(there), refused, holder="ledger")
        told = {row[0]: Told(*row[1:]) for row in judged.iter_rows()}
        told |= {key: told[key]._replace(remote_id=there[key]) for key in there}
        by_journal: dict[str, list[Entry]] = {}
        for rows in new:
            key = rows[0].entry_key
            if key in undone:
                told[key] = self._undo(undone[key], key)
            else:
                by_journal.setdefault(journal_of(rows, self._places), []).append(rows)
        for journal, several in sorted(by_journal.items()):
            for at in range(0, len(several), self._at_once):
                told |= self._send(several[at : at + self._at_once], known, journal)
        return build_outcomes((key, *answer) for key, answer in told.items())

    def verify(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Ask Tryton again: is each entry posted, whole, and not cancelled since?"""
        keys = receipts["entry_key"].to_list()
        fields = ("number", "amount", "lines.amount", "lines.move")
        rows = self._rpc.find_by(ORIGIN, "number", keys, fields, _POSTED)
        doubts = dict.fromkeys(moves_by_key(self._rpc, keys), "")
        doubts |= {row["number"]: _doubt(row) for row in rows}
        moves = {m: row["number"] for row in rows for m in _moves(row)}
        origins = [f"account.move,{move}" for move in moves]
        for row in self._rpc.find_by("account.move", "origin", origins, ("origin", "description")):
            key = moves[int(row["origin"].partition(",")[2])]
            if row["description"] not in {REVERSAL + key, opposite_key(key)}:
                doubts[key] = "it was cancelled in Tryton"
        return judge_receipts(receipts, doubts, doubts.__getitem__, holder="ledger")

    def reverse(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Cancel the moves of entries under `reversal-of-KEY`; their invoices are open again."""
        keys = receipts["entry_key"].to_list()
        found = self.find([*keys, *(REVERSAL + key for key in keys)])
        told: dict[str, Told] = {}
        for key in sorted(keys):
            if key not in found:
                told[key] = Told("rejected", "the ledger has no such key", None)
            elif REVERSAL + key in found:
                told[key] = Told("duplicate", "reversed before", found[REVERSAL + key])
            else:
                told[key] = self._undo(key, REVERSAL + key)
        return build_outcomes((key, *answer) for key, answer in told.items())

    def _takes_back(self, entries: pl.DataFrame) -> dict[str, str]:
        """Map the entries that take a posted one back to the key of that one."""
        lines = entries["line_id"].unique().sort().to_list()
        rows = self._rpc.find_by(ORIGIN, "description", lines, ("number",), _POSTED)
        return {opposite_key(row["number"]): row["number"] for row in rows}

    def _undo(self, key: str, as_key: str) -> Told:
        try:
            return Told("accepted", None, cancel_moves(self._rpc, key, as_key))
        except Declined as error:
            return Told("rejected", str(error), None)
        except Warned as error:
            return Told("needs_confirmation", str(error), None)
        except Unheard as error:
            found = self.find([as_key])
            if as_key in found:
                return Told("accepted", None, found[as_key])
            return Told("unknown", str(error), None)

    def _send(
        self, several: Sequence[Entry], known: Known, journal: str, *, is_second: bool = False
    ) -> dict[str, Told]:
        """Post a statement of some entries; where Tryton speaks against it, halves of it, and one alone twice."""
        keys = [rows[0].entry_key for rows in several]
        statement: list[int] = []
        try:
            self._statements.make(several, known, journal, statement)
        except (Declined, Warned) as error:
            if statement and not self._statements.is_there(statement[0]):
                return dict.fromkeys(keys, Told("unknown", _RIVAL, None))
            self._statements.remove(statement)
            if len(several) > 1:
                half = len(several) // 2
                first = self._send(several[:half], known, journal)
                return first | self._send(several[half:], known, journal)
            if told := self._posted_elsewhere(keys[0]):
                return {keys[0]: told}
            if not is_second:
                # What stood against it may be another program's statement that is gone by now.
                return self._send(several, known, journal, is_second=True)
            word = "rejected" if isinstance(error, Declined) else "needs_confirmation"
            return {keys[0]: Told(word, str(error))}
        except Unheard as error:
            why = str(error)
        else:
            why = _RIVAL
        found = self.find(keys)
        lost = Told("unknown", why, None)
        return {k: Told("accepted", None, found[k]) if k in found else lost for k in keys}

    def _posted_elsewhere(self, key: str) -> Told | None:
        """Say whether what stands against an entry is that very entry, as another program posts it; None if not."""
        try:
            rows = self._rpc.find_by(ORIGIN, "number", [key], ("statement.state",))
        except Declined:
            # A record was removed while it was read.
            return Told("unknown", _RIVAL)
        if any(row["statement."]["state"] == "posted" for row in rows):
            return Told("duplicate", "the ledger has this key", self.find([key])[key])
        return Told("unknown", _RIVAL) if rows else None


def _moves(origin: Mapping[str, Any]) -> set[int]:
    return {line["move"] for line in origin["lines."] if line["move"] is not None}


def _doubt(origin: Mapping[str, Any]) -> str:
    """Say what is wrong with an origin; '' if its lines add up to it and all have moves."""
    total = sum(Decimal(number_of(line["amount"])) for line in origin["lines."])
    if total != Decimal(number_of(origin["amount"])):
        return f"its lines add up to {total}"
    return "" if all(line["move"] for line in origin["lines."]) else "a line has no move"
