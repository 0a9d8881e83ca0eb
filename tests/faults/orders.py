"""Let six statements come in every order: what stands in the end is the same, whatever came first.

    python tests/faults/orders.py --orders 720 --seed 1

A week, two of its days told again, an intraday report, a note of what will come, the same week from another channel, and a
statement whose balances break, so that its lines are held. The lines on them are drawn by the seed, few of a kind, so that much
is alike. The projections are brought up after each statement; all orders must end with the same rows. Totals as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import islice, permutations
from pathlib import Path

import click
import numpy as np

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from recon.store.projections import catch_up
from recon.store.reading import fetch
from recon.store.tables import LINE_STATES
from recon.store.verify import verify
from tests.store.memory import Memory, receive
from tests.store.statements import Told

VERIFIED_EACH = 20


def six(seed):
    """Give six statements of one account that tell some of the same lines."""
    chance = np.random.default_rng(seed)
    week = [_line(chance, day) for day in range(5) for _ in range(int(chance.integers(1, 4)))]
    first, second = (sorted(chance.choice(5, 2, replace=False).tolist()) for _ in range(2))
    broken = [_line(chance, 0) for _ in range(2)]
    return (
        _told("final", 0, 4, week),
        _told("final", first[0], first[1], week),
        _told("interim", second[0], second[0], week),
        _told("notification", second[1], second[1], week),
        _told("final", 0, 4, week),
        Told("final", "A", 4, 0, 3, True, tuple(broken)),
    )


def _line(chance, day):
    return day, int(chance.choice([1, 1, 2, -1])), str(chance.choice(["a", "b"]))


def _told(kind, first, last, week):
    """Tell some days of the week, first and last included."""
    opening = 3 + sum(amount for day, amount, _ in week if day < first)
    lines = tuple((day - first, amount, text) for day, amount, text in week if first <= day <= last)
    return Told(kind, "A", first, last - first, opening, False, lines)


def try_orders(orders, seed):
    """Let them come in so many orders; gives the totals, with the orders that end otherwise."""
    statements, memory = six(seed), Memory()
    every = list(permutations(range(len(statements))))
    # The first as it is; the rest drawn, so that a few orders are unlike each other.
    drawn = [every[0], *(every[at] for at in np.random.default_rng(seed).permutation(719) + 1)]
    totals = {"seed": seed, "orders": 0, "lines": 0, "held": 0, "verified": 0, "wrong": []}
    ends_in = None
    for order in islice(drawn, orders):
        with memory as connection:
            for number in order:
                receive(connection, statements[number], number)
                catch_up(connection)
            now = fetch(connection, LINE_STATES)
            if totals["orders"] % VERIFIED_EACH == 0:
                totals["verified"] += 1
                findings = verify(connection).findings
                totals["wrong"] += [{str(order): f"{one.place}: {one.what}"} for one in findings]
        if ends_in is None:
            ends_in = now
            totals |= {"lines": now.height, "held": int(now["is_held"].sum())}
        elif not now.equals(ends_in):
            totals["wrong"].append(
                {str(order): now.join(ends_in, on=now.columns, how="anti").rows()}
            )
        totals["orders"] += 1
    return totals


def main():
    parser = argparse.ArgumentParser(description="Let six statements come in every order.")
    parser.add_argument("--orders", type=int, default=720)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    totals = try_orders(chosen.orders, chosen.seed)
    click.echo(json.dumps(totals, indent=2, default=str))
    sys.exit(1 if totals["wrong"] else 0)


if __name__ == "__main__":
    main()
