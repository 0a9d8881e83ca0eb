"""Facts: rows as the store keeps them, each with the event (`seq`) that brought it; never edited, never removed."""

from __future__ import annotations

import dataframely as dy

from recon.frames.batches import Batches
from recon.frames.entries import OUTBOX_STATES
from recon.frames.events import HASH
from recon.frames.history import RefusedPairs
from recon.frames.lines import ReadLines
from recon.frames.parties import OwnAccounts, Parties, Remittances
from recon.frames.rejects import Rejects
from recon.frames.statements import BALANCE_CHECKS, ReadStatements
from recon.frames.words import Word

FILE_STATES = ("read", "quarantined")


class ReceivedFiles(dy.Schema):
    """A row a file that was received; its bytes lie in the archive under their hash."""

    seq = dy.Int64(primary_key=True, min=1)
    name = dy.String(primary_key=True, description="name of the file as it was found")
    sha256 = dy.String(regex=HASH, description="SHA-256 of its bytes")
    size_bytes = dy.Int64(min=0, description="length in bytes")
    role = dy.String(
        description="statement, archive, open_items, customers, accounts, remittances, batches"
    )
    state = Word(FILE_STATES)
    format = dy.String(nullable=True, description="name of the format that read it")
    error = dy.String(nullable=True, description="why it could not be read")


class StoredStatements(ReadStatements):
    """A row a statement as it was read."""

    statement_index = dy.Int64(min=0)
    statement_id = dy.String(primary_key=True, description="file hash prefix and statement index")
    seq = dy.Int64(min=1)
    file = dy.String(description="name of the file as it was found")
    format = dy.String(description="name of the format that read it")
    reader = dy.String(description="the reader inside the format that spoke")
    balance_check = Word(BALANCE_CHECKS)
    balance_difference = dy.Int64(nullable=True, description="closing - opening - sum of lines")


class Deliveries(ReadLines):
    """A row an entry as one file delivered it; further deliveries of one line are further rows."""

    statement_id = dy.String(primary_key=True)
    record = dy.Int64(primary_key=True, min=1)
    seq = dy.Int64(min=1)


class StoredRejects(Rejects):
    """A row a record that could not be read."""

    seq = dy.Int64(primary_key=True, min=1)
    place = dy.Int64(primary_key=True, min=1, description="1, 2, 3, ... within the event")


class PartyVersions(Parties):
    """A row a customer as an extract of the books told it."""

    customer_id = dy.String(min_length=1)
    seq = dy.Int64(min=1)
    is_listed = dy.Bool(description="false: the newest extract no longer has the customer")


class StoredAccounts(OwnAccounts):
    """A row one of our accounts, as the list of them told it; the rows of the newest event count."""

    account = dy.String()
    seq = dy.Int64(min=1)


class StoredAdvices(Remittances):
    """A row an item of a remittance advice, as its file told it."""

    seq = dy.Int64(primary_key=True, min=1)
    place = dy.Int64(primary_key=True, min=1, description="1, 2, 3, ... within the event")


class StoredBatches(Batches):
    """A row a part of a settlement report or deposit slip, as its file told it."""

    seq = dy.Int64(primary_key=True, min=1)
    place = dy.Int64(primary_key=True, min=1, description="1, 2, 3, ... within the event")


class BatchLines(dy.Schema):
    """A row a line of which a run found that it pays a batch; the batch is used up once the line is settled with its items."""

    seq = dy.Int64(primary_key=True, min=1)
    place = dy.Int64(primary_key=True, min=1, description="1, 2, 3, ... within the event")
    line_id = dy.String()
    settlement_seq = dy.Int64(min=1, description="the event that brought the batch")
    batch_reference = dy.String(min_length=1, description="number of the payout or deposit")
    provider = dy.String(nullable=True, description="who pays the batch out")
    item_numbers = dy.String(nullable=True, description="what its parts pay, joined by |")


class RefusedLog(RefusedPairs):
    """A row a line and an item that a person refused."""

    decision_no = dy.Int64(min=1)


class Releases(dy.Schema):
    """A row a held statement that a person released."""

    seq = dy.Int64(primary_key=True, min=1)
    statement_id = dy.String()
    actor = dy.String(min_length=1)
    reason = dy.String(min_length=1, description="why it may be used")


class LineStates(dy.Schema):
    """A row a line as it stands: which delivery of it is shown, and the decision in force."""

    line_id = dy.String(primary_key=True, regex="^L[a-z2-7]{16}$", description="stable identity")
    statement_id = dy.String(description="the statement of the delivery that is shown")
    record = dy.Int64(min=1, description="the entry of the delivery that is shown")
    account = dy.String()
    booking_date = dy.Date()
    occurrence = dy.Int64(min=0, description="index among equal lines of one day")
    copies = dy.Int64(min=0, description="further deliveries that collapsed into this line")
    is_held = dy.Bool(description="its statement is held: shown, never applied or posted")
    decision_no = dy.Int64(nullable=True, min=1, description="the decision in force")
    fate = dy.String(nullable=True, description="by that decision; null: none yet")
    owner = dy.String(nullable=True, description="who looks after it")


class Answers(dy.Schema):
    """A row what was heard of one entry from one ledger; `attempts` counts up."""

    seq = dy.Int64(primary_key=True, min=1)
    ledger = dy.String(primary_key=True, min_length=1)
    entry_key = dy.String(primary_key=True)
    state = Word(OUTBOX_STATES)
    attempts = dy.Int64(min=0)
    remote_id = dy.String(nullable=True, description="the ledger's own id of the entry")
    reason = dy.String(nullable=True)
