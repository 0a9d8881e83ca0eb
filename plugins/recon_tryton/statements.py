"""Make one statement of some entries in Tryton, and post it; or step back from another program. In: entries. Out: a posted statement.

A statement is made in steps, each a transaction of Tryton's: it with its origins, their lines, validated, posted. Only the last
one touches the books. Numbers are not unique in Tryton, so two rules keep an entry from being posted by two programs at once:

- Whoever posts has made its own statement first, and looked for others of its entries after that. Of two programs at least one
  sees the other's, and whoever sees one steps back.
- A statement is touched by nobody but its maker for as long as it is leased: ten minutes of Tryton's own clock. The maker begins
  nothing with it in the last six of them, so no call of its own is under way when it is taken for a leftover and removed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from recon.api import format_minor
from recon_tryton.books import lines_of, origin_of
from recon_tryton.rpc import Declined, Warned, day, decimal, moment, moment_of, number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.api.file_ledger import Posting
    from recon_tryton.books import Known, Places
    from recon_tryton.rpc import Rpc

STATEMENT: Final = "account.statement"
ORIGIN: Final = "account.statement.origin"
LINE: Final = "account.statement.line"
LEASE: Final = dt.timedelta(minutes=10)
# The maker begins nothing later, seconds: a call is let in within two minutes, and has four more to end.
_BEGINS: Final = 240
_NAME: Final = "recon "
_SEEN: Final = ("number", "statement", "statement.state", "statement.create_date")


class _Other(NamedTuple):
    """Somebody else's statement with an entry of ours."""

    ident: int
    state: str
    since: dt.datetime


class Statements:
    """The statements of one database; `lease` is how long each is its maker's alone."""

    def __init__(self, rpc: Rpc, places: Places) -> None:
        """Keep the session."""
        self._rpc = rpc
        self._places = places
        self._is_swept = False
        self.lease = LEASE

    def make(
        self, several: Sequence[Sequence[Posting]], known: Known, journal: str, made: list[int]
    ) -> None:
        """Make a statement and post it, or step back; its id is told in `made` as soon as it is known.

        Raises:
            Declined: Tryton refused a step.
            Warned: Tryton asks whether it is meant.
            Unheard: what became of a step is not known.
        """
        rpc, began = self._rpc, time.monotonic()
        keys = [rows[0].entry_key for rows in several]
        made += rpc.write(f"model.{STATEMENT}.create", [self.head(several, known, journal)])
        own = made[0]
        ids, others, since = self._seen(keys, own)
        if set(ids) != set(keys):
            # A person has removed it.
            return
        if not self._is_swept:
            self._sweep(own, since)
        if others and not self._are_gone(others, since):
            self.remove([own])
            return
        lines = [
            line
            for entry in several
            for line in lines_of(entry, known, self._places, (own, ids[entry[0].entry_key]))
        ]
        rpc.write(f"model.{LINE}.create", lines)
        for step in ("validate_statement", "post"):
            if time.monotonic() - began > _BEGINS:
                self.remove([own])
                return
            rpc.write(f"model.{STATEMENT}.{step}", [own], once=True)

    def head(
        self, several: Sequence[Sequence[Posting]], known: Known, journal: str
    ) -> dict[str, Any]:
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
            "name": f"{_NAME}{name}",
            "journal": ident,
            "date": day(max(p.date for p in cash)),
            "start_balance": decimal(str(start)),
            "end_balance": decimal(str(start + total)),
            "total_amount": decimal(str(total)),
            "number_of_lines": len(several),
            "origins": [["create", [origin_of(rows) for rows in several]]],
        }

    def is_there(self, statement: int) -> bool:
        """Say whether a statement is not removed."""
        return bool(self._rpc.search_read(STATEMENT, [["id", "=", statement]], ("state",)))

    def remove(self, statements: Sequence[int]) -> None:
        """Cancel statements that are not posted, and delete them; nothing of them is in the books."""
        for statement in statements:
            # Where a person removes or posts it at this moment, nothing is left to remove.
            with suppress(Declined, Warned):
                self._remove_one(statement)

    def _seen(
        self, keys: Sequence[str], own: int
    ) -> tuple[dict[str, int], list[_Other], dt.datetime]:
        """Look for statements with these entries: the origins of our own, those of others, and since when ours is there."""
        rows = self._rpc.find_by(ORIGIN, "number", keys, _SEEN)
        ids = {row["number"]: row["id"] for row in rows if row["statement"] == own}
        found: dict[int, _Other] = {}
        since = dt.datetime.max.replace(tzinfo=dt.UTC)
        for row in rows:
            of = row["statement."]
            moment = moment_of(of["create_date"])
            if row["statement"] == own:
                since = moment
            else:
                found[row["statement"]] = _Other(row["statement"], of["state"], moment)
        return ids, [found[ident] for ident in sorted(found)], since

    def _sweep(self, own: int, since: dt.datetime) -> None:
        """Remove all leftovers, also of entries that were posted since: Tryton asks about the drafts of a paid invoice."""
        old = ["create_date", "<=", moment(since - self.lease)]
        domain = [["name", "like", f"{_NAME}%"], ["state", "!=", "posted"], ["id", "!=", own], old]
        self.remove([row["id"] for row in self._rpc.search_read(STATEMENT, domain, ("state",))])
        self._is_swept = True

    def _are_gone(self, others: Sequence[_Other], since: dt.datetime) -> bool:
        """Remove others' statements if all of them are leftovers; says whether none is there any more."""
        if any(one.state == "posted" or since - one.since < self.lease for one in others):
            return False
        idents = [one.ident for one in others]
        self.remove(idents)
        return not self._rpc.search_read(STATEMENT, [["id", "in", idents]], ("state",))

    def _remove_one(self, statement: int) -> None:
        state = self._rpc.search_read(STATEMENT, [["id", "=", statement]], ("state",))
        if not state or state[0]["state"] == "posted":
            return
        if state[0]["state"] != "cancelled":
            self._rpc.write(f"model.{STATEMENT}.cancel", [statement])
        self._rpc.write(f"model.{STATEMENT}.delete", [statement])
