"""What payers and providers announce: remittance advices, settlement reports, and the lines that pay the latter."""

from __future__ import annotations

from typing import Final

from recon.store.migrations.worded import make_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES: Final = {
    "advices": (
        "seq# place# | advice_id customer_id? payer_name? reference? total# currency item_number amount#?"
    ),
    "batch_lines": "seq# place# | line_id settlement_seq# batch_reference provider? item_numbers?",
    "settlements": (
        "seq# place# | file row# batch_reference provider? settled_on? currency net_amount# part_id? kind "
        "customer_id? customer_name? reference? gross_amount# fee#"
    ),
}


def upgrade() -> None:
    """Make the tables; a store of the first version has nothing to put into them."""
    for name, words in _TABLES.items():
        make_table(name, words)
