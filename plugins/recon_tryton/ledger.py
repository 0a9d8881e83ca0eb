"""Tryton as a ledger: entries become posted account statements. In: Entries. Out: Outcomes, from what Tryton says.

A statement is made in steps, each a transaction of Tryton's: its origins, their lines, validated, posted. Only the last one
touches the books, so what a crash leaves behind is an unposted statement, and is removed before its entries are sent again.
An entry that takes one back cancels the moves of that one, so that its invoices are open again.
"""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from recon.api import Unheard, format_minor, opposite_key
from recon.api.file_ledger import REVERSAL, build_outcomes, judge, judge_receipts, whole_entries
from recon_tryton.books import journal_of, lines_of, look_up, origin_of, refusal
from recon_tryton.moves import cancel_moves, moves_by_key
from recon_tryton.rpc import Declined, Warned, day, decimal, number_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import dataframely as dy
    import polars as pl

    from recon.api import Entries, Outcomes
    from recon.api.file_ledger import Posting
    from recon_tryton.books import Known, Places
    from recon_tryton.rpc import Rpc

    Entry = Sequence[Posting]

STATEMENT: Final = "account.statement"
ORIGIN: Final = "account.statement.origin"
LINE: Final = "account.statement.line"
_POSTED: Final = ["statement.state", "=", "posted"]
# A statement that is not posted may be the work of a call still under way: it is looked at again after these seconds.
_PAUSES: Final = (2, 4, 8)
_RIVAL: Final = "another program is posting it"


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
        self._pauses: Sequence[int] = _PAUSES

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
        self._remove_leftovers([rows[0].entry_key for rows in new])
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
            self._make(several, known, journal, statement)
        except (Declined, Warned) as error:
            if statement and not self._is_there(statement[0]):
                return dict.fromkeys(keys, Told("unknown", _RIVAL, None))
            self._remove(statement)
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

    def _make(
        self, several: Sequence[Entry], known: Known, journal: str, statement: list[int]
    ) -> None:
        """Make a statement and post it; its id is told as soon as it is known."""
        rpc = self._rpc
        keys = [rows[0].entry_key for rows in several]
        head = self._head(several, known, journal)
        statement += rpc.write(f"model.{STATEMENT}.create", [head])
        own = statement[0]
        rows = rpc.search_read(ORIGIN, [["statement", "=", own]], ("number",))
        ids = {row["number"]: row["id"] for row in rows}
        if set(ids) != set(keys):
            # Another program took it for a leftover, and removed it.
            return
        lines = [
            line
            for entry in several
            for line in lines_of(entry, known, self._places, (own, ids[entry[0].entry_key]))
        ]
        rpc.write(f"model.{LINE}.create", lines)
        rpc.write(f"model.{STATEMENT}.validate_statement", [own])
        # Numbers are not unique in Tryton. Of two programs that post one entry each has made its statement before it looks,
        # so at least one sees the other's; whoever sees one steps back, and both never post.
        if rpc.find_by(ORIGIN, "number", keys, ("statement",), ["statement", "!=", own]):
            self._remove([own])
            return
        rpc.write(f"model.{STATEMENT}.post", [own])

    def _head(self, several: Sequence[Entry], known: Known, journal: str) -> dict[str, Any]:
        """Write the statement with its origins; it begins where the journal's last one ended."""
        keys = [rows[0].entry_key for rows in several]
        name = hashlib.sha256(" ".join(sorted(keys)).encode()).hexdigest()[:12]
        cash = [p for rows in several for p in rows if p.role == "cash"]
        ident = known.journals[journal]["id"]
        last = self._rpc.search_read(
            STATEMENT,
            [["journal", "=", ident], ["state", "=", "posted"]],
            ("end_balance",),
            order=[["date", "DESC"], ["id", "DESC"]],
            limit=1,
        )
        end = last[0]["end_balance"] if last else None
        start = Decimal(number_of(end)) if end else Decimal(0)
        total = Decimal(format_minor(sum(p.amount for p in cash), cash[0].currency))
        return {
            "name": f"recon {name}",
            "journal": ident,
            "date": day(max(p.date for p in cash)),
            "start_balance": decimal(str(start)),
            "end_balance": decimal(str(start + total)),
            "total_amount": decimal(str(total)),
            "number_of_lines": len(several),
            "origins": [["create", [origin_of(rows) for rows in several]]],
        }

    def _is_there(self, statement: int) -> bool:
        return bool(self._rpc.search_read(STATEMENT, [["id", "=", statement]], ("state",)))

    def _remove_leftovers(self, keys: Sequence[str]) -> None:
        """Remove unposted statements of these entries: an earlier call ended half-way."""
        unposted = ["statement.state", "!=", "posted"]
        rows = self._rpc.find_by(ORIGIN, "number", keys, ("statement",), unposted)
        statements = sorted({row["statement"] for row in rows})
        for pause in self._pauses:
            still = [["id", "in", statements], ["state", "!=", "posted"]]
            if not statements or not self._rpc.search_read(STATEMENT, still, ("state",)):
                break
            time.sleep(pause)
        self._remove(statements)

    def _remove(self, statements: Sequence[int]) -> None:
        """Cancel statements that are not posted, and delete them; nothing of them is in the books."""
        for statement in statements:
            # Where another program removes or posts it at this moment, nothing is left to remove.
            with suppress(Declined, Warned):
                self._remove_one(statement)

    def _remove_one(self, statement: int) -> None:
        state = self._rpc.search_read(STATEMENT, [["id", "=", statement]], ("state",))
        if not state or state[0]["state"] == "posted":
            return
        if state[0]["state"] != "cancelled":
            self._rpc.write(f"model.{STATEMENT}.cancel", [statement])
        self._rpc.write(f"model.{STATEMENT}.delete", [statement])


def _moves(origin: Mapping[str, Any]) -> set[int]:
    return {line["move"] for line in origin["lines."] if line["move"] is not None}


def _doubt(origin: Mapping[str, Any]) -> str:
    """Say what is wrong with an origin; '' if its lines add up to it and all have moves."""
    total = sum(Decimal(number_of(line["amount"])) for line in origin["lines."])
    if total != Decimal(number_of(origin["amount"])):
        return f"its lines add up to {total}"
    return "" if all(line["move"] for line in origin["lines."]) else "a line has no move"
