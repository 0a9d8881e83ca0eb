"""Alter a record behind the program's back, in thousands of ways drawn by chance: `verify` must find each, and nothing else.

    python tests/faults/altered.py --changes 10000 --store sqlite --seed 1

A byte of any value of any row becomes another, a value becomes another of its column or goes, a row goes or is there
again under another key, two rows exchange a value. Each change is undone before the next; now and then the untouched
record is verified, which must find nothing. The totals go to stdout as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import click
import numpy as np
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from recon.store.connect import open_store
from recon.store.tables import EVENTS, FACTS, PROJECTIONS
from recon.store.verify import verify
from recon.workspace import Workspace
from tests.store.whole import make_whole
from tests.stores import fresh_url, server

TABLES = (EVENTS, *FACTS, *PROJECTIONS)
UNTOUCHED_EACH = 100
SHARES = {"byte": 0.7, "gone": 0.1, "copied": 0.1, "exchanged": 0.1}


class Record:
    """A record in the hands of one who may write all tables, and the chance that chooses what."""

    def __init__(self, connection, chance):
        self.connection, self.chance = connection, chance
        self.rows = {
            kept.name: connection.execute(select(kept.table)).mappings().all() for kept in TABLES
        }
        self.tables = {kept.name: kept.table for kept in TABLES if self.rows[kept.name]}
        is_sqlite = connection.dialect.name == "sqlite"
        for kept in (EVENTS, *FACTS):
            for verb in ("update", "delete"):
                on = "" if is_sqlite else f" ON {kept.name}"
                connection.execute(text(f"DROP TRIGGER {kept.name}_no_{verb}{on}"))

    def pick(self, values):
        return values[int(self.chance.integers(len(values)))]

    def change(self, kind):
        """Change something; gives what was changed, or None where there was nothing of the kind."""
        name = self.pick(list(self.tables))
        return getattr(self, kind)(self.tables[name], self.rows[name])

    def byte(self, table, rows):
        row = self.pick(rows)
        column = self.pick([one.name for one in table.columns])
        self._put(table, row, {column: self._other(row[column], table.c[column])})
        return f"{table.name}.{column}"

    def gone(self, table, rows):
        self.connection.execute(table.delete().where(*_keyed(table, self.pick(rows))))
        return f"{table.name}: a row"

    def copied(self, table, rows):
        """Put a row there once more, under a key that nobody has."""
        row = dict(self.pick(rows))
        key = self.pick([one.name for one in table.primary_key])
        others = {one[key] for one in rows}
        while row[key] in others:
            row[key] = f"{row[key]}'" if isinstance(row[key], str) else max(others) + 1
        self.connection.execute(table.insert().values(row))
        return f"{table.name}: a row twice"

    def exchanged(self, table, rows):
        """Let two rows exchange a value that is no key."""
        keys = {one.name for one in table.primary_key}
        differing = [
            one.name
            for one in table.columns
            if one.name not in keys and len({row[one.name] for row in rows}) > 1
        ]
        if not differing:
            return None
        column = self.pick(differing)
        first = self.pick(rows)
        second = self.pick([row for row in rows if row[column] != first[column]])
        self._put(table, first, {column: second[column]})
        self._put(table, second, {column: first[column]})
        return f"{table.name}.{column}: exchanged"

    def _other(self, value, column):
        is_text = column.type.python_type is str
        if value is None:
            return "0" if is_text else 0
        if not is_text:
            return value ^ (1 << int(self.chance.integers(16)))
        if not value:
            return "0"
        at = int(self.chance.integers(len(value)))
        # Six bits: never a NUL, which a server has no place for, and never a half of a pair.
        other = chr(ord(value[at]) ^ (1 << int(self.chance.integers(6))))
        return value[:at] + (other if other.isprintable() else "#") + value[at + 1 :]

    def _put(self, table, row, values):
        self.connection.execute(table.update().where(*_keyed(table, row)).values(values))


def _keyed(table, row):
    return [column == row[column.name] for column in table.primary_key]


def alter(changes, store, seed, folder):
    """Alter so often; gives the totals, with what was not found."""
    chance = np.random.default_rng(seed)
    totals = {"store": store, "seed": seed, "changes": 0, "found": 0, "kinds": Counter()}
    totals |= {
        "refused_by_the_database": 0,
        "untouched": 0,
        "false_alarms": 0,
        "tables": len(TABLES),
        "not_found": [],
    }
    places = set()
    with fresh_url(store, folder) as url:
        workspace = make_whole(folder / "workspace", url)
        opened = open_store(Workspace.at(workspace).store_url)
        with closing(opened), opened.engine.connect() as connection:
            if opened.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            record = Record(connection, chance)
            while totals["changes"] < changes:
                _once(record, totals, places)
                if totals["changes"] % UNTOUCHED_EACH == 0:
                    totals["untouched"] += 1
                    totals["false_alarms"] += bool(verify(connection).findings)
            connection.rollback()
    totals["places"] = len(places)
    return totals


def _once(record, totals, places):
    kind = str(record.chance.choice(list(SHARES), p=list(SHARES.values())))
    inner = record.connection.begin_nested()
    try:
        told = record.change(kind)
    except DatabaseError:
        # The database itself would not have it: a second row of one key, a day that is null.
        told = None
        totals["refused_by_the_database"] += 1
    if told is not None:
        totals["changes"] += 1
        totals["kinds"][kind] += 1
        places.add(told)
        if verify(record.connection).findings:
            totals["found"] += 1
        else:
            totals["not_found"].append(f"change {totals['changes']}: {told}")
    inner.rollback()


def main():
    parser = argparse.ArgumentParser(description="Alter a record, and see whether it is found.")
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        totals = alter(chosen.changes, chosen.store, chosen.seed, Path(folder))
    click.echo(json.dumps(totals, indent=2))
    if chosen.store == "postgresql":
        server().end()
    sys.exit(1 if totals["not_found"] or totals["false_alarms"] else 0)


if __name__ == "__main__":
    main()
