"""What the matcher works on, kept in files: the world is made by one process and matched by another.

python -m benchmarks.bench.stored LINES ITEMS NOISE SEED WITHOUT_ITEM HAS_REPORTS FOLDER     makes a world and stores it

In: a world, or a folder. Out: a folder with frames as Arrow files and the truth, or the matcher's inputs. So the memory
of a process that matches is the matcher's, and not that of a million objects from which the lines were made.
"""

from __future__ import annotations

import gc
import sys
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from benchmarks.frames import match_inputs
from benchmarks.generate import build_world
from benchmarks.world.tables import render_truth
from recon.frames.batches import Batches
from recon.frames.history import ConfirmedAllocations, History, RefusedPairs
from recon.frames.items import ClosedItems, Items
from recon.frames.lines import Lines
from recon.frames.parties import Parties
from recon.run.matching import MatchInputs

if TYPE_CHECKING:
    from benchmarks.generate import World

TRUTH = "truth.csv"


@dataclass(frozen=True, slots=True)
class Recipe:
    """From what a world is made.

    Attributes:
        without_item: the share of receipts that pay for nothing here, per mille.
        has_reports: 1 where the reports of payment providers come along, else 0.
    """

    lines: int
    items: int
    noise: str = "medium"
    seed: int = 1
    without_item: int = 0
    has_reports: int = 0

    def arguments(self) -> list[str]:
        """Give the words by which another process is told."""
        return [str(part) for part in astuple(self)]


def store(world: World, folder: Path) -> None:
    """Write the matcher's inputs and the truth."""
    store_inputs(match_inputs(world), render_truth(world.months), folder)


def store_inputs(inputs: MatchInputs, truth: bytes, folder: Path) -> None:
    """Write what the matcher works on, and the truth as truth.csv."""
    past = inputs.history or History.empty()
    frames = {
        "lines": inputs.lines,
        "items": inputs.items,
        "parties": inputs.parties,
        "closed": inputs.closed,
        "own_accounts": inputs.own_accounts.to_frame("account"),
        "past_lines": past.lines,
        "confirmed": past.confirmed,
        "refused": past.refused,
    }
    if inputs.batches is not None:
        frames["batches"] = inputs.batches
    for name, frame in frames.items():
        frame.write_ipc(folder / f"{name}.arrow")
    (folder / TRUTH).write_bytes(truth)


def load(folder: Path) -> MatchInputs:
    """Read the matcher's inputs."""
    read = {path.stem: pl.read_ipc(path) for path in folder.glob("*.arrow")}
    past = History(
        Lines.validate(read["past_lines"]),
        ConfirmedAllocations.validate(read["confirmed"]),
        RefusedPairs.validate(read["refused"]),
    )
    return MatchInputs(
        lines=Lines.validate(read["lines"]),
        items=Items.validate(read["items"]),
        parties=Parties.validate(read["parties"]),
        closed=ClosedItems.validate(read["closed"]),
        own_accounts=read["own_accounts"]["account"],
        history=past,
        batches=Batches.validate(read["batches"]) if "batches" in read else None,
    )


def main() -> None:
    """Make a world and store it."""
    lines, items, noise, seed, without_item, has_reports, folder = sys.argv[1:]
    recipe = Recipe(int(lines), int(items), noise, int(seed), int(without_item), int(has_reports))
    # Millions of objects and no cycle among them: looking for cycles would take half of the time.
    gc.disable()
    *parts, reported = astuple(recipe)
    store(build_world(*parts, has_reports=bool(reported)), Path(folder))


if __name__ == "__main__":
    main()
