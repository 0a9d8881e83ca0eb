"""Whatever a format is handed, it reads it by the contract or refuses it with a cause, in bounded time and memory.

Formats are found as the program finds them, so a new one is tried from its first day; its samples are the folder of its
name in fixtures/statements. `RECON_HOSTILE_BYTES=100000000` makes the large cases large, and tries more damages.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recon.api import ChildLimits, call_in_child
from recon.plugins import Plugins

SAMPLES = Path(__file__).parents[2] / "fixtures" / "statements"
SIZE = int(os.environ.get("RECON_HOSTILE_BYTES", "50000"))
IS_DEEP = SIZE > 50_000
CUTS = 200 if IS_DEEP else 8
# What a format cannot know from its files.
OPTIONS = {"qif": {"currency": "EUR"}}
FORMATS = Plugins.discover().names("format")
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


@pytest.mark.slow
def test_no_file_whatever_breaks_a_sniffer_or_is_claimed_twice():
    outcome = call_in_child("tests.hostile.judge:judge_sniffers", {"size": SIZE}, LIMITS)
    contested = {case: names for case, names in outcome["claimed"].items() if len(names) > 1}

    assert not outcome["defects"], "\n".join(outcome["defects"])
    assert not contested
    assert sum(map(len, outcome["claimed"].values())) > 20, "the openings are known to nobody"


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_no_file_whatever_breaks_a_format(name):
    payload = {"format": name, "options": OPTIONS.get(name, {}), "size": SIZE}
    outcome = call_in_child("tests.hostile.judge:judge_anything", payload, LIMITS)

    assert outcome["read"] + outcome["refused"] > 150
    assert not outcome["defects"], "\n".join(outcome["defects"])


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_no_damage_to_a_sound_file_breaks_its_format(name):
    given = samples(name)
    if not given:
        pytest.skip(f"fixtures/statements/{name} has no text file")
    payload = {"format": name, "options": OPTIONS.get(name, {}), "size": SIZE}
    payload |= {"cuts": CUTS, "samples": given}
    outcome = call_in_child("tests.hostile.judge:judge_mutants", payload, LIMITS)

    assert outcome["read"] + outcome["refused"] > 100
    assert outcome["read"] > 10, "the samples are read by nobody"
    assert not outcome["defects"], "\n".join(outcome["defects"])
