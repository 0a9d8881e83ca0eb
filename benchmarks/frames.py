"""The world as the engine's frames, made in memory: the matcher is timed without any file read or written."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

import polars as pl

from recon.frames.batches import Batches
from recon.frames.history import ConfirmedAllocations, History, RefusedPairs
from recon.frames.items import ClosedItems, Items
from recon.frames.lines import Lines
from recon.frames.parties import Parties
from recon.run.matching import MatchInputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import dataframely as dy

    from benchmarks.generate import World
    from benchmarks.world.customers import Customer
    from benchmarks.world.desk import Line
    from benchmarks.world.sellers import Seller

_PIECE = 50_000
_CODES = {"interest": "INT", "bank_fee": "FEE", "return": "RTI"}


def match_inputs(world: World) -> MatchInputs:
    """Make what the matcher works on."""
    sellers = [book.seller for book in world.books]
    own = [account for seller in sellers for account in (seller.account, seller.second_account)]
    return MatchInputs(
        lines=_lines(world, world.months),
        items=_items(world),
        parties=_parties(world),
        closed=_closed(world),
        own_accounts=pl.Series("account", own, dtype=pl.String),
        history=_history(world),
        batches=_batches(world),
    )


def _history(world: World) -> History:
    rows = [
        {
            "bank_reference": line.reference,
            "customer_id": book.customers[book.owners[row.number]].customer_id,
            "item_number": row.number,
            "amount": row.amount,
            "kind": row.kind,
        }
        for book, lines in zip(world.books, world.histories, strict=True)
        for line in lines
        for row in (*line.expected, *line.settled)
    ]
    empty = ConfirmedAllocations.create_empty()
    confirmed = pl.DataFrame(rows, schema=empty.schema, orient="row")
    return History(
        _lines(world, world.histories),
        ConfirmedAllocations.validate(confirmed),
        RefusedPairs.create_empty(),
    )


def _lines(world: World, months: Sequence[Sequence[Line]]) -> dy.DataFrame[Lines]:
    return lines_frame(
        row
        for book, month in zip(world.books, months, strict=True)
        for row in _line_rows(book.seller, month)
    )


def lines_frame(rows: Iterator[dict[str, object]]) -> dy.DataFrame[Lines]:
    """Make the frame of lines from what is known of each; columns that no row has are null."""
    empty = Lines.create_empty()
    made = _framed(rows)
    absent = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in empty.schema.items()
        if name not in made.columns
    ]
    return Lines.validate(made.with_columns(absent).select(empty.columns), cast=True)


def _framed(rows: Iterator[dict[str, object]]) -> pl.DataFrame:
    """Make a frame piece by piece: a row as a dict takes many times what it takes in a frame."""
    pieces = []
    while piece := list(islice(rows, _PIECE)):
        pieces.append(pl.DataFrame(piece, infer_schema_length=None))
    # A column of which a piece has no value is of no type there.
    return pl.concat(pieces, how="vertical_relaxed")


def _line_rows(seller: Seller, month: Sequence[Line]) -> Iterator[dict[str, object]]:
    for record, line in enumerate(month, start=1):
        digest = hashlib.sha256(line.reference.encode()).digest()
        yield {
            "line_id": "L" + b32encode(digest).decode().lower()[:16],
            "statement_id": seller.key,
            "statement_index": 0,
            "file": f"{seller.key}.memory",
            "account": seller.account,
            "record": record,
            "bank_reference": line.reference,
            "booking_date": date.fromordinal(line.day),
            "value_date": date.fromordinal(line.day),
            "amount": line.amount,
            "currency": seller.currency,
            "payer_name": line.name or None,
            "payer_account": line.account or None,
            "remittance": line.text,
            "structured_reference": line.structured or None,
            "end_to_end_id": line.end_to_end or None,
            "mandate_id": line.mandate or None,
            "transaction_code": _CODES.get(line.code),
            "is_reversal": line.code == "return",
            "status": "booked",
            "occurrence": 0,
            "copies": 0,
            "is_held": False,
        }


def _items(world: World) -> dy.DataFrame[Items]:
    rows = (
        {
            "item_id": item.item_id,
            "kind": item.kind,
            "number": item.number,
            "customer_id": book.customers[item.customer].customer_id,
            "customer_name": book.customers[item.customer].name,
            "currency": item.currency or book.seller.currency,
            "amount": item.amount,
            "open_amount": item.amount,
            "issue_date": date.fromordinal(item.issued),
            "due_date": date.fromordinal(item.due),
            "payment_reference": item.reference or None,
            "discount_amount": item.discount or None,
            "discount_until": date.fromordinal(item.discount_until) if item.discount else None,
            "purchase_order": item.purchase_order or None,
        }
        for book in world.books
        for item in book.items
    )
    return Items.validate(_framed(rows), cast=True)


def _batches(world: World) -> dy.DataFrame[Batches]:
    """The parts of all batches, numbered as the rows of `batches.csv` are."""
    rows = [
        {
            "file": "batches.csv",
            "row": 0,
            "batch_reference": line.batch.reference,
            "provider": line.batch.provider or None,
            "settled_on": date.fromordinal(line.batch.day),
            "currency": book.seller.currency,
            "net_amount": line.batch.net,
            "part_id": part.part_id,
            "kind": part.kind,
            "customer_id": part.customer_id or None,
            "customer_name": None,
            "reference": part.reference,
            "gross_amount": part.gross,
            "fee": part.fee,
        }
        for book, month in zip(world.books, world.months, strict=True)
        for line in month
        if line.batch
        for part in line.batch.parts
    ]
    made = pl.DataFrame(rows, schema=Batches.create_empty().schema, orient="row")
    return Batches.validate(made.with_columns(row=pl.int_range(2, pl.len() + 2, dtype=pl.Int64)))


def _parties(world: World) -> dy.DataFrame[Parties]:
    rows = (
        {
            "customer_id": customer.customer_id,
            "name": customer.name,
            "country": customer.country,
            "parent_customer_id": None
            if customer.parent is None
            else book.customers[customer.parent].customer_id,
            "accounts": [customer.account] if customer.account_known else [],
            "aliases": _aliases(customer),
        }
        for book in world.books
        for customer in book.customers
    )
    return Parties.validate(_framed(rows), cast=True)


def _aliases(customer: Customer) -> list[str]:
    alias = customer.habits.alias
    return [alias.name] if alias and customer.habits.alias_is_known else []


def _closed(world: World) -> dy.DataFrame[ClosedItems]:
    rows = (
        {
            "number": item.number,
            "customer_id": book.customers[item.customer].customer_id,
            "currency": book.seller.currency,
            "amount": item.amount,
        }
        for book in world.books
        for item in book.closed
    )
    return ClosedItems.validate(_framed(rows), cast=True)
