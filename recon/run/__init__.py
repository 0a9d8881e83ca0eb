"""The whole flow; the only room that opens files, knows the plugins and puts the other rooms together.

`flow.match_statements` is the whole job, `reading.read_statements` its first half. Nothing is imported here: who reads
needs no report, and a start costs what it uses.
"""

from __future__ import annotations
