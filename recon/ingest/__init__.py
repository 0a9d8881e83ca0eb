"""Bring statements in: detect -> read -> identify -> balance -> dedupe.

In: what formats read, a file at a time. Out: Statements, Lines and Rejects of the whole run.
This room never opens a file and never decides what a line pays.
"""

from __future__ import annotations
