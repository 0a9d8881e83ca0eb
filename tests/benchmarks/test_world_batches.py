from __future__ import annotations

import csv
import io

import pytest

from benchmarks.frames import match_inputs
from benchmarks.generate import World, build_world, render_world
from benchmarks.world.tables import render_batches
from recon.frames.batches import Batches

REPORTED = {
    "payout_reported",
    "payout_by_provider",
    "payout_unknown_part",
    "payout_with_refund",
    "payout_misprinted",
    "cheques_listed",
}


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(8000, 12_000, "medium", 11, has_reports=True)


def test_without_reports_a_world_is_as_it_was() -> None:
    plain = dict(render_world(build_world(400, 600, "high", 5)))

    assert "batches.csv" not in plain
    assert match_inputs(build_world(400, 600, "high", 5)).batches.is_empty()


def test_every_line_in_bulk_has_a_report_that_comes_to_it_but_the_misprinted(world: World) -> None:
    lines = [line for month in world.months for line in month if line.batch]

    assert {line.scenario for line in lines} == REPORTED
    for line in lines:
        total = sum(part.gross - part.fee for part in line.batch.parts)
        assert line.batch.net == line.amount
        assert (total == line.amount) == (line.scenario != "payout_misprinted"), line


def test_a_payout_by_its_provider_alone_does_not_quote_its_batch(world: World) -> None:
    for month in world.months:
        for line in month:
            if line.batch:
                quotes = line.batch.reference in line.text
                assert quotes == (line.scenario != "payout_by_provider")


def test_the_file_tells_what_the_frame_holds(world: World) -> None:
    (data,) = dict(render_batches(world.books, world.months)).values()
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    frame = match_inputs(world).batches

    assert frame.height == len(rows)
    assert set(rows[0]) == set(Batches.column_names()) - {"file", "row", "customer_name"}
    cents = [int(row["gross_amount"].replace(".", "")) for row in rows]
    assert frame["gross_amount"].to_list() == cents
