"""The tables of the store, made from the frame schemas: one fact table a schema, projections, and the events.

Every column is text or a whole number on both engines: dates as ISO text, yes and no as 1 and 0, lists as JSON. So a row
has one form, and its digest one value, wherever it lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

from recon.frames.allocations import AllocationLog
from recon.frames.decisions import DecisionLog
from recon.frames.entries import EntryLog, Outbox
from recon.frames.events import Approvals, Comments, Events, Periods
from recon.frames.facts import (
    Answers,
    BatchLines,
    Deliveries,
    LineStates,
    PartyVersions,
    ReceivedFiles,
    RefusedLog,
    Releases,
    StoredAccounts,
    StoredAdvices,
    StoredBatches,
    StoredRejects,
    StoredStatements,
)
from recon.frames.items import ItemDifferences, ItemStates, ItemVersions
from recon.store.blocks import BLOCK_KEY, COUNT, FIRST, FIRST_DAY, LAST, LAST_DAY

if TYPE_CHECKING:
    import dataframely as dy

METADATA: Final = MetaData()
# STRICT tables of SQLite know INTEGER only, which has 64 bits there.
_WHOLE: Final = BigInteger().with_variant(Integer, "sqlite")


@dataclass(frozen=True, slots=True)
class Kept:
    """A table and the frame that it keeps; `order` is the order of rows in which they are stored and hashed.

    Where `is_packed`, a row of the table is a block of rows of the frame (`recon/store/blocks.py`).
    """

    table: Table
    types: pl.Schema
    order: tuple[str, ...]
    is_packed: bool = False

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    @property
    def columns(self) -> list[str]:
        """The columns in order."""
        return list(self.types)


def _kept(name: str, schema: type[dy.Schema], order: tuple[str, ...], *indexes: str) -> Kept:
    """Declare a table by its frame and its key."""
    types = pl.Schema({column: kind.dtype for column, kind in schema.columns().items()})
    nullable = {column for column, kind in schema.columns().items() if kind.nullable}
    columns: list[Column[object]] = [
        Column(
            column,
            Text if dtype in (pl.String, pl.Date) or isinstance(dtype, pl.List) else _WHOLE,
            primary_key=column in order,
            nullable=column in nullable,
            autoincrement=False,
        )
        for column, dtype in types.items()
    ]
    table = Table(name, METADATA, *columns, sqlite_strict=True, sqlite_with_rowid=False)
    for column in indexes:
        Index(f"ix_{name}_{column}", table.c[column])
    return Kept(table, types, order)


def _packed(name: str, schema: type[dy.Schema], order: tuple[str, ...]) -> Kept:
    """Declare a table of blocks by the frame that they hold: the key of each block, its bounds, an array a column."""
    types = pl.Schema({column: kind.dtype for column, kind in schema.columns().items()})
    nullable = {column for column, kind in schema.columns().items() if kind.nullable}
    arrays = [column for column in types if column not in BLOCK_KEY]
    table = Table(
        name,
        METADATA,
        Column("statement_id", Text, primary_key=True),
        Column(FIRST, _WHOLE, primary_key=True, autoincrement=False),
        *(Column(column, _WHOLE, nullable=False) for column in (LAST, COUNT, "seq")),
        *(Column(column, Text, nullable=False) for column in (FIRST_DAY, LAST_DAY)),
        *(Column(column, Text, nullable=column in nullable) for column in arrays),
        sqlite_strict=True,
    )
    return Kept(table, types, order, is_packed=True)


EVENTS: Final = _kept("events", Events, ("seq",))
# Each row of a fact belongs to an event, whose payload carries count and digest of all that it brought.
FACTS: Final = (
    _kept("files", ReceivedFiles, ("seq", "name"), "sha256"),
    _kept("statements", StoredStatements, ("statement_id",), "seq", "account"),
    _packed("deliveries", Deliveries, ("statement_id", "record")),
    _kept("rejects", StoredRejects, ("seq", "place")),
    _kept("item_versions", ItemVersions, ("seq", "item_id"), "item_id"),
    _kept("item_differences", ItemDifferences, ("seq", "item_id", "kind")),
    _kept("party_versions", PartyVersions, ("seq", "customer_id")),
    _kept("own_accounts", StoredAccounts, ("seq", "account")),
    _kept("advices", StoredAdvices, ("seq", "place")),
    _kept("settlements", StoredBatches, ("seq", "place")),
    _kept("batch_lines", BatchLines, ("seq", "place")),
    _kept("decisions", DecisionLog, ("decision_no",), "line_id", "seq"),
    _kept("allocations", AllocationLog, ("decision_no", "place"), "item_id"),
    _kept("entries", EntryLog, ("decision_no", "entry_key", "posting"), "entry_key"),
    _kept("refused_pairs", RefusedLog, ("decision_no", "item_number")),
    _kept("approvals", Approvals, ("decision_no", "approver")),
    _kept("comments", Comments, ("seq",)),
    _kept("periods", Periods, ("seq",)),
    _kept("releases", Releases, ("seq",)),
    _kept("answers", Answers, ("seq", "ledger", "entry_key")),
)
FACT: Final = {fact.name: fact for fact in FACTS}

# What stands now, for speed: it can be made anew from the facts at any time, and `recon verify` compares.
LINE_STATES: Final = _kept("line_states", LineStates, ("line_id",), "fate")
ITEM_STATES: Final = _kept("item_states", ItemStates, ("item_id",))
OUTBOX: Final = _kept("outbox", Outbox, ("ledger", "entry_key"))
PROJECTIONS: Final = (LINE_STATES, ITEM_STATES, OUTBOX)

# How far the projections have come.
PROGRESS: Final = Table(
    "progress",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("seq", _WHOLE, nullable=False),
    sqlite_strict=True,
)
