"""A short run of the fuzzer's own changes, the same on every machine; `make fuzz` goes on from there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.plugins import Plugins
from tests.fuzz.harness import broken, seeds
from tests.fuzz.mutate import mutate

PLUGINS = Plugins.discover()
HOSTILE = Path(__file__).parents[2] / "fixtures" / "hostile"
FOUND = sorted(path for folder in HOSTILE.iterdir() for path in folder.iterdir())


@pytest.mark.parametrize("name", [name for name in PLUGINS.names("format") if seeds(name)])
def test_a_changed_file_is_read_by_the_contract_or_refused(name):
    samples = seeds(name)

    @given(st.integers(0, 2**32))
    def read(seed):
        assert broken(PLUGINS, name, mutate(samples, seed)) is None

    read()


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_fuzzing_found_stays_mended(path):
    assert broken(PLUGINS, path.parent.name, path.read_bytes()) is None


def test_the_harness_finds_a_format_that_breaks():
    class Brittle:
        name = "brittle"

        def sniff(self, head, file_name):
            return head.startswith(b"BRITTLE")

        def read(self, source, options):
            return int(source.data.split(b":")[1])

    plugins = Plugins.for_tests([Brittle()])
    complaints = {broken(plugins, "brittle", mutate([b"BRITTLE:1"], seed)) for seed in range(50)}

    assert any("IndexError" in complaint for complaint in complaints)
    assert any("ValueError" in complaint for complaint in complaints)


def test_the_same_seed_makes_the_same_change_and_other_seeds_others():
    samples = [b":20:A\n:61:2601050105C1,00NTRF\n", b"other\n1,00\n"]
    made = [mutate(samples, seed) for seed in range(200)]

    assert made == [mutate(samples, seed) for seed in range(200)]
    assert len(set(made)) > 150
