"""Wrong but plausible: where a file states balances, no cut and no other digit in an amount goes unnoticed.

A damaged file is read as the program reads it. What comes out is the same entries, or the damage shows: the file is
refused, a record is rejected, a finding tells of it, or the statement is held because its balances do not add up.
`RECON_HOSTILE_BYTES=100000000` tries every byte and every digit in place of some of them.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from recon.errors import PluginFailed, ReconError
from recon.ingest.detect import HEAD_BYTES, choose_format
from tests.hostile.as_a_run import PLUGINS, read_as_a_run

SAMPLES = Path(__file__).parents[2] / "fixtures" / "statements"
IS_DEEP = int(os.environ.get("RECON_HOSTILE_BYTES", "0")) > 50_000
# A read takes 20 to 60 ms of CPU, whatever is in the file.
PLACES = None if IS_DEEP else 12


@dataclass(frozen=True)
class Sample:
    """A sound file with opening and closing balance; the group of `amounts` finds each amount's digits."""

    path: str
    amounts: re.Pattern[bytes]
    options: dict[str, str] | None = None

    @property
    def format(self):
        return self.path.split("/")[0]

    @property
    def data(self):
        return (SAMPLES / self.path).read_bytes()


BALANCED = (
    Sample("mt940/german_structured.sta", re.compile(rb":61:\d{10}R?[CD]R?(\d+,\d*)")),
    Sample("camt/pages_v01_no_namespace.xml", re.compile(rb"<Amt[^>]*>([\d.]+)<")),
    Sample("coda/totals_and_details.cod", re.compile(rb"(?m)^21\d{8}.{22}(\d{15})")),
    Sample("cfonb/sepa_complements.cfo", re.compile(rb"(?m)^04.{88}(\d{13})")),
    Sample("norma43/padded_two_accounts.n43", re.compile(rb"(?m)^22.{26}(\d{14})")),
    # Debits only: the credit is the oldest row, and before that no balance stands in a table.
    Sample("csv/polish_balance.csv", re.compile(rb";-([\d ]+,\d\d);"), {"currency": "PLN"}),
    # Newest first, and more cells stand behind the amount; again without the oldest row.
    Sample("csv/banks/kbc_account.csv", re.compile(rb",\d\d;;?(?!1250)(-?\d+,\d\d);")),
)
by_sample = pytest.mark.parametrize("sample", BALANCED, ids=lambda sample: sample.path)


def read(sample, data):
    """Read like a run, which finds the format by the file's own bytes."""
    head = data[:HEAD_BYTES]
    claims = PLUGINS.sniff_all(head, "x").formats
    name = choose_format(claims, PLUGINS.names("format"), "x", head)
    return read_as_a_run(name, data, sample.options)


def unnoticed(sample, damages):
    """Name the damages after which other entries come out and nobody is told."""
    sound = read(sample, sample.data)
    assert sound.entries
    assert set(sound.checks) == {"ok"}, "the sample states no balances"
    silent, changed = [], 0
    for name, data in damages:
        try:
            damaged = read(sample, data)
        except PluginFailed:
            raise
        except ReconError:
            changed += 1
            continue
        if damaged.entries != sound.entries:
            changed += 1
            if not damaged.told - sound.told:
                silent.append(name)
    assert changed, "no damage did any harm"
    return silent


def spread(places):
    """Take some of the places, evenly."""
    count = len(places) if PLACES is None else min(PLACES, len(places))
    return [places[len(places) * n // count] for n in range(count)]


@by_sample
def test_a_file_cut_off_anywhere_is_noticed(sample):
    data = sample.data
    places = range(1, len(data))
    if sample.format == "csv":
        # Whole rows are a whole table, which has no end that could be missing; nor do zeros count behind the comma.
        ends = [found.span() for found in re.finditer(rb",?0*(?:\n|$)", data)]
        whole = {place for start, end in ends for place in range(start, end + 1)}
        places = [place for place in places if place not in whole]

    assert not unnoticed(sample, ((f"cut at {n}", data[:n]) for n in spread(places)))


@by_sample
def test_another_digit_in_an_amount_is_noticed(sample):
    data = sample.data
    amounts = [found.span(1) for found in sample.amounts.finditer(data)]
    digits = [n for start, end in amounts for n in range(start, end) if data[n : n + 1].isdigit()]
    assert len(amounts) > 1
    damages = []
    for turn, place in enumerate(spread(digits)):
        other = b"%d" % ((int(data[place : place + 1]) + 1 + turn % 9) % 10)
        damages.append((f"{other!r} at {place}", data[:place] + other + data[place + 1 :]))

    assert not unnoticed(sample, damages)
