"""What the store's model is played with: four days of one account, books of a few items, and rows that a rule decides.

In: which days, which items. Out: bytes as a bank and an ERP would write them, rows of facts, and what stands as plain values.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from recon.store.chain import instant
from recon.store.reading import fetch
from recon.store.tables import FACT
from tests.store.whole import rows

FIRST_DAY = dt.date(2026, 1, 5)
# Equal references on one day are lines of their own.
DAYS = [
    [("R1", 100), ("R2", 200), ("R2", 200)],
    [("R3", 600)],
    [("R4", 200), ("R5", 100)],
    [("R6", 600), ("R6", 600), ("R7", 300)],
]
OPENING = 10_000


def digest(span):
    return hashlib.sha256(statement(span)).hexdigest()


def statement(span):
    """Write the statement of some days, first and last included."""
    first, last = span
    opening = OPENING + sum(amount for day in DAYS[:first] for _, amount in day)
    closing = opening + sum(amount for day in DAYS[first : last + 1] for _, amount in day)
    begins, ends = (FIRST_DAY + dt.timedelta(days=day) for day in span)
    lines = [":20:X", ":25:DE89370400440532013000", f":28C:{first}{last}/1"]
    lines.append(f":60F:C{begins:%y%m%d}EUR{money(opening)}")
    for number in range(first, last + 1):
        day = FIRST_DAY + dt.timedelta(days=number)
        for reference, amount in DAYS[number]:
            lines.append(f":61:{day:%y%m%d}{day:%m%d}C{money(amount)}NTRFNONREF//{reference}")
            lines.append(":86:166?00GUTSCHRIFT?20Danke?32KUNDE")
    lines += [f":62F:C{ends:%y%m%d}EUR{money(closing)}", "-", ""]
    return "\n".join(lines).encode()


def money(minor):
    return f"{minor // 100},{minor % 100:02d}"


def books(items):
    rows_ = [f"{name},{name},EUR,{minor // 100}.{minor % 100:02d}" for name, minor in items.items()]
    return "\n".join(["item_id,number,currency,open_amount", *rows_, ""]).encode()


def told_by_rule(number, line_id, taken, amount):
    """Give the rows of a decision by rule."""
    decision = {
        "decision_no": number,
        "line_id": line_id,
        "fate": taken.fate,
        "reason": "simulated",
        "decided_by": "rule",
        "policy_hash": "p",
        "at": instant(dt.datetime(2026, 1, 5, tzinfo=dt.UTC)),
        "effective_on": FIRST_DAY + dt.timedelta(days=taken.day),
        "approvals_needed": 0,
    }
    wanted = [(taken.item, "applied")] if taken.item else []
    wanted += [(name, "suggested") for name in taken.suggests]
    allocations = [
        {
            "decision_no": number,
            "place": place,
            "line_id": line_id,
            "item_id": name,
            "item_number": name,
            "amount": amount,
            "currency": "EUR",
            "item_amount": amount,
            "item_currency": "EUR",
            "status": status,
            "rank": place,
            "kind": "payment",
            "confidence_ppm": 900_000,
            "because": "chance",
        }
        for place, (name, status) in enumerate(wanted, 1)
    ]
    told = {"decisions": rows("decisions", decision)}
    return told | ({"allocations": rows("allocations", *allocations)} if allocations else {})


def named(connection, states):
    """Put the bank's reference to each line."""
    told = fetch(connection, FACT["deliveries"], names=("statement_id", "record", "bank_reference"))
    return states.join(told, on=["statement_id", "record"])


def shown(lines, items):
    """Give what stands as the model says it."""
    told = lines.select("bank_reference", "occurrence", "copies", "fate", "decision_no").rows()
    here = {(reference, at): (copies, fate, no) for reference, at, copies, fate, no in told}
    columns = ("item_id", "book_amount", "unseen", "open_amount", "is_in_books")
    return here, {one[0]: one[1:] for one in items.select(columns).rows()}
