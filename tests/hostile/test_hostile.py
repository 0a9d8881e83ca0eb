"""Whatever a format is handed, it reads it by the contract or refuses it with a cause, in bounded time and memory.

Formats are found as the program finds them, so a new one is tried from its first day; its samples are the folder of its
name in fixtures/statements. Every kind of trap and damage is tried on the commonest formats in each run of the tests; the slow
ones try all formats, and the damages at more places, and `RECON_HOSTILE_BYTES=100000000` makes the large cases large.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recon.api import ChildLimits, call_in_child
from recon.plugins import Plugins
from tests.fuzz.harness import OPTIONS

SAMPLES = Path(__file__).parents[2] / "fixtures" / "statements"
SIZE = int(os.environ.get("RECON_HOSTILE_BYTES", "50000"))
IS_DEEP = SIZE > 50_000
FEW_CUTS, CUTS = 3, 200 if IS_DEEP else 12
FORMATS = Plugins.discover().names("format")
# The formats that most files have are tried with every change, the others by the slow tests.
OFTEN = ("camt", "csv", "mt940", "ofx")
LIMITS = ChildLimits(
    cpu_seconds=240 + SIZE // 10_000,
    wall_seconds=900 + SIZE // 2_000,
    memory_bytes=4 * 1024**3 + 40 * SIZE,
    may_start_threads=True,
    # A format may call a child of its own.
    is_fenced=False,
)


def samples(name):
    """The smallest files of the format that are text; text is what `mutants` can write anew."""
    found = sorted((SAMPLES / name).glob("*"), key=lambda path: (path.stat().st_size, path.name))
    other = {".json", ".xlsx", ".toml"}
    texts = [path for path in found if path.is_file() and path.suffix not in other]
    return {path.name: path.read_bytes() for path in texts[: 5 if IS_DEEP else 1]}


def outcome_of(name, cuts, with_anything):
    """Let a child read the hostile files of one format, and hold it to the contract."""
    payload = {
        "format": name,
        "options": OPTIONS.get(name, {}),
        "size": SIZE,
        "cuts": cuts,
        "samples": samples(name),
        "with_anything": with_anything,
    }
    outcome = call_in_child("tests.hostile.judge:judge_format", payload, LIMITS)

    assert not outcome["defects"], "\n".join(outcome["defects"])
    if payload["samples"]:
        assert outcome["read"] > 10, "the samples are read by nobody"
    return outcome


def test_no_file_whatever_breaks_a_sniffer_or_is_claimed_twice():
    outcome = call_in_child("tests.hostile.judge:judge_sniffers", {"size": SIZE}, LIMITS)
    contested = {case: names for case, names in outcome["claimed"].items() if len(names) > 1}

    assert not outcome["defects"], "\n".join(outcome["defects"])
    assert not contested
    assert sum(map(len, outcome["claimed"].values())) > 20, "the openings are known to nobody"


@pytest.mark.parametrize(
    "name",
    [name if name in OFTEN else pytest.param(name, marks=pytest.mark.slow) for name in FORMATS],
)
def test_no_file_whatever_breaks_a_format(name):
    outcome = outcome_of(name, FEW_CUTS, with_anything=True)

    assert outcome["read"] + outcome["refused"] > 150


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_no_damage_to_a_sound_file_breaks_its_format(name):
    if not samples(name):
        pytest.skip(f"fixtures/statements/{name} has no text file")
    outcome = outcome_of(name, CUTS, with_anything=False)

    assert outcome["read"] + outcome["refused"] > 100
