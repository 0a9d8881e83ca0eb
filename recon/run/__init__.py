"""The whole flow; the only room that opens files, knows the plugins and puts the other rooms together."""

from __future__ import annotations

from recon.run.flow import RunResult, match_statements
from recon.run.progress import Progress
from recon.run.raw_record import RawRecord, find_raw_record
from recon.run.reading import Reading, read_statements
from recon.run.request import MatchRequest

__all__ = [
    "MatchRequest",
    "Progress",
    "RawRecord",
    "Reading",
    "RunResult",
    "find_raw_record",
    "match_statements",
    "read_statements",
]
