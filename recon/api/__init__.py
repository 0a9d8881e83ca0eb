"""Everything a plugin may import. What is not in `__all__` is private and may change at any time."""

from __future__ import annotations

from recon.api.child import ChildFailed, ChildLimits, call_in_child
from recon.api.columns import cut, numbered, plain, split_columns, with_line_count
from recon.api.delivery import Delivered, Fault, deliver, with_fault
from recon.api.digits import is_nothing, rescaled_minor, six_digit_day, whole_number
from recon.api.extras import json_members, json_object, json_text
from recon.api.json_service import Declined, JsonService
from recon.api.keys import opposite_key
from recon.api.options import check_options, chosen, chosen_currency, refuse_unknown
from recon.api.records import Start, plain_head, split_lines, start_of
from recon.api.remote import Answer, Patience, Remote, Unheard
from recon.api.shares import Share, shares_of
from recon.api.small_files import SmallFile, read_small_together
from recon.api.text import Decoded, decode, place_of, refuse_controls
from recon.credentials import (
    Secret,
    find_secret,
    read_secret,
    require_library,
    secret_options,
)
from recon.databases import sqlite_library
from recon.errors import ConfigurationError, MalformedFile, Place, ReconError, UnreadableItems
from recon.frames.allocations import KINDS as ALLOCATION_KINDS
from recon.frames.allocations import Allocations
from recon.frames.batches import Batches
from recon.frames.complete import completed
from recon.frames.decisions import Decisions
from recon.frames.entries import Entries
from recon.frames.evidence import Evidence
from recon.frames.history import ConfirmedAllocations, RefusedPairs
from recon.frames.items import ClosedItems, Items
from recon.frames.lines import Lines, ReadLines
from recon.frames.outcomes import Outcomes
from recon.frames.parties import OwnAccounts, Parties, Remittances
from recon.frames.proposals import ProposalItems, Proposals, ProposedSets
from recon.frames.rejects import Rejects
from recon.frames.statements import ReadStatements, Statements
from recon.hookspecs import hookimpl
from recon.money import (
    AMOUNT_LIMIT,
    NO_CURRENCY,
    AmountError,
    exponent,
    exponent_expr,
    exponents,
    format_minor,
    format_minor_expr,
    parse_minor,
    parse_minor_expr,
)
from recon.protocols import (
    Books,
    EvidenceSource,
    Format,
    InputFile,
    ItemSource,
    Ledger,
    LedgerCapabilities,
    LedgerType,
    ParsedStatements,
    Pass,
    Report,
    RunView,
    SourceFile,
    SourceStream,
    StreamedStatements,
)

__all__ = [
    "ALLOCATION_KINDS",
    "AMOUNT_LIMIT",
    "NO_CURRENCY",
    "Allocations",
    "AmountError",
    "Answer",
    "Batches",
    "Books",
    "ChildFailed",
    "ChildLimits",
    "ClosedItems",
    "ConfigurationError",
    "ConfirmedAllocations",
    "Decisions",
    "Declined",
    "Decoded",
    "Delivered",
    "Entries",
    "Evidence",
    "EvidenceSource",
    "Fault",
    "Format",
    "InputFile",
    "ItemSource",
    "Items",
    "JsonService",
    "Ledger",
    "LedgerCapabilities",
    "LedgerType",
    "Lines",
    "MalformedFile",
    "Outcomes",
    "OwnAccounts",
    "ParsedStatements",
    "Parties",
    "Pass",
    "Patience",
    "Place",
    "ProposalItems",
    "Proposals",
    "ProposedSets",
    "ReadLines",
    "ReadStatements",
    "ReconError",
    "RefusedPairs",
    "Rejects",
    "Remittances",
    "Remote",
    "Report",
    "RunView",
    "Secret",
    "Share",
    "SmallFile",
    "SourceFile",
    "SourceStream",
    "Start",
    "Statements",
    "StreamedStatements",
    "Unheard",
    "UnreadableItems",
    "call_in_child",
    "check_options",
    "chosen",
    "chosen_currency",
    "completed",
    "cut",
    "decode",
    "deliver",
    "exponent",
    "exponent_expr",
    "exponents",
    "find_secret",
    "format_minor",
    "format_minor_expr",
    "hookimpl",
    "is_nothing",
    "json_members",
    "json_object",
    "json_text",
    "numbered",
    "opposite_key",
    "parse_minor",
    "parse_minor_expr",
    "place_of",
    "plain",
    "plain_head",
    "read_secret",
    "read_small_together",
    "refuse_controls",
    "refuse_unknown",
    "require_library",
    "rescaled_minor",
    "secret_options",
    "shares_of",
    "six_digit_day",
    "split_columns",
    "split_lines",
    "sqlite_library",
    "start_of",
    "whole_number",
    "with_fault",
    "with_line_count",
]
