"""The first tables: events, facts and projections, as they were in the first version; indexes have one column each."""

from __future__ import annotations

from typing import Final

from alembic import op

from recon.store.migrations.worded import make_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES: Final = {
    "allocations": (
        "decision_no# place# | line_id item_id? item_number? customer_id? amount# currency item_amount#? "
        "item_currency? kind status rank# confidence_ppm# because"
    ),
    "answers": "seq# ledger entry_key | state attempts# remote_id? reason?",
    "approvals": "decision_no# approver | seq# is_granted# at comment?",
    "comments": "seq# | line_id at actor owner? comment?",
    "decisions": (
        "decision_no# | fate reason note? decided_by policy_hash line_id seq# at effective_on undoes#? "
        "comment? approvals_needed#"
    ),
    "deliveries": (
        "statement_id record# | statement_index# line_number#? byte_offset#? byte_length#? status "
        "bank_reference? booking_date value_date? amount# currency payer_name? payer_account? payer_bank? "
        "remittance ultimate_debtor? ultimate_creditor? end_to_end_id? instruction_id? mandate_id? "
        "creditor_id? structured_reference? customer_reference? cheque_number? transaction_code? "
        "bank_transaction_code? transaction_text? purpose_code? return_reason? charges#? original_amount#? "
        "original_currency? exchange_rate? batch#? is_reversal# extras? seq#"
    ),
    "entries": (
        "entry_key posting# decision_no# | line_id date role account amount# currency item_number? "
        "customer_id? description evidence reverses?"
    ),
    "events": "seq# | kind at actor policy_hash? payload previous_hash hash",
    "files": "seq# name | sha256 size_bytes# role state format? error?",
    "item_differences": "seq# item_id kind | number customer_id? currency amount#",
    "item_states": (
        "item_id | kind number customer_id? customer_name? currency amount#? open_amount# issue_date? "
        "due_date? payment_reference? discount_amount#? discount_until? purchase_order? book_amount# unseen# "
        "is_in_books#"
    ),
    "item_versions": (
        "item_id seq# | kind number customer_id? customer_name? currency amount#? open_amount# issue_date? "
        "due_date? payment_reference? discount_amount#? discount_until? purchase_order? change"
    ),
    "line_states": (
        "line_id | statement_id record# account booking_date occurrence# copies# is_held# decision_no#? fate? "
        "owner?"
    ),
    "outbox": "ledger entry_key | state attempts# remote_id? reason? seq#",
    "own_accounts": "account seq# | currency?",
    "party_versions": "customer_id seq# | name? country? parent_customer_id? accounts aliases is_listed#",
    "periods": "seq# | closed_until is_closed# at actor reason",
    "progress": "name | seq#",
    "refused_pairs": "item_number decision_no# | line_id? bank_reference? open_amount#?",
    "rejects": "seq# place# | file record#? line_number#? field? code reason excerpt? hint?",
    "releases": "seq# | statement_id actor reason",
    "statements": (
        "statement_id | account currency kind statement_number? page#? opening_balance#? opening_date? "
        "closing_balance#? closing_date? line_count# dialect? extras? statement_index# seq# file format "
        "reader balance_check balance_difference#?"
    ),
}
_INDEXES: Final = (
    ("allocations", "item_id"),
    ("decisions", "line_id"),
    ("decisions", "seq"),
    ("entries", "entry_key"),
    ("files", "sha256"),
    ("item_versions", "item_id"),
    ("line_states", "account"),
    ("line_states", "fate"),
    ("statements", "account"),
    ("statements", "seq"),
)


def upgrade() -> None:
    """Make all tables and indexes."""
    for name, words in _TABLES.items():
        make_table(name, words, has_rowid=name == "progress")
    for table, column in _INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])
