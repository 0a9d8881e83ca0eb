"""Deliveries lie in blocks: a thousand rows of a file are one row of JSON arrays. Their digests stay what they were."""

from __future__ import annotations

from typing import Final

import polars as pl
import sqlalchemy as sa
from alembic import op

from recon.store.blocks import pack

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WHOLE: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# The columns of a row as they were in this version: `#` a whole number, `?` one that may be null.
_ROW: Final = (
    "statement_id record# seq# statement_index# line_number#? byte_offset#? byte_length#? "
    "status bank_reference? booking_date value_date? amount# currency payer_name? "
    "payer_account? payer_bank? remittance ultimate_debtor? ultimate_creditor? end_to_end_id? "
    "instruction_id? mandate_id? creditor_id? structured_reference? customer_reference? "
    "cheque_number? transaction_code? bank_transaction_code? transaction_text? purpose_code? "
    "return_reason? charges#? original_amount#? original_currency? exchange_rate? batch#? "
    "is_reversal# extras?"
)
_AT_ONCE: Final = 200


def upgrade() -> None:
    """Move the rows into blocks, some statements at a time."""
    connection = op.get_bind()
    op.rename_table("deliveries", "deliveries_as_rows")
    if connection.dialect.name == "postgresql":
        op.execute("ALTER INDEX deliveries_pkey RENAME TO deliveries_as_rows_pkey")
    _make_table()
    schema = {_name(word): pl.Int64() if "#" in word else pl.String() for word in _ROW.split()}
    rows = sa.table("deliveries_as_rows", *(sa.column(name) for name in schema))
    blocks = sa.table("deliveries", *(sa.column(name) for name in _columns()))
    ids = sorted(connection.scalars(sa.select(rows.c.statement_id).distinct()))
    for at in range(0, len(ids), _AT_ONCE):
        some = rows.c.statement_id.in_(ids[at : at + _AT_ONCE])
        found = connection.execute(sa.select(rows).where(some)).all()
        told = pl.DataFrame([tuple(row) for row in found], schema=schema, orient="row")
        packed = pack(told.sort("statement_id", "record"))
        connection.execute(sa.insert(blocks), packed.to_dicts())
    op.drop_table("deliveries_as_rows")
    # Looking up the lines of an account one by one takes longer than reading all states.
    op.drop_index("ix_line_states_account", "line_states")


def _make_table() -> None:
    arrays = [
        sa.Column(_name(word), sa.Text, nullable=word.endswith("?"))
        for word in _ROW.split()
        if _name(word) not in ("statement_id", "seq")
    ]
    op.create_table(
        "deliveries",
        sa.Column("statement_id", sa.Text, primary_key=True),
        sa.Column("first_record", _WHOLE, primary_key=True, autoincrement=False),
        *(sa.Column(name, _WHOLE, nullable=False) for name in ("last_record", "row_count", "seq")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("first_day", "last_day")),
        *arrays,
        sqlite_strict=True,
    )


def _columns() -> list[str]:
    bounds = ["first_record", "last_record", "row_count", "first_day", "last_day"]
    return [*bounds, *(_name(word) for word in _ROW.split())]


def _name(word: str) -> str:
    return word.rstrip("?").rstrip("#")
