"""Give each entry its texts. In: fields. Out: `Records`, a row an entry, and the fields that belong to no entry.

A record is one `:61:` with the `:86:` and `:NS:` fields behind it. What stands behind the closing balance is the bank's
note on the statement; an entry there is outside any statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recon_mt940.scan import CLOSING, END_OF_MESSAGE, TAG
from recon_mt940.tokens import positions

if TYPE_CHECKING:
    from recon_mt940.scan import Fields
    from recon_mt940.tokens import Flags, Numbers


@dataclass(frozen=True, slots=True)
class Records:
    """Entries of a chunk as columns; `field`, `message` and the flags have a row an entry.

    `owner` has a row a field: the entry that an `:86:` or `:NS:` belongs to, -1 for a note on the statement.
    """

    field: Numbers
    message: Numbers
    is_outside: Flags
    is_last: Flags
    owner: Numbers

    def __len__(self) -> int:
        """Give the number of entries."""
        return len(self.field)


def find_records(fields: Fields) -> Records:
    """Number the entries of a chunk and find the fields that belong to each."""
    count = len(fields.tag)
    entry = positions(fields.tag == TAG["61"])
    message = fields.message[entry]
    closed_at = np.full(fields.messages + 1, count, dtype=np.int64)
    closing = positions(np.isin(fields.tag, CLOSING))
    closed_at[fields.message[closing][::-1]] = closing[::-1]
    is_outside = closed_at[message] < entry
    is_last = np.append(message[1:] != message[:-1], True)[: len(entry)]

    owner = np.full(count, -1, dtype=np.int64)
    text = positions((fields.tag == TAG["86"]) | (fields.tag == TAG["NS"]))
    before = np.searchsorted(entry, text) - 1  # the entry in front, -1 before the first
    own = before >= 0
    if len(entry):
        own &= message[before] == fields.message[text]
        is_closed = closed_at[fields.message[text]] < text
        own &= ~is_closed | is_outside[before]
    owner[text[own]] = before[own]
    _attach_early(fields, owner, entry, closed_at)
    return Records(entry, message, is_outside, is_last, owner)


def _attach_early(fields: Fields, owner: Numbers, entry: Numbers, closed_at: Numbers) -> None:
    """Give narratives in front of the first entry to it, where it has none behind it; `owner` is written to.

    Some banks write the narrative before its entry.
    """
    free = positions((fields.tag == TAG["86"]) & (owner < 0))
    free = free[closed_at[fields.message[free]] > free]
    if len(free) == 0 or len(entry) == 0:
        return
    following = np.minimum(np.searchsorted(entry, free), len(entry) - 1)
    is_first = np.append(True, fields.message[entry][1:] != fields.message[entry][:-1])
    has_text = np.zeros(len(entry) + 1, dtype=np.bool_)
    has_text[owner[fields.tag == TAG["86"]]] = True  # the last is for notes
    fits = (
        (entry[following] > free)
        & (fields.message[entry[following]] == fields.message[free])
        & is_first[following]
        & ~has_text[following]
    )
    owner[free[fits]] = following[fits]


def raw_ends(fields: Fields, records: Records) -> Numbers:
    """Give the byte behind each record: the first of the next field, or end of message, that is none of its own."""
    line_of_next = np.append(fields.line, len(fields.lines.start) - 1)
    foreign = (fields.tag == END_OF_MESSAGE) | (owner_or_self(records) < 0)
    stops = positions(foreign | (fields.tag == TAG["61"]))
    behind = np.append(stops, len(fields.tag))[np.searchsorted(stops, records.field, side="right")]
    starts = np.append(fields.lines.start, fields.lines.end[-1])
    last = behind == len(fields.tag)
    ends: Numbers = np.where(last, fields.lines.end[-1], starts[line_of_next[behind]])
    return ends


def owner_or_self(records: Records) -> Numbers:
    """Give the entry to which each field belongs, an entry's own `:61:` included."""
    own = records.owner.copy()
    own[records.field] = np.arange(len(records))
    return own
