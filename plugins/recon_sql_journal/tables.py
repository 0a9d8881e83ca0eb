"""Two tables of a journal in a database: entries and postings. In: the names. Out: tables of SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)


@dataclass(frozen=True, slots=True)
class Journal:
    """The tables; `digest` of an entry is that of its postings as they were posted."""

    metadata: MetaData
    entries: Table
    postings: Table


def journal_tables(entries: str, postings: str) -> Journal:
    """Describe the tables; amounts are minor units, debits positive, with the decimals of their currency."""
    metadata = MetaData()
    heads = Table(
        entries,
        metadata,
        Column("entry_key", String(200), primary_key=True),
        Column("date", Date, nullable=False, index=True),
        Column("line_id", Text, nullable=False),
        Column("description", Text, nullable=False),
        Column("evidence", Text, nullable=False),
        Column("reverses", String(200), ForeignKey(f"{entries}.entry_key"), unique=True),
        Column("digest", String(64), nullable=False),
    )
    rows = Table(
        postings,
        metadata,
        Column("entry_key", String(200), ForeignKey(f"{entries}.entry_key"), primary_key=True),
        Column("posting", Integer, primary_key=True),
        Column("role", String(40), nullable=False),
        Column("account", Text, nullable=False, index=True),
        Column("amount", BigInteger, nullable=False),
        Column("currency", String(3), nullable=False),
        Column("decimals", Integer, CheckConstraint("decimals between 0 and 4"), nullable=False),
        Column("item_number", Text),
        Column("customer_id", Text),
    )
    return Journal(metadata, heads, rows)
