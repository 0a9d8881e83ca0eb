"""The whole flow; the only room that opens files, knows the plugins and puts the other rooms together."""

from __future__ import annotations

from recon.run.flow import MatchRequest, RunResult, match_statements
from recon.run.progress import Progress
from recon.run.reading import Reading, read_statements

__all__ = [
    "MatchRequest",
    "Progress",
    "Reading",
    "RunResult",
    "match_statements",
    "read_statements",
]
