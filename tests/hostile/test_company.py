"""Damaged files among sound ones: read together, each says what it says alone, and none takes another along."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from recon.api import SourceFile
from recon_camt.plugin import Camt
from recon_mt940.plugin import Mt940
from recon_ofx.plugin import Ofx
from tests.corpus_index import ROOT, cases
from tests.formats.together import check_together
from tests.hostile import mutants

FORMATS = {"camt": (Camt(), "*.xml"), "mt940": (Mt940(), "*.sta"), "ofx": (Ofx(), "*.ofx")}
_LARGE = 20_000
_GROUP = 40


def fixtures(kind: str) -> list[SourceFile]:
    folder = ROOT / "fixtures" / "statements" / kind
    return [SourceFile(p.name, p.read_bytes()) for p in sorted(folder.glob(FORMATS[kind][1]))]


def damaged(sound: list[SourceFile], cuts: int) -> list[SourceFile]:
    """Give the damages of all samples; every other file is a sound one."""
    changed = (
        SourceFile(f"{one.name}: {what}", data)
        for one in sound
        for what, data in mutants.cases(one.data, _LARGE, cuts)
    )
    return [*chain.from_iterable((one, sound[n % len(sound)]) for n, one in enumerate(changed))]


def check_groups(kind: str, files: list[SourceFile], seed: int) -> int:
    """Read files in groups of a chance order, together and alone; gives how many were read together."""
    order = np.random.default_rng(seed).permutation(len(files)).tolist()
    format_ = FORMATS[kind][0]
    return sum(
        sum(check_together(format_, [files[number] for number in order[at : at + _GROUP]]))
        for at in range(0, len(order), _GROUP)
    )


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_files_take_no_other_along(kind: str) -> None:
    sound = fixtures(kind)[:3]

    assert check_groups(kind, damaged(sound, 4), seed=1) > 20


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_any_damaged_fixture_takes_no_other_along(kind: str) -> None:
    assert check_groups(kind, damaged(fixtures(kind), 6), seed=2) > 100


@pytest.mark.skipif(not cases("mt940/"), reason="the corpus of real files is not present")
@pytest.mark.parametrize("kind", FORMATS)
def test_real_files_say_together_what_they_say_alone(kind: str) -> None:
    files = [
        SourceFile(case.name, data)
        for case in cases(kind)
        if len(data := case.path.read_bytes()) < 200_000
    ]

    assert check_groups(kind, files, seed=3) > len(files) // 2
