"""Builds a RunView by hand: a line, its fate and its allocations in one call.

The sample view holds every case that a report has to show, with hostile text in the places where banks put text.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from recon.frames.allocations import Allocations
from recon.frames.decisions import Decisions
from recon.frames.entries import Entries
from recon.frames.items import Items
from recon.frames.lines import Lines
from recon.frames.rejects import Rejects
from recon.frames.statements import Statements
from recon.protocols import InputFile, RunView

AS_OF = dt.date(2026, 11, 20)
SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://evil.example","click")'


def line_id(name: str) -> str:
    digest = base64.b32encode(hashlib.sha256(name.encode()).digest()).decode().lower()
    return "L" + digest[:16]


@dataclass
class ViewBuilder:
    """Collects rows; `view()` makes validated frames of them. Money is in minor units."""

    as_of: dt.date = AS_OF
    lines: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    allocations: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    statements: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    inputs: list[InputFile] = field(default_factory=list)

    def line(self, name: str, amount: int, fate: str, **more: Any) -> str:
        identity = line_id(name)
        decision = {
            "line_id": identity,
            "fate": fate,
            "reason": more.pop("reason", fate + "_rule"),
            "note": more.pop("note", None),
            "decided_by": "rule",
            "policy_hash": "0123456789abcdef",
        }
        self.decisions.append(decision)
        row = {
            "statement_index": 0,
            "record": len(self.lines) + 1,
            "line_number": None,
            "bank_reference": name,
            "booking_date": self.as_of,
            "value_date": None,
            "amount": amount,
            "currency": "EUR",
            "remittance": "",
            "is_reversal": False,
            "status": "booked",
            "line_id": identity,
            "statement_id": "S1",
            "file": "bank.sta",
            "account": "DE89370400440532013000",
            "occurrence": 0,
            "copies": 0,
            "is_held": False,
        }
        self.lines.append(row | more)
        return identity

    def allocate(self, identity: str, amount: int, **more: Any) -> None:
        item = more.get("item_id")
        currency = more.get("currency", "EUR")
        row = {
            "line_id": identity,
            "item_id": item,
            "item_number": item,
            "customer_id": None,
            "amount": amount,
            "currency": currency,
            "item_amount": amount if item else None,
            "item_currency": currency if item else None,
            "kind": "payment" if item else "on_account",
            "status": "applied",
            "rank": 1,
            "confidence_ppm": 999_987,
            "because": "reference: number '1001' +17.2 bits; amount: exact +9.1 bits; total +26.3 bits",
        }
        self.allocations.append(row | more)

    def item(self, number: str, open_amount: int, **more: Any) -> None:
        row = {
            "item_id": number,
            "kind": "credit_note" if open_amount < 0 else "invoice",
            "number": number,
            "currency": "EUR",
            "open_amount": open_amount,
        }
        self.items.append(row | more)

    def entry(self, key: str, *postings: tuple[str, int], **more: Any) -> None:
        for number, (role, amount) in enumerate(postings, start=1):
            row = {
                "entry_key": key,
                "posting": number,
                "line_id": line_id(key),
                "date": self.as_of,
                "role": role,
                "account": f"Assets:{role}",
                "amount": amount,
                "currency": "EUR",
                "description": "ACME",
                "evidence": "number quoted 17.2 bits",
            }
            self.entries.append(row | more)

    def statement(self, number: str, opening: int, closing: int, **more: Any) -> None:
        row = {
            "statement_index": len(self.statements),
            "account": "DE89370400440532013000",
            "currency": "EUR",
            "kind": "final",
            "statement_number": number,
            "page": None,
            "opening_balance": opening,
            "opening_date": self.as_of - dt.timedelta(days=1),
            "closing_balance": closing,
            "closing_date": self.as_of,
            "line_count": 1,
            "statement_id": f"S{number}",
            "file": "bank.sta",
            "format": "mt940",
            "reader": "mt-940",
            "balance_check": "ok",
            "balance_difference": 0,
            "continuity_check": "ok",
            "continuity_note": None,
            "is_held": False,
        }
        self.statements.append(row | more)

    def view(self) -> RunView:
        return RunView(
            as_of=self.as_of,
            policy_hash="0123456789abcdef",
            inputs=tuple(self.inputs),
            statements=framed(Statements, self.statements),
            lines=framed(Lines, self.lines),
            rejects=framed(Rejects, self.rejects),
            items=framed(Items, self.items),
            decisions=framed(Decisions, self.decisions),
            allocations=framed(Allocations, self.allocations),
            entries=framed(Entries, self.entries),
        )


def framed(schema: Any, rows: list[dict[str, Any]]) -> Any:
    types = schema.create_empty().schema
    filled = [{name: row.get(name) for name in types} for row in rows]
    return schema.validate(pl.DataFrame(filled, schema=types))


def sample() -> ViewBuilder:
    """Make the view behind the golden files: every fate, two currencies, hostile text, a broken balance."""
    build = ViewBuilder()
    _add_applied(build)
    _add_open(build)
    _add_other(build)
    _add_inputs(build)
    return build


def _days(count: int) -> dt.date:
    return AS_OF - dt.timedelta(days=count)


def _add_applied(build: ViewBuilder) -> None:
    build.item("RE-1001", 119_00, customer_id="C1", customer_name="Müller & Söhne GmbH")
    build.item("RE-1002", 50_00, customer_id="C1")
    build.item("GS-7", -10_00, customer_id="C1")
    build.item("RE-1003", 300_00, customer_id="C2")
    build.item("RE-1009", 80_00, customer_id="C3")
    build.item("JP-1", 12_000, currency="JPY", customer_id="C9")
    one = build.line(
        "B1", 159_00, "applied", payer_name="Müller & Söhne GmbH", payer_account="DE02120300000000202051",
        remittance="RE-1001, RE-1002 abzgl. GS-7", reason="quoted_set", booking_date=_days(1), value_date=AS_OF,
    )  # fmt: skip
    build.allocate(one, 119_00, item_id="RE-1001", customer_id="C1")
    build.allocate(one, 50_00, item_id="RE-1002", customer_id="C1")
    build.allocate(one, -10_00, item_id="GS-7", customer_id="C1")
    two = build.line(
        "B2",
        320_00,
        "applied",
        payer_name="Overpay Ltd",
        remittance="INV RE-1003",
        reason="overpaid",
    )
    build.allocate(two, 291_00, item_id="RE-1003", item_amount=291_00, customer_id="C2")
    build.allocate(two, 9_00, item_id="RE-1003", kind="discount", customer_id="C2")
    build.allocate(two, 29_00, customer_id="C2")
    yen = build.line(
        "B3", 12_000, "applied", currency="JPY", payer_name="東京商事", remittance="JP-1", copies=2,
        account="JP-ACC", file="tokyo.csv",
    )  # fmt: skip
    build.allocate(yen, 12_000, item_id="JP-1", currency="JPY", customer_id="C9")
    build.entry("B1", ("cash", 159_00), ("receivable", -159_00))
    build.entry(
        "B2", ("cash", 320_00), ("discount", 9_00), ("receivable", -300_00), ("on_account", -29_00)
    )


def _add_open(build: ViewBuilder) -> None:
    suggested = build.line(
        "B4", 80_00, "suggested", payer_name=FORMULA, payer_account="+49 170 1234567",
        remittance=f"thanks {SCRIPT}", reason="below_threshold", booking_date=_days(45),
        note='nearest: RE-1009 & "more"; amount: exact +9.1 bits; not applied: below threshold',
    )  # fmt: skip
    build.allocate(
        suggested, 80_00, item_id="RE-1009", status="suggested", confidence_ppm=923_100,
        because=f"amount: exact +9.1 bits; party: payer name similar '{SCRIPT}' +4.0 bits",
    )  # fmt: skip
    build.allocate(
        suggested,
        80_00,
        item_id="RE-1003",
        status="suggested",
        rank=2,
        confidence_ppm=70_000,
        because="amount within",
    )
    build.line(
        "B5", 1_234_567_89, "unmatched", payer_name=SCRIPT, remittance="no\nreference, \x1b[2Jat all",
        reason="no_evidence", booking_date=_days(120),
    )  # fmt: skip
    duplicate = build.line(
        "B6",
        119_00,
        "on_account",
        payer_name="Müller \u202eHbmG",
        reason="duplicate_payment",
        booking_date=_days(31),
    )
    build.allocate(duplicate, 119_00, customer_id="C1")
    build.line(
        "B7",
        7_00,
        "unmatched",
        reason="statement_held",
        is_held=True,
        statement_id="S2",
        booking_date=_days(61),
    )


def _add_other(build: ViewBuilder) -> None:
    build.line("B8", 55, "not_receivable", reason="interest", remittance="Zinsen")
    build.line("B9", -12_50, "not_receivable", reason="bank_fee", remittance="Entgelt")
    build.line("B10", 40_00, "returned", reason="returned_later", remittance="RE-1")
    build.line("B11", -40_00, "returned", reason="return_of_receipt", remittance="Rückgabe")
    build.statement("1", 0, 1_235_000_00)
    build.statement(
        "2", 100_00, 110_00, balance_check="broken", balance_difference=3_00, is_held=True,
        continuity_check="broken", continuity_note="opens with 100.00, statement 1 closed with 1235000.00",
    )  # fmt: skip
    build.rejects.append(
        {
            "file": "bank.sta",
            "record": 12,
            "line_number": 48,
            "field": "amount",
            "code": "no-amount",
            "reason": "'1.2.3' is no amount",
            "excerpt": f":61:2611C1.2.3{SCRIPT}",
            "hint": "ask the bank for the file again",
        }
    )


def _add_inputs(build: ViewBuilder) -> None:
    build.inputs += [
        InputFile("bank.sta", "ab" * 32, 4096, "statement", "read", format="mt940"),
        InputFile("tokyo.csv", "cd" * 32, 512, "statement", "read", format="csv"),
        InputFile(
            f"broken{SCRIPT}.ofx",
            "ef" * 32,
            99,
            "statement",
            "quarantined",
            error="no </OFX> at the end",
        ),
        InputFile("open_items.csv", "01" * 32, 2048, "open_items", "read"),
    ]
