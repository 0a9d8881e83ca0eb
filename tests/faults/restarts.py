"""Take PostgreSQL away under a run, at a step drawn by chance: restarted, killed with all its workers, or hung up on.

    python tests/faults/restarts.py --rounds 25 --seed 1

In each round a run is stopped at some step, the server goes and comes again, and the run goes on; it may say what happened
and give up, or not have noticed. Then the store must be sound, and the next run complete the day. The totals go to stdout
as JSON, with the longest time until the server answered again.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import click
import numpy as np

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from recon.failpoints import STEPS
from tests.faults.forked import Forked, NotStopped
from tests.faults.worlds import World, check_completed, check_sound
from tests.stores import server

# What a run passes; the steps of a review are those of other commands.
PASSED = tuple(step for step in STEPS if not step.startswith("review."))
WAYS = ("restart", "kill", "disconnect")
# A run that lost its server says so; one that lost it while entries were delivered leaves them open.
CODES = (0, 1, 4)
RECOVERED_WITHIN = 10.0


def play(rounds, seed, folder):
    """Play so many rounds; gives the totals, with what should not have been."""
    chance = np.random.default_rng(seed)
    totals = {"seed": seed, "rounds": 0, "ways": Counter(), "steps": Counter(), "ended": Counter()}
    totals |= {"not_passed": 0, "longest_seconds_until_it_answers": 0.0, "wrong": []}
    with closing(Forked()) as forked:
        world = World(forked, "postgresql", folder)
        while totals["rounds"] < rounds:
            step, passing = str(chance.choice(PASSED)), int(chance.integers(1, 4))
            way = str(chance.choice(WAYS))
            try:
                _one_round(world, f"{step}:{passing}", way, totals)
            except AssertionError as error:
                where = f"round {totals['rounds']} of seed {seed}, {way} at {step}:{passing}"
                totals["wrong"].append({where: str(error)[-2000:]})
    return totals


def _one_round(world, at, way, totals):
    with world.laid_out() as attempt:
        took = []
        try:
            first = attempt.run_meanwhile(
                lambda: took.append(_away_and_back(way)), RECON_FAILPOINT=f"{at}:stop"
            )
        except NotStopped as without:
            first = without.ended
        if not took:
            # It came to its end before it passed the step so often, undisturbed.
            assert first.code == 0, first.err
            totals["not_passed"] += 1
            return
        totals["rounds"] += 1
        totals["ways"][way] += 1
        totals["steps"][at.partition(":")[0]] += 1
        totals["ended"][f"{way}: exit {first.code}"] += 1
        longest = max(totals["longest_seconds_until_it_answers"], round(took[0], 2))
        totals["longest_seconds_until_it_answers"] = longest
        assert first.code in CODES, first.err
        assert "Traceback" not in first.err, first.err
        assert first.code == 0 or "hint:" in first.err, first.err
        check_sound(world, attempt)
        again = attempt.run()
        assert again.code == 0, again.err
        check_completed(world, attempt)
        assert took[0] <= RECOVERED_WITHIN, f"{took[0]:.1f} s until the server answered"


def _away_and_back(way):
    """Let the server go and come; gives the seconds until it answers again."""
    began = time.monotonic()
    getattr(server(), way)()
    server().sql("SELECT 1")
    return time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description="Take PostgreSQL away under a run.")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        totals = play(chosen.rounds, chosen.seed, Path(folder))
    click.echo(json.dumps(totals, indent=2))
    server().end()
    sys.exit(1 if totals["wrong"] else 0)


if __name__ == "__main__":
    main()
