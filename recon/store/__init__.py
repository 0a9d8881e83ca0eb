"""The system of record: append-only facts, a hash-chained log of events, and projections that can be rebuilt.

In: frames and who brought them. Out: the same frames, as known after any event. Nothing here judges.
"""

from __future__ import annotations
