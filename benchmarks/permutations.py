"""Shuffle every input of the matcher many times, on one thread and on two, and count the shuffles that change the output.

python benchmarks/permutations.py                       1,000 permutations of 200 lines and 260 items
python benchmarks/permutations.py --times 100 --seed 7  fewer, of another world
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.frames import match_inputs
from benchmarks.generate import build_world
from recon.config import Policy
from recon.frames.history import History
from recon.run.matching import MatchInputs, match_lines

if TYPE_CHECKING:
    from recon.match.plan import Matched

THREADS = (1, 2)
LINES, ITEMS = 200, 260


def main() -> None:
    """Share the permutations out among processes of one and of two threads, and add up what they found."""
    parser = argparse.ArgumentParser(description="Count the permutations that change the output.")
    parser.add_argument("--times", type=int, default=1000, help="permutations in all")
    parser.add_argument("--seed", type=int, default=1, help="of the world and of the first shuffle")
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.part:
        print(json.dumps(_changed(chosen.times, chosen.seed)))
        return
    changed = []
    for threads in THREADS:
        command = [sys.executable, __file__, "--part", f"--times={chosen.times // len(THREADS)}"]
        ran = subprocess.run(
            [*command, f"--seed={chosen.seed}"],
            env=os.environ | {"POLARS_MAX_THREADS": str(threads)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        changed.append(json.loads(ran.stdout))
    tried = sum(found["tried"] for found in changed)
    different = sum(found["different"] for found in changed)
    # The output must be the same on one thread and on two, too.
    same = len({found["digest"] for found in changed}) == 1
    print(
        f"{different} of {tried} permutations change the output; one thread and two agree: {same}"
    )
    sys.exit(0 if different == 0 and same else 1)


def _changed(times: int, seed: int) -> dict[str, object]:
    inputs = match_inputs(build_world(LINES, ITEMS, "medium", seed))
    first = _output(match_lines(inputs, Policy()))
    different = sum(
        _output(match_lines(_shuffled(inputs, seed + number), Policy())) != first
        for number in range(times)
    )
    return {"tried": times, "different": different, "digest": first}


def _shuffled(inputs: MatchInputs, seed: int) -> MatchInputs:
    """Give the same rows in another order; each frame has a shuffle of its own."""

    # The rows stay what they are, so that the schema still holds.
    def each(number: int, frame: Any) -> Any:
        return frame.sample(fraction=1.0, shuffle=True, seed=seed * 10 + number)

    past = inputs.history or History.empty()
    return replace(
        inputs,
        lines=each(0, inputs.lines),
        items=each(1, inputs.items),
        parties=each(2, inputs.parties),
        closed=each(3, inputs.closed),
        own_accounts=inputs.own_accounts.sample(fraction=1.0, shuffle=True, seed=seed * 10 + 4),
        history=History(each(5, past.lines), each(6, past.confirmed), each(7, past.refused)),
    )


def _output(matched: Matched) -> str:
    """Write all that was decided, with its evidence, as one text."""
    frames = (matched.decisions, matched.proposals, matched.members, matched.evidence)
    return "\n".join(frame.write_csv() for frame in frames)


if __name__ == "__main__":
    main()
