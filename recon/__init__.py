"""The reconciliation engine: bank statements and open items in, applied cash and a journal out."""

from __future__ import annotations

import os

__version__ = "0.1.0"

# Polars' allocator reads this when polars is first imported; whoever set it before keeps what they set. As it comes, it
# gives the pages of every column above 8 MB back to the system when the column is done with, and asks for them anew for
# the next: a quarter of the matcher's processor time at a million lines. Few arenas that keep pages for ten seconds
# let one column have what the last one left.
os.environ.setdefault(
    "_RJEM_MALLOC_CONF",
    f"oversize_threshold:0,dirty_decay_ms:10000,narenas:{max(1, (os.cpu_count() or 1) // 2)}",
)
