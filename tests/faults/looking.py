"""What a store holds, as plain values that can be compared: the state without numbers and times, and what must never be.

Each function is called in a process of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import polars as pl

from recon.store.connect import open_store
from recon.store.migrate import upgrade
from recon.store.reading import fetch
from recon.store.tables import EVENTS, FACT, ITEM_STATES, LINE_STATES, OUTBOX
from recon.store.verify import verify
from recon.workspace import Workspace

LEDGER = "beancount"
_KEY = re.compile(r'recon-key: "([^"]+)"')
DECIDED = ("line_id", "fate", "reason", "note", "decided_by", "policy_hash")
ALLOCATED = ("line_id", "item_id", "amount", "item_amount", "kind", "status", "rank")
POSTED = ("line_id", "entry_key", "posting", "role", "account", "amount", "currency", "reverses")


def state(folder):
    """Give all that counts, without numbers of events and instants; the order is that of the rows themselves."""
    with opened(folder) as connection:
        told = _frames(connection)
    rows = {name: frame.sort(pl.all()).rows() for name, frame in told.items()}
    text = json.dumps(rows, default=str, sort_keys=True)
    counts = {name: frame.height for name, frame in told.items()}
    return {
        "counts": counts,
        "digest": hashlib.sha256(text.encode()).hexdigest(),
        "rows": json.loads(text),
    }


def _frames(connection):
    lines = fetch(connection, LINE_STATES)
    files = fetch(connection, FACT["files"]).select("name", "sha256", "role", "state")
    return {
        "files": files,
        "lines": lines.select("line_id", "fate", "copies", "is_held", "occurrence"),
        "items": fetch(connection, ITEM_STATES),
        # How it was learnt that an entry was posted may differ: by its answer, or by asking later.
        "outbox": fetch(connection, OUTBOX).drop("seq", "reason"),
        "statements": fetch(connection, FACT["statements"]).drop("seq"),
        "deliveries": fetch(connection, FACT["deliveries"]).drop("seq"),
        "advices": fetch(connection, FACT["advices"]).drop("seq"),
        "settlements": fetch(connection, FACT["settlements"]).drop("seq"),
        "batch_lines": fetch(connection, FACT["batch_lines"]).drop("seq", "settlement_seq"),
        "decisions": fetch(connection, FACT["decisions"]).select(DECIDED),
        "allocations": fetch(connection, FACT["allocations"]).select(ALLOCATED),
        "entries": fetch(connection, FACT["entries"]).select(POSTED),
        "kinds": fetch(connection, EVENTS).select("kind", "actor"),
    }


def faults(folder, references, is_complete):
    """Count what must never be: findings of verify, lines lost or doubled, entries doubled, files not in the archive.

    Args:
        folder: the workspace.
        references: the bank's reference of each line that was ever laid into the inbox.
        is_complete: no run was cut off since, so nothing may wait in the inbox either.
    """
    with opened(folder) as connection:
        findings = [f"{one.place}: {one.what}" for one in verify(connection).findings]
        lines = fetch(connection, LINE_STATES)
        received = fetch(connection, FACT["deliveries"])
        shown = lines.join(received, on=["statement_id", "record"])
        files = fetch(connection, FACT["files"])
        entries = fetch(connection, FACT["entries"])
        events = fetch(connection, EVENTS)
        outbox = fetch(connection, OUTBOX)
        settled = fetch(connection, FACT["batch_lines"])
    waiting = "".join(
        path.read_text("utf-8", "replace") for path in (Path(folder) / "inbox").iterdir()
    )
    # A line that was received stands among the deliveries, and among the lines once a run has caught up.
    known = shown["bank_reference"].to_list()
    arrived = set(known if is_complete else received["bank_reference"])
    lost = [one for one in references if one not in arrived]
    if not is_complete:
        lost = [one for one in lost if f"//{one}\n" not in waiting]
    archive = Path(folder) / "archive"
    missing = [one for one in files["sha256"] if not _is_whole(archive / one[:2] / one, one)]
    return {
        "findings": findings,
        "lost": lost,
        "doubled_lines": len(known) - len(set(known)),
        "doubled_entries": _doubled(entries),
        "missing_files": missing,
        "waiting": len(waiting) if is_complete else 0,
        "applied": lines.filter(pl.col("fate") == "applied")["decision_no"].to_list(),
        "posted": len(_keys_in_ledger(folder)),
        "posted_wrongly": _posted_wrongly(folder, outbox, entries, is_complete),
        "batches_settled": settled["line_id"].n_unique(),
        "lines": len(known),
        "decided": lines["decision_no"].count(),
        "events": events.height,
        "last": events["kind"][-1] if events.height else "nothing",
    }


def _doubled(entries):
    """Count the lines of which more than one entry stands, and the entries that were written twice."""
    twice = entries.select("entry_key", "posting").is_duplicated().sum()
    keys = _standing(entries).group_by("line_id").agg(pl.col("entry_key").n_unique())
    return int(twice) + keys.filter(pl.col("entry_key") > 1).height


def _standing(entries):
    """Give the entries that nothing takes back."""
    reversed_ = entries["reverses"].drop_nulls().implode()
    return entries.filter(pl.col("reverses").is_null(), ~pl.col("entry_key").is_in(reversed_))


def _posted_wrongly(folder, outbox, entries, is_complete):
    """Name the entries that stand in the ledger's file twice or unknown to us; of a completed day also what is missing."""
    keys = _keys_in_ledger(folder)
    wrong = {key for key in keys if keys.count(key) > 1} | (set(keys) - set(entries["entry_key"]))
    if is_complete and keys:
        told = outbox.filter(pl.col("ledger") == LEDGER, pl.col("state") == "posted")
        wrong |= set(told["entry_key"]) ^ set(keys)
        wrong |= set(_standing(entries)["entry_key"]) - set(keys)
    return sorted(wrong)


def _keys_in_ledger(folder):
    path = Path(folder) / "ledger.beancount"
    return _KEY.findall(path.read_text("utf-8")) if path.is_file() else []


def _is_whole(path, digest):
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


class opened:  # noqa: N801 - reads as a word in `with opened(folder)`
    """A reading transaction of a workspace's store."""

    def __init__(self, folder):
        self._store = open_store(Workspace.at(Path(folder)).store_url)
        # A run may have been killed before it made the tables.
        upgrade(self._store)
        self._reading = self._store.reading()

    def __enter__(self):
        return self._reading.__enter__()

    def __exit__(self, *error):
        try:
            return self._reading.__exit__(*error)
        finally:
            self._store.close()
