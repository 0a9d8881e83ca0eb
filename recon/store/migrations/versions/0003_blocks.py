"""Deliveries lie in blocks: a thousand rows of a file are one row of JSON arrays. Their digests stay what they were."""

from __future__ import annotations

from typing import Final

import polars as pl
import sqlalchemy as sa
from alembic import op

from recon.store.blocks import pack
from recon.store.migrations.worded import make_table

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# A row as it was until now, and what a block holds an array of.
_KEY: Final = ("statement_id", "record", "seq")
_NUMBERS: Final = (
    "statement_index line_number byte_offset byte_length amount charges original_amount batch "
    "is_reversal"
)
_BLOCK: Final = (
    "statement_id first_record# | last_record# row_count# seq# first_day last_day "
    "statement_index record line_number? byte_offset? byte_length? status bank_reference? booking_date "
    "value_date? amount currency payer_name? payer_account? payer_bank? remittance ultimate_debtor? "
    "ultimate_creditor? end_to_end_id? instruction_id? mandate_id? creditor_id? "
    "structured_reference? customer_reference? cheque_number? transaction_code? "
    "bank_transaction_code? transaction_text? purpose_code? return_reason? charges? "
    "original_amount? original_currency? exchange_rate? batch? is_reversal extras?"
)
_AT_ONCE: Final = 200


def upgrade() -> None:
    """Move the rows into blocks, some statements at a time."""
    connection = op.get_bind()
    op.rename_table("deliveries", "deliveries_as_rows")
    if connection.dialect.name == "postgresql":
        op.execute("ALTER INDEX deliveries_pkey RENAME TO deliveries_as_rows_pkey")
    make_table("deliveries", _BLOCK, has_rowid=True)
    schema = _schema()
    rows = sa.table("deliveries_as_rows", *(sa.column(name) for name in schema))
    ids = sorted(connection.scalars(sa.select(rows.c.statement_id).distinct()))
    for at in range(0, len(ids), _AT_ONCE):
        some = rows.c.statement_id.in_(ids[at : at + _AT_ONCE])
        found = connection.execute(sa.select(rows).where(some)).all()
        told = pl.DataFrame([tuple(row) for row in found], schema=schema, orient="row")
        blocks = pack(told.sort("statement_id", "record"))
        into = sa.table("deliveries", *(sa.column(name) for name in blocks.columns))
        connection.execute(sa.insert(into), blocks.to_dicts())
    op.drop_table("deliveries_as_rows")
    # Looking up the lines of an account one by one takes longer than reading all states.
    op.drop_index("ix_line_states_account", "line_states")


def _schema() -> dict[str, pl.DataType]:
    numbers = {"record", "seq", *_NUMBERS.split()}
    arrays = _BLOCK.partition("last_day ")[2].replace("?", "").split()
    names = dict.fromkeys((*_KEY, *arrays))
    return {name: pl.Int64() if name in numbers else pl.String() for name in names}
