"""The bench scripts: what is read from the world's files is what the world wrote, and a table is only what was measured."""

from __future__ import annotations

import sys
import tomllib
from typing import TYPE_CHECKING

import polars as pl
import pytest

from benchmarks.bench.judge import judge, verdict_of
from benchmarks.bench.machine import describe_machine
from benchmarks.bench.measure import ProcessFailed, measure
from benchmarks.bench.statement_files import FORMATS, write_statement_file
from benchmarks.bench.table import render, write_table
from benchmarks.bench.tasks import Figure, Findings
from benchmarks.frames import match_inputs
from benchmarks.generate import World, build_world, render_world
from benchmarks.small_files import small_row
from benchmarks.world.tables import render_truth
from recon.config import Policy
from recon.plugins import Plugins
from recon.protocols import ParsedStatements, SourceFile
from recon.run.matching import match_lines
from recon.run.reading import read_statements
from tests.run.quiet import Quiet

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(600, 900, "high", 3)


@pytest.fixture(scope="module")
def parsed(world: World) -> list[ParsedStatements]:
    files = dict(render_world(world))
    options = tomllib.loads(files["policy.toml"].decode())["formats"]
    plugins = Plugins.discover()
    read = []
    for name, data in files.items():
        if name.startswith("statements/"):
            (claimed,) = plugins.sniff_all(data[:65_536], name).formats
            read.append(plugins.read(claimed, SourceFile(name, data), options.get(claimed, {})))
    return read


def test_every_line_of_the_world_is_read_back(world: World, parsed: list[ParsedStatements]) -> None:
    read = pl.concat([one.lines for one in parsed])
    found = {
        reference: facts
        for reference, *facts in read.select(
            "bank_reference", "booking_date", "amount", "currency"
        ).rows()
    }

    expected = {
        line.reference: [
            pl.Series([line.day - _EPOCH]).cast(pl.Date)[0],
            line.amount,
            book.seller.currency,
        ]
        for book, month in zip(world.books, world.months, strict=True)
        for line in month
    }
    assert read.height == 600
    assert sum(one.rejects.height for one in parsed) == 0
    assert found == expected


# The ordinal of 1970-01-01, from which Polars counts days.
_EPOCH = 719_163


def test_names_accounts_and_texts_survive_the_formats(
    world: World, parsed: list[ParsedStatements]
) -> None:
    read = pl.concat([one.lines for one in parsed]).rows_by_key(
        "bank_reference", named=True, unique=True
    )
    for month in world.months:
        for line in month:
            row = read[line.reference]
            # A bank's sub-fields end anywhere, so blanks at their borders are not kept;
            # where there is no text, a reader may show the name in its place.
            if line.text:
                assert _solid(row["remittance"]) == _solid(line.text)
            assert (row["payer_account"] or "") == line.account
            if line.name:
                assert _solid(row["payer_name"]) == _solid(line.name)


def _solid(text: str | None) -> str:
    return "".join((text or "").split())


def test_no_line_gets_lost_between_matcher_and_verdict(world: World) -> None:
    inputs = match_inputs(world)

    truth = render_truth(world.months)

    verdict = verdict_of(judge(truth, inputs, match_lines(inputs, Policy())))

    assert sum(row["lines"] for row in verdict.scenarios) == 600
    hits, of, *_ = verdict.shares["applied lines that are right"]
    assert 100 < hits <= of


def test_a_process_is_measured_by_itself(tmp_path: Path) -> None:
    found = measure([sys.executable, "-c", "print('{\"a\": 1}')"], tmp_path)

    assert found.data == {"a": 1}
    assert found.wall_seconds > 0
    assert found.cpu_seconds > 0
    assert 1 < found.peak_megabytes < 1000


def test_a_failed_process_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(ProcessFailed, match=r"ended with 3\n.*too small"):
        measure(
            [sys.executable, "-c", "import sys; print('too small', file=sys.stderr); sys.exit(3)"],
            tmp_path,
        )


def test_the_table_replaces_what_stood_between_the_marks_and_nothing_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    begin, end = "<!-- measured: begin -->", "<!-- measured: end -->"
    readme.write_text(f"head\n{begin}\nold\n{end}\ntail\n", encoding="utf-8")
    figure = Figure("read x", "10 lines", "1 s", "2 s", "3 MB", "5 lines per CPU second")

    write_table(readme, render({"processor": "P", "commit": "C"}, Findings([figure], {}), 3))

    text = readme.read_text(encoding="utf-8")
    assert text.startswith(f"head\n{begin}\nMeasured on processor P, commit C.\n")
    assert "| read x | 10 lines | 1 s | 2 s | 3 MB | 5 lines per CPU second |" in text
    assert "old" not in text
    assert text.endswith(f"{end}\ntail\n")


def test_the_machine_is_described_with_commit_and_versions() -> None:
    found = describe_machine()

    assert {"processor", "memory", "python", "polars", "commit"} <= set(found)
    assert found["polars"] == pl.__version__


@pytest.mark.parametrize("format_", FORMATS)
def test_a_large_statement_file_is_read_whole_and_balances(format_, tmp_path):
    path = write_statement_file(format_, 2_500, tmp_path)
    reading = read_statements([path], Policy(), Plugins.discover(), Quiet())

    assert [file.state for file in reading.inputs] == ["read"]
    assert (reading.lines.height, reading.rejects.height) == (2_500, 0)
    assert "broken" not in set(reading.statements["balance_check"])
    assert reading.lines["remittance"].str.contains(r"RE-2026-[0-9]{7}").all()
    assert reading.lines["payer_name"].is_not_null().all()


@pytest.mark.parametrize("format_", ["mt940", "camt.053", "ofx1"])
def test_small_files_are_measured_one_by_one_and_together(format_, tmp_path):
    row = small_row(format_, 3, tmp_path)

    # Files of 15, 16 and 17 entries.
    assert row[:3] == (format_, "3", "48")
    assert all(cell.endswith(" ms") for cell in row[4:6])
