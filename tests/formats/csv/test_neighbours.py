"""Damage to one record harms no other: the rest is read as before, or the file is refused, or a finding or reject tells.

What is decided over whole columns (the order of day and month, the decimal mark, the sign) is where one cell could turn all others.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import pytest

from recon.api import MalformedFile, ParsedStatements, SourceFile
from recon_csv.plugin import CsvFormat
from tests.corpus_csv import NAMES
from tests.corpus_index import cases

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = sorted((Path(__file__).parents[3] / "fixtures/statements/csv/banks").glob("*.csv"))
REAL = [case.path for case in cases("csv/")]
FIELDS = ("booking_date", "value_date", "amount", "currency", "status")


def read(data: bytes) -> ParsedStatements:
    options = {"currency": "EUR", "currency_names": NAMES}
    return CsvFormat().read(SourceFile("bank.csv", data), options)


def records(parsed: ParsedStatements) -> dict[tuple[int, int], Counter[tuple[object, ...]]]:
    """Give the lines of each record by its place; a batch is many lines of one."""
    found: dict[tuple[int, int], Counter[tuple[object, ...]]] = {}
    places = parsed.lines.select("byte_offset", "byte_length").rows()
    for place, line in zip(places, parsed.lines.select(FIELDS).rows(), strict=True):
        found.setdefault(place, Counter())[line] += 1
    return found


def damages(record: bytes, dice: np.random.Generator) -> Iterator[bytes]:
    """Give the record with another digit, without a mark between digits, with a minus gone or added."""
    for _ in range(2):
        digits = [found.start() for found in re.finditer(rb"\d", record)]
        at = int(dice.choice(digits))
        other = (int(record[at : at + 1]) + int(dice.integers(1, 10))) % 10
        yield record[:at] + b"%d" % other + record[at + 1 :]
    marks = [found.start() for found in re.finditer(rb"(?<=\d)[.,/-](?=\d)", record)]
    if marks:
        at = int(dice.choice(marks))
        yield record[:at] + record[at + 1 :]
    if minus := re.search(rb"-(?=\d+[.,])", record):
        yield record[: minus.start()] + record[minus.end() :]
    elif amount := re.search(rb"\d+[.,]\d\d(?!\d)", record):
        yield record[: amount.start()] + b"-" + record[amount.start() :]
    yield b""


def harmed(data: bytes, most: int) -> list[str]:
    """Name the damages after which lines of other records are other ones, and nobody is told."""
    sound, dice = read(data), np.random.default_rng(crc32(data))
    told, by_place = Counter(sound.findings), records(sound)
    every = sum(by_place.values(), Counter())
    silent = []
    places = sorted(by_place)
    for at in dice.permutation(len(places))[:most].tolist():
        offset, length = places[at]
        others = every - by_place[offset, length]
        for damaged in damages(data[offset : offset + length], dice):
            try:
                parsed = read(data[:offset] + damaged + data[offset + length :])
            except MalformedFile:
                continue
            is_told = (
                Counter(parsed.findings) - told or parsed.rejects.height > sound.rejects.height
            )
            lines = sum(records(parsed).values(), Counter())
            if others - lines and not is_told:
                silent.append(f"{data[offset : offset + length]!r} as {damaged!r}")
    return silent


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_damage_to_a_record_of_a_shipped_sample_harms_no_other(path: Path):
    assert not harmed(path.read_bytes(), 1)


@pytest.mark.slow
@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_damage_to_a_record_of_a_real_export_harms_no_other(path: Path):
    data = path.read_bytes()
    try:
        read(data)
    except MalformedFile as error:
        pytest.skip(f"it is refused as a whole: {error.message}")

    assert not harmed(data, 8)
