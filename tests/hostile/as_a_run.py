"""Read bytes the way a run reads a file. In: bytes and their format. Out: the entries, and all that a reader would be told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from recon.ingest.balance import Holds, check_statements
from recon.ingest.read import Delivery, gather
from recon.plugins import Plugins
from recon.protocols import SourceFile

PLUGINS = Plugins.discover()


@dataclass(frozen=True)
class Reading:
    """What came out of a file.

    Attributes:
        entries: account, booking date, amount, currency and status of each line.
        told: what a person is told of the file: findings, rejects, and statements that are held.
        checks: for each statement, whether its balances add up.
    """

    entries: Counter[tuple[object, ...]]
    told: Counter[str]
    checks: list[str]


def read_as_a_run(name, data, options=None):
    """Read with one format, check the contract and the balances, as a run does."""
    parsed = PLUGINS.read(name, SourceFile("x", data), options or {})
    gathered = gather([Delivery("x", "0" * 64, name, parsed)])
    statements = check_statements(
        gathered.statements,
        gathered.lines,
        Holds(balance_break=True, continuity_break=False),
    )
    told = [*parsed.findings, *gathered.rejects["reason"]]
    told += [f"held: {one}" for one in statements.filter("is_held")["statement_id"]]
    entries = gathered.lines.select("account", "booking_date", "amount", "currency", "status")
    return Reading(Counter(entries.rows()), Counter(told), statements["balance_check"].to_list())
