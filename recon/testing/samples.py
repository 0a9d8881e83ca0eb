"""Small sound frames for the suites: a line, three items, two customers, entries, a view of a run.

In: keys and fields. Out: validated frames. Texts of strangers among them are hostile on purpose: `HOSTILE`.
"""

from __future__ import annotations

import datetime as dt
from base64 import b32encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import dataframely as dy
import polars as pl

from recon.frames.allocations import Allocations
from recon.frames.decisions import Decisions
from recon.frames.entries import Entries
from recon.frames.items import Items
from recon.frames.lines import Lines
from recon.frames.outcomes import Outcomes
from recon.frames.parties import Parties
from recon.frames.rejects import Rejects
from recon.frames.statements import Statements
from recon.protocols import RunView

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

S = TypeVar("S", bound=dy.Schema)
Posting = tuple[str, int, str]  # role, minor units, currency

DAY: Final = dt.date(2026, 3, 2)
ACCOUNTS: Final[Mapping[str, str]] = {
    "cash": "Assets:Bank:DE02120300000000202051",
    "receivable": "Assets:Receivable",
    "discount": "Expenses:Discount",
}
# What a payer may write: each has broken a program that trusted it.
HOSTILE: Final = (
    "two\nlines\r\nand a\ttab",
    "quotes \" and ' and `back`, \\ and / and ; # %",
    "=HYPERLINK(0)+cmd|' /C calc'!A0",
    "<script>alert(1)</script> & ]]> {{7*7}} ${x}",
    "'; DROP TABLE entries; --",
    "right to left \u202e and nothing \u200b\ufeff here",
    "M\u00fcller \u00d8sterg\u00e5rd \u674e\u5c0f\u9f99 \U0001f4b6 e\u0301",
    "long " + "x" * 2_000,
    "",
)


def key_of(name: str) -> str:
    """Give an entry key as the engine makes them: a hash in hexadecimal."""
    return sha256(name.encode()).hexdigest()


def line_id_of(name: str) -> str:
    """Give a line id as the engine makes them."""
    return "L" + b32encode(sha256(name.encode()).digest()).decode().lower()[:16]


def frame_of(schema: type[S], rows: Iterable[Mapping[str, Any]]) -> dy.DataFrame[S]:
    """Build a frame of sparse rows: what a row leaves out is null."""
    empty = schema.create_empty()
    full = [{name: row.get(name) for name in empty.columns} for row in rows]
    return schema.validate(pl.DataFrame(full, schema=empty.schema))


def entry(
    key: str,
    postings: Iterable[Posting] = (("cash", 12_345, "EUR"), ("receivable", -12_345, "EUR")),
    accounts: Mapping[str, str] = ACCOUNTS,
    **fields: Any,
) -> list[dict[str, Any]]:
    """Give the rows of one entry.

    Args:
        key: its key.
        postings: role, minor units (debits positive) and currency of each.
        accounts: the ledger's account of each role.
        fields: what is to be other than in the sample, such as `description`.
    """
    common = {
        "entry_key": key,
        "line_id": line_id_of(key),
        "date": DAY,
        "item_number": "INV-1001",
        "customer_id": "C7",
        "description": "ACME GmbH, invoice INV-1001",
        "evidence": "number INV-1001 (20.1 bits); exact amount (9.3 bits)",
    }
    return [
        {
            **common,
            **fields,
            "posting": at,
            "role": role,
            "account": accounts[role],
            "amount": amount,
            "currency": currency,
        }
        for at, (role, amount, currency) in enumerate(postings, start=1)
    ]


def entries(*whole: list[dict[str, Any]]) -> dy.DataFrame[Entries]:
    """Put whole entries into one frame, in this order."""
    return frame_of(Entries, [row for one in whole for row in one])


def shuffled(frame: dy.DataFrame[S], seed: int = 3) -> dy.DataFrame[S]:
    """Give the same rows in another order."""
    return cast("dy.DataFrame[S]", frame.sample(fraction=1, shuffle=True, seed=seed))


def outcomes(rows: Iterable[Mapping[str, Any]]) -> dy.DataFrame[Outcomes]:
    """Give receipts of sparse rows."""
    return frame_of(Outcomes, rows)


def lines() -> dy.DataFrame[Lines]:
    """Give three receipts: one quotes an invoice and its order, one a number that none has, one nothing."""
    texts = ("invoice INV-1001 order PO-7788", "INV-9999", "")
    rows = [
        {
            "line_id": line_id_of(f"line {at}"),
            "statement_id": "S1",
            "statement_index": 0,
            "file": "a.sta",
            "account": "DE02120300000000202051",
            "record": at,
            "status": "booked",
            "booking_date": DAY,
            "amount": amount,
            "currency": "EUR",
            "payer_name": "ACME GMBH",
            "payer_account": "DE89370400440532013000",
            "remittance": text,
            "is_reversal": False,
            "occurrence": 0,
            "copies": 0,
            "is_held": False,
        }
        for at, (text, amount) in enumerate(zip(texts, (12_345, 500, 99), strict=True), start=1)
    ]
    return frame_of(Lines, rows)


def items() -> dy.DataFrame[Items]:
    """Give three open invoices; the first line quotes the first."""
    rows = [
        {
            "item_id": f"I{at}",
            "kind": "invoice",
            "number": f"INV-100{at}",
            "customer_id": f"C{7 + at % 2}",
            "customer_name": ("Beta SARL", "ACME GmbH")[at % 2],
            "currency": "EUR",
            "amount": amount,
            "open_amount": amount,
            "issue_date": DAY,
            "due_date": DAY,
            "purchase_order": f"PO-778{7 + at}",
        }
        for at, amount in enumerate((12_345, 12_345, 700), start=1)
    ]
    return frame_of(Items, rows)


def parties() -> dy.DataFrame[Parties]:
    """Give the two customers of the items."""
    names: tuple[tuple[str, str, list[str]], ...] = (
        ("C7", "Beta SARL", []),
        ("C8", "ACME GmbH", ["DE89370400440532013000"]),
    )
    rows = [
        {"customer_id": customer, "name": name, "accounts": accounts, "aliases": []}
        for customer, name, accounts in names
    ]
    return frame_of(Parties, rows)


def view(*, is_empty: bool = False, texts: Iterable[str] = ()) -> RunView:
    """Give what a run hands to a report.

    Args:
        is_empty: a run without a statement.
        texts: what the payers of further unmatched lines wrote, also as their names.
    """
    told = list(texts)
    base = lines()
    more = [
        {
            **base.row(2, named=True),
            "line_id": line_id_of(f"text {at}"),
            "record": 10 + at,
            "remittance": text,
            "payer_name": text or None,
        }
        for at, text in enumerate(told)
    ]
    of_run = frame_of(Lines, [] if is_empty else [*base.to_dicts(), *more])
    decided = [
        {
            "line_id": line_id,
            "fate": "unmatched",
            "reason": "no_candidate",
            "decided_by": "rule",
            "policy_hash": "0" * 16,
        }
        for line_id in of_run["line_id"]
    ]
    return RunView(
        as_of=DAY,
        policy_hash="0" * 16,
        inputs=(),
        statements=Statements.create_empty(),
        lines=of_run,
        rejects=Rejects.create_empty(),
        items=Items.create_empty() if is_empty else items(),
        decisions=frame_of(Decisions, decided),
        allocations=Allocations.create_empty(),
        entries=Entries.create_empty(),
    )
