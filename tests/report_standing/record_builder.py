"""A record of a workspace by hand: what happened, in order; `standing()` says how it stood, as a store would.

The sample is a small treasury: two accounts, two currencies, twenty lines over three months, with an undo, a write-off,
a decision that takes effect later, one that awaits approval, and hostile text in the places where others put text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from recon.frames.allocations import AllocationLog, Allocations
from recon.frames.decisions import DecisionLog, Decisions
from recon.frames.entries import EntryLog, Outbox
from recon.frames.events import Approvals, Comments, Events, Periods
from recon.frames.items import ItemDifferences, ItemStates
from recon.frames.lines import Lines
from recon.frames.parties import Parties
from recon.frames.statements import Statements
from recon.protocols import Standing
from tests.report.view_builder import FORMULA, SCRIPT, framed, line_id

EUR, USD = "DE89370400440532013000", "US-4471"
POLICY, POLICY_2 = "aa11" * 4, "bb22" * 4
ZEROS = "0" * 64


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


@dataclass
class RecordBuilder:
    """Collects rows in the order of events; money is in minor units."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, frame: str, **row: Any) -> None:
        self.rows.setdefault(frame, []).append(row)

    def event(self, kind: str, on: dt.date, actor: str = "recon", **facts: Any) -> int:
        seq = len(self.rows.get("events", [])) + 1
        previous = self.rows["events"][-1]["hash"] if seq > 1 else ZEROS
        policy = facts.pop("policy", POLICY)
        # As the store writes it: the whole policy stands in the event that sets it.
        facts |= {"policy": facts.pop("policy_told")} if "policy_told" in facts else {}
        self.add(
            "events",
            seq=seq,
            kind=kind,
            at=f"{on.isoformat()}T08:00:{seq % 60:02}.000000Z",
            actor=actor,
            policy_hash=policy,
            payload=json.dumps(facts, sort_keys=True),
            previous_hash=previous,
            hash=hashlib.sha256(f"{previous}{seq}{kind}".encode()).hexdigest(),
        )
        return seq

    def line(self, name: str, account: str, on: dt.date, amount: int, **more: Any) -> str:
        number = len(self.rows.get("lines", [])) + 1
        row = {
            "statement_index": 0,
            "record": number,
            "status": "booked",
            "bank_reference": name,
            "booking_date": on,
            "value_date": on,
            "amount": amount,
            "currency": "EUR" if account == EUR else "USD",
            "remittance": f"payment {name}",
            "is_reversal": False,
            "line_id": line_id(name),
            "statement_id": f"{account}-{on.month}",
            "file": f"{on:%Y-%m}.sta",
            "account": account,
            "occurrence": 0,
            "copies": 0,
            "is_held": False,
        }
        self.add("lines", **(row | more))
        return line_id(name)

    def statement(self, account: str, month: int, opening: int, closing: int, **more: Any) -> None:
        first, last = day(month, 1), day(month + 1, 1) - dt.timedelta(days=1)
        row = {
            "statement_index": 0,
            "account": account,
            "currency": "EUR" if account == EUR else "USD",
            "kind": "final",
            "statement_number": str(month),
            "opening_balance": opening,
            "opening_date": first,
            "closing_balance": closing,
            "closing_date": last,
            "line_count": 0,
            "statement_id": f"{account}-{month}",
            "file": f"2026-{month:02}.sta",
            "format": "mt940",
            "reader": "mt-940",
            "balance_check": "ok",
            "balance_difference": 0,
            "continuity_check": "ok",
            "is_held": False,
        }
        self.add("statements", **(row | more))

    def decide(self, seq: int, name: str, fate: str, reason: str, **more: Any) -> int:
        """Decide a line; `allocations` are (item, amount, kind, status, rank)."""
        event = self.rows["events"][seq - 1]
        number = len(self.rows.get("decisions", [])) + 1
        allocations = more.pop("allocations", ())
        row = {
            "line_id": line_id(name),
            "fate": fate,
            "reason": reason,
            "decided_by": "rule",
            "policy_hash": POLICY,
            "decision_no": number,
            "seq": seq,
            "at": event["at"],
            "effective_on": dt.date.fromisoformat(event["at"][:10]),
            "approvals_needed": 0,
        }
        self.add("decisions", **(row | more))
        for allocation in allocations:
            self._allocate(number, line_id(name), allocation)
        return number

    def _allocate(self, number: int, line: str, allocation: tuple[Any, ...]) -> None:
        defaults = (None, 0, None, "payment", "applied", 1)
        item, amount, customer, kind, status, rank = allocation + defaults[len(allocation) :]
        (currency,) = (row["currency"] for row in self.rows["lines"] if row["line_id"] == line)
        place = sum(row["decision_no"] == number for row in self.rows.get("allocations", [])) + 1
        self.add(
            "allocations",
            decision_no=number,
            place=place,
            line_id=line,
            item_id=item,
            item_number=item,
            customer_id=customer,
            amount=amount,
            currency=currency,
            item_amount=amount if item else None,
            item_currency=currency if item else None,
            kind=kind,
            status=status,
            rank=rank,
            confidence_ppm=999_000 - 300_000 * (rank - 1)
            if status == "applied"
            else 800_000 // rank,
            because=f"number quoted 17.2 bits {SCRIPT}" if rank == 1 else "amount 9 bits",
        )

    def post(self, number: int, **more: Any) -> str:
        """Post an applied decision: cash against receivables; `reverses` gives the opposite of that decision's entry."""
        reverses = more.pop("reverses", None)
        source = number if reverses is None else reverses
        sign = 1 if reverses is None else -1
        key = hashlib.sha256(f"entry {number}".encode()).hexdigest()[:32]
        line = self.rows["decisions"][source - 1]["line_id"]
        (found,) = (row for row in self.rows["lines"] if row["line_id"] == line)
        postings = [("cash", found["amount"], None, None)]
        for one in self.rows["allocations"]:
            if one["decision_no"] == source and one["status"] == "applied":
                is_free = one["kind"] in ("write_off", "discount")
                role = "on_account" if one["kind"] == "on_account" else "receivable"
                postings.append((role, -one["amount"], one["item_id"], one["customer_id"]))
                if is_free:
                    postings.append((one["kind"], one["amount"], None, None))
        for posting, (role, amount, item, customer) in enumerate(postings, start=1):
            self.add(
                "entries",
                entry_key=key,
                posting=posting,
                line_id=line,
                date=found["booking_date"],
                role=role,
                account=f"Assets:Bank:{found['account']}" if role == "cash" else f"Books:{role}",
                amount=sign * amount,
                currency=found["currency"],
                item_number=item,
                customer_id=customer,
                description=FORMULA,
                evidence="number quoted",
                decision_no=number,
                reverses=None
                if reverses is None
                else hashlib.sha256(f"entry {reverses}".encode()).hexdigest()[:32],
            )
        if more.get("state"):
            self.deliver(key, **more)
        return key

    def deliver(self, key: str, *, state: str, seq: int, ledger: str = "erp", **more: Any) -> None:
        self.add(
            "outbox",
            ledger=ledger,
            entry_key=key,
            state=state,
            attempts=1,
            seq=seq,
            **({"remote_id": f"GL-{key[:6]}"} if state == "posted" else {}) | more,
        )

    def frame(self, name: str, schema: Any) -> pl.DataFrame:
        types = schema.create_empty().schema
        rows = [{column: row.get(column) for column in types} for row in self.rows.get(name, [])]
        return pl.DataFrame(rows, schema=types)

    def standing(self, as_of: dt.date, known: int | None = None) -> Standing:
        """Say how the record stood: only events up to `known`, only what counts by the day."""
        known = known or len(self.rows["events"])
        seen = pl.col("seq") <= known
        events = self.frame("events", Events).filter(seen)
        log = self.frame("decisions", DecisionLog).filter(seen)
        approvals = self.frame("approvals", Approvals).filter(seen)
        lines = self.frame("lines", Lines).filter(pl.col("booking_date") <= as_of)
        granted = approvals.filter("is_granted").group_by("decision_no").agg(granted=pl.len())
        in_force = (
            log.join(granted, on="decision_no", how="left")
            .filter(pl.col("effective_on") <= as_of)
            .filter(pl.col("granted").fill_null(0) >= pl.col("approvals_needed"))
            .join(lines, on="line_id", how="semi")
            .sort("decision_no")
            .unique("line_id", keep="last", maintain_order=True)
        )
        decided = lines.join(in_force, on="line_id", how="semi")
        allocations = self.frame("allocations", AllocationLog)
        allocations_log = allocations.join(log, on="decision_no", how="semi")
        entries = self.frame("entries", EntryLog).join(log, on="decision_no", how="semi")
        last = events.row(-1, named=True)
        return Standing(
            as_of=as_of,
            known_seq=known,
            known_at=last["at"],
            chain_head=last["hash"],
            policy_hash=last["policy_hash"],
            events=Events.validate(events),
            statements=Statements.validate(self.frame("statements", Statements)),
            lines=Lines.validate(decided),
            decisions=Decisions.validate(in_force.select(Decisions.column_names())),
            allocations=Allocations.validate(
                allocations.join(in_force, on="decision_no", how="semi").select(
                    Allocations.column_names()
                )
            ),
            items=framed(ItemStates, self.rows.get("items", [])),
            differences=framed(ItemDifferences, self.rows.get("differences", [])),
            decision_log=DecisionLog.validate(log),
            allocation_log=AllocationLog.validate(allocations_log),
            entries=EntryLog.validate(entries),
            outbox=Outbox.validate(self.frame("outbox", Outbox).filter(seen)),
            approvals=Approvals.validate(approvals),
            comments=Comments.validate(self.frame("comments", Comments).filter(seen)),
            periods=Periods.validate(self.frame("periods", Periods).filter(seen)),
            parties=framed(Parties, self.rows.get("parties", [])),
        )
