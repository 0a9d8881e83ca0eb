"""A small world played by chance on the real store: statements, extracts, decisions, approvals, undone ones, crashes.

    python tests/simulation/simulate.py --seed 7 --steps 50        plays one world, and says where it broke
    python tests/simulation/simulate.py --seeds 200
    python tests/simulation/simulate.py --seed 7 --steps 12 --days       whole daily runs, with ledgers that fail

One seed is one story, for ever: chance, clock and store are given in. After each step, or after a share of them and at the
end, the whole record is verified: the chain, every row, every projection made anew, gapless numbers, all money of a line
allocated, no item settled beyond what was open. A step may be cut off: before its transaction ends (nothing of it stays),
or before the projections caught up.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path

import click
import numpy as np
import polars as pl

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from recon.apply.carry import differences, versions_of
from recon.frames.items import Items
from recon.store.chain import Happening, append, head, instant
from recon.store.connect import open_store
from recon.store.migrate import upgrade
from recon.store.projections import catch_up
from recon.store.reading import fetch
from recon.store.tables import FACT, ITEM_STATES, LINE_STATES
from recon.store.verify import verify
from tests.simulation.days import play_days
from tests.store.statements import Told, event_rows
from tests.store.whole import rows

PEOPLE = ("anna", "berta", "carl")
DAY = dt.date(2026, 1, 5)


class World:
    """One store and the chance that plays on it."""

    def __init__(self, seed, verified=1.0):
        self.chance = np.random.default_rng(seed)
        # What is verified when is no part of the story.
        self.verified, self.looks = verified, np.random.default_rng((seed, 1))
        self.store = open_store("sqlite:///:memory:")
        upgrade(self.store)
        self.clock = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
        self.statements = 0
        self.story = []

    def pick(self, values):
        return values[int(self.chance.integers(len(values)))]

    def step(self):
        """Do one thing, or let it be cut off; then verify everything, or leave it for later."""
        name = self.pick(
            (
                "receive",
                "receive",
                "load",
                "decide",
                "decide",
                "decide",
                "undo",
                "approve",
                "comment",
            )
        )
        cut = self.pick(("no", "no", "no", "no", "before_commit", "before_projections"))
        # The clock of a machine may go back; the order is that of the numbers.
        self.clock += dt.timedelta(seconds=int(self.chance.integers(-3_600, 86_400)))
        self.story.append(f"{name} ({cut})")
        with self.store.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            before = head(connection)
            getattr(self, name)(connection)
            if cut == "before_commit":
                connection.rollback()
                assert head(connection) == before
                return
            if cut == "no":
                catch_up(connection)
            connection.commit()
        if self.looks.random() < self.verified:
            self.check()

    def check(self):
        with self.store.engine.connect() as connection:
            findings = verify(connection).findings
            approvals = fetch(connection, FACT["approvals"])
            decisions = fetch(connection, FACT["decisions"])
            connection.rollback()
        assert not findings, findings
        own = approvals.join(decisions, on="decision_no").filter(
            pl.col("approver") == pl.col("decided_by")
        )
        assert own.is_empty(), own

    def record(self, connection, kind, told):
        filled = {name: frame for name, frame in told.items() if frame.height}
        append(connection, Happening(kind=kind, actor="sim", at=self.clock, facts={}, rows=filled))

    def receive(self, connection):
        lines = tuple(
            (int(self.chance.integers(3)), self.pick((1, 1, 2, 3, -1)), self.pick(("a", "b", "c")))
            for _ in range(int(self.chance.integers(5)))
        )
        told = Told(
            kind=self.pick(("final", "final", "interim", "notification")),
            account=self.pick(("A", "A", "B")),
            day=int(self.chance.integers(5)),
            days=int(self.chance.integers(3)),
            opening=int(self.chance.integers(4)),
            is_broken=bool(self.chance.random() < 0.1),
            lines=lines,
        )
        self.statements += 1
        self.record(connection, "file_received", event_rows(told, self.statements))

    def load(self, connection):
        catch_up(connection)
        listed = [name for name in "PQRSTU" if self.chance.random() < 0.7]
        told = [
            {
                **dict.fromkeys(Items.column_names()),
                "item_id": name,
                "kind": "invoice",
                "number": name,
                "currency": "EUR",
                "open_amount": int(self.chance.integers(1, 6)),
            }
            for name in listed
        ]
        extract = Items.validate(
            pl.DataFrame(told, schema=Items.create_empty().schema, orient="row")
        )
        states = fetch(connection, ITEM_STATES)
        seq = head(connection).seq + 1
        versions = versions_of(states, extract, seq)
        found = {"item_versions": versions, "item_differences": differences(states, versions, seq)}
        self.record(connection, "items_loaded", found)

    def decide(self, connection):
        catch_up(connection)
        is_open = pl.col("fate").is_null() | pl.col("fate").is_in(["unmatched", "suggested"])
        lines = fetch(connection, LINE_STATES).filter(is_open)
        waiting = fetch(connection, FACT["decisions"]).filter(pl.col("approvals_needed") > 0)[
            "line_id"
        ]
        lines = lines.filter(~pl.col("line_id").is_in(waiting.implode()))
        if lines.is_empty():
            return
        line = lines.row(int(self.chance.integers(lines.height)), named=True)
        amounts = fetch(connection, FACT["deliveries"])
        amount = amounts.filter(
            pl.col("statement_id") == line["statement_id"], pl.col("record") == line["record"]
        )["amount"].item()
        items = fetch(connection, ITEM_STATES).filter(pl.col("open_amount") >= max(amount, 1))
        item = self.pick(items["item_id"].to_list()) if amount > 0 and items.height else None
        fate = "applied" if item else self.pick(("unmatched", "not_receivable", "on_account"))
        self._decision(connection, line["line_id"], fate, amount, item)

    def undo(self, connection):
        catch_up(connection)
        lines = fetch(connection, LINE_STATES).filter(
            pl.col("fate").is_in(["applied", "on_account"])
        )
        if lines.height:
            line = lines.row(int(self.chance.integers(lines.height)), named=True)
            self._decision(
                connection, line["line_id"], "unmatched", 0, None, undoes=line["decision_no"]
            )

    def _decision(self, connection, line_id, fate, amount, item, undoes=None):
        log = fetch(connection, FACT["decisions"])
        number = log.height + 1
        # What settles an item waits for nobody here: two that wait could settle the same one.
        needed = int(fate == "on_account" and self.chance.random() < 0.3)
        decision = {
            "decision_no": number,
            "line_id": line_id,
            "fate": fate,
            "reason": "simulated",
            "decided_by": self.pick(PEOPLE),
            "policy_hash": "p",
            "at": instant(self.clock),
            "effective_on": DAY,
            "undoes": undoes,
            "approvals_needed": needed,
        }
        told = {"decisions": rows("decisions", decision)}
        if fate in ("applied", "on_account"):
            allocation = {
                "decision_no": number,
                "place": 1,
                "line_id": line_id,
                "item_id": item,
                "amount": amount,
                "currency": "EUR",
                "item_amount": amount if item else None,
                "status": "applied",
                "rank": 1,
                "kind": "payment" if item else "on_account",
                "confidence_ppm": 1_000_000,
                "because": "chance",
            }
            told["allocations"] = rows("allocations", allocation)
        self.record(connection, "decided", told)

    def approve(self, connection):
        log = fetch(connection, FACT["decisions"]).filter(pl.col("approvals_needed") > 0)
        given = fetch(connection, FACT["approvals"])
        log = log.join(given, on="decision_no", how="anti")
        if log.is_empty():
            return
        decision = log.row(int(self.chance.integers(log.height)), named=True)
        others = [one for one in PEOPLE if one != decision["decided_by"]]
        answer = {
            "decision_no": decision["decision_no"],
            "is_granted": bool(self.chance.random() < 0.7),
            "approver": self.pick(others),
            "at": instant(self.clock),
        }
        self.record(connection, "approved", {"approvals": rows("approvals", answer)})

    def comment(self, connection):
        lines = fetch(connection, LINE_STATES)
        if lines.height:
            said = {
                "line_id": self.pick(lines["line_id"].to_list()),
                "at": instant(self.clock),
                "actor": "anna",
                "owner": self.pick((None, "berta", "carl")),
            }
            self.record(connection, "commented", {"comments": rows("comments", said)})


def play(seed, steps, verified=1.0):
    """Play one world to its end, verified after such a share of its steps and at the end.

    Raises:
        AssertionError: something does not hold; the message has seed, step and story.
    """
    world = World(seed, verified)
    try:
        for _ in range(steps):
            world.step()
        world.check()
    except AssertionError as error:
        told = "\n".join(world.story)
        raise AssertionError(f"seed {seed}, step {len(world.story)}: {error}\n{told}") from error
    finally:
        world.store.close()


def main():
    parser = argparse.ArgumentParser(description="Play worlds by chance.")
    parser.add_argument("--seed", type=int, default=0, help="the first world")
    parser.add_argument("--seeds", type=int, default=1, help="how many worlds")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--days", action="store_true", help="play whole daily runs")
    parser.add_argument(
        "--verified", type=float, default=1.0, help="after what share of the steps all is verified"
    )
    chosen = parser.parse_args()
    broken = []
    for seed in range(chosen.seed, chosen.seed + chosen.seeds):
        try:
            if chosen.days:
                play_days(seed, chosen.steps)
            else:
                play(seed, chosen.steps, chosen.verified)
        except AssertionError as error:
            broken.append(str(error))
    told = {"worlds": chosen.seeds, "steps": chosen.seeds * chosen.steps, "broken": broken}
    click.echo(json.dumps(told, indent=2))
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
