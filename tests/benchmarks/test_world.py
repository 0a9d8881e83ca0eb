"""The benchmark's world: the same for the same seed, and true to what it says about itself."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from stdnum import iban as stdnum_iban
from stdnum import iso11649, luhn
from stdnum.be import ogm_vcs
from stdnum.ch import esr

from benchmarks.generate import World, build_world, render_world, write_world
from benchmarks.world.mix import FILLER, FILLER_SHARES, LEVELS, NO_ITEM, SHARES, counts
from benchmarks.world.scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Row = dict[str, str]
# What one name of the mix is called in the truth, where it makes two lines.
PAIRED = {
    "returned_payment": {"returned_payment", "returned_receipt"},
    "other_currency": {"other_currency", "other_currency_rate"},
}
# How the references of each seller are checked, by rules that are not ours.
CHECKS: dict[str, Callable[[str], bool]] = {
    "D": iso11649.is_valid,
    "N": lambda text: len(text) == 16,
    "C": lambda text: len(text) == 27 and bool(esr.is_valid(text)),
    "B": ogm_vcs.is_valid,
    "O": luhn.is_valid,
    "S": luhn.is_valid,
    "F": lambda text: len(text) > 3,
}
# What nobody could tell from the data.
TRAPS = {
    "coinciding_amount",
    "coinciding_number",
    "amount_only",
    "ambiguous_amount",
    "history_agent_ambiguous",
    "mandate_unknown",
    "provider_settlement",
    "cheque_batch",
}


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(4000, 8000, "medium", 11)


@pytest.fixture(scope="module")
def files(world: World) -> dict[str, bytes]:
    return dict(render_world(world))


def rows_of(files: dict[str, bytes], name: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(files[name].decode())))


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def lines_of(world: World) -> dict[str, tuple[int, str, str, str]]:
    """Amount, name, account and text of each line, by bank reference."""
    return {
        line.reference: (line.amount, line.name, line.account, line.text)
        for month in world.months
        for line in month
    }


def test_the_same_seed_gives_the_same_bytes() -> None:
    first = dict(render_world(build_world(400, 600, "high", 5)))
    second = dict(render_world(build_world(400, 600, "high", 5)))

    assert first == second


def test_another_seed_gives_another_world() -> None:
    first = dict(render_world(build_world(400, 600, "high", 5)))
    second = dict(render_world(build_world(400, 600, "high", 6)))

    assert first["truth.csv"] != second["truth.csv"]


@pytest.mark.parametrize("level", LEVELS)
def test_every_scenario_is_present_at_every_level(level: str) -> None:
    present = set(build_world(10_000, 20_000, level, 2).scenarios())

    wanted = set().union(*(PAIRED.get(name, {name}) for name in (*SHARES, FILLER)))
    assert present == wanted


def test_every_scenario_of_the_mix_can_be_played() -> None:
    assert {*SHARES, NO_ITEM} == set(SCENARIOS)


@pytest.mark.parametrize("level", LEVELS)
def test_the_mix_leaves_room_for_outgoing_lines(level: str) -> None:
    shared = counts(100_000, level)

    assert sum(shared.values()) == 100_000
    assert shared[FILLER] >= 4000


@pytest.mark.parametrize("column", range(len(LEVELS)))
def test_the_shares_of_a_level_are_the_whole(column: int) -> None:
    assert sum(row[column] for row in SHARES.values()) + FILLER_SHARES[column] == 1000


def test_as_many_lines_are_made_as_were_asked_for(world: World, files: dict[str, bytes]) -> None:
    assert sum(len(month) for month in world.months) == 4000
    assert len({row["bank_reference"] for row in rows_of(files, "truth.csv")}) == 4000
    assert len(rows_of(files, "open_items.csv")) == 8000


def test_the_truth_allocates_each_line_in_full_or_not_at_all(
    world: World, files: dict[str, bytes]
) -> None:
    allocated: Counter[str] = Counter()
    for row in rows_of(files, "truth.csv"):
        if row["kind"]:
            allocated[row["bank_reference"]] += cents(row["allocated_amount"])

    lines = lines_of(world)
    assert len(allocated) > 2000
    assert {key: lines[key][0] for key in allocated} == dict(allocated)


def test_no_item_is_paid_beyond_what_is_open(files: dict[str, bytes]) -> None:
    opened = {row["number"]: cents(row["open_amount"]) for row in rows_of(files, "open_items.csv")}
    paid: Counter[str] = Counter()
    for row in rows_of(files, "truth.csv"):
        # What is paid in another currency than it is owed in cannot be compared.
        if row["item_number"] and not row["scenario"].startswith("other_currency"):
            paid[row["item_number"]] += cents(row["allocated_amount"])

    assert paid
    for number, amount in paid.items():
        assert 0 < amount / opened[number] <= 1, number


def test_no_payment_arrives_before_its_item_was_written(
    world: World, files: dict[str, bytes]
) -> None:
    issued = {row["number"]: row["issue_date"] for row in rows_of(files, "open_items.csv")}
    for month in world.months:
        for line in month:
            for row in line.expected:
                assert (
                    not row.number or line.day > date.fromisoformat(issued[row.number]).toordinal()
                )


def test_item_numbers_and_bank_references_are_unique(files: dict[str, bytes]) -> None:
    numbers = [row["number"] for row in rows_of(files, "open_items.csv")]
    numbers += [row["number"] for row in rows_of(files, "history/closed_items.csv")]

    assert len(numbers) == len(set(numbers))


def test_accounts_and_references_have_right_check_digits(files: dict[str, bytes]) -> None:
    known = [row["iban"] for row in rows_of(files, "customers.csv") if row["iban"]]
    references = [
        (row["item_id"][0], row["payment_reference"])
        for row in rows_of(files, "open_items.csv")
        if row["payment_reference"]
    ]

    assert len(known) > 100
    assert all(stdnum_iban.is_valid(account) for account in known)
    assert len(references) > 100
    assert all(CHECKS[key](reference) for key, reference in references)
    assert {key for key, _ in references} == set(CHECKS)


def test_a_silent_payment_called_decidable_has_one_answer(
    world: World, files: dict[str, bytes]
) -> None:
    items = rows_of(files, "open_items.csv")
    customers = rows_of(files, "customers.csv")
    owners = defaultdict(set)
    for row in customers:
        owners[row["iban"]].add(row["customer_id"])
    owed: defaultdict[str, list[Row]] = defaultdict(list)
    for row in items:
        owed[row["customer_id"]].append(row)
    number_owner = {row["number"]: row["customer_id"] for row in items}
    checked: Counter[str] = Counter()
    lines = lines_of(world)
    for reference, expected in _expected(files, {"account_and_amount", "several_unquoted"}).items():
        amount, _, account, _ = lines[reference]
        customer = number_owner[expected[0]["item_number"]]
        scenario = expected[0]["scenario"]
        if scenario == "account_and_amount":
            assert owners[account] == {customer}
        sizes = (1,) if scenario == "account_and_amount" else range(1, len(owed[customer]) + 1)
        fitting = [
            {row["number"] for row in chosen}
            for size in sizes
            for chosen in combinations(owed[customer], size)
            if sum(cents(row["open_amount"]) for row in chosen) == amount
        ]
        assert fitting == [{row["item_number"] for row in expected}]
        checked[scenario] += 1

    assert min(checked.values()) > 20


def _expected(files: dict[str, bytes], scenarios: set[str]) -> dict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows_of(files, "truth.csv"):
        if row["scenario"] in scenarios and row["item_number"]:
            found[row["bank_reference"]].append(row)
    return found


def test_an_interchangeable_group_holds_all_equal_items_of_the_customer(
    files: dict[str, bytes],
) -> None:
    items = {row["number"]: row for row in rows_of(files, "open_items.csv")}
    equal: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for number, row in items.items():
        equal[row["customer_id"], row["open_amount"]].add(number)

    groups = [row for rows in _expected(files, {"equal_items"}).values() for row in rows]
    assert len(groups) > 40
    for row in groups:
        item = items[row["item_number"]]
        assert set(row["group"].split("|")) == equal[item["customer_id"], item["open_amount"]]


def test_an_exact_quote_holds_the_number_and_a_mangled_one_does_not(
    world: World, files: dict[str, bytes]
) -> None:
    lines = lines_of(world)
    for reference, rows in _expected(files, {"exact_quote"}).items():
        assert rows[0]["item_number"] in lines[reference][3].upper()
    mangled = _expected(files, {"mistyped_number", "wrong_number"})
    assert len(mangled) > 20
    for reference, rows in mangled.items():
        assert rows[0]["item_number"] not in lines[reference][3].upper()


def test_a_wrong_number_is_somebody_elses_open_item(world: World, files: dict[str, bytes]) -> None:
    owner = {row["number"]: row["customer_id"] for row in rows_of(files, "open_items.csv")}
    lines = lines_of(world)
    for reference, rows in _expected(files, {"wrong_number"}).items():
        words = lines[reference][3].upper().replace(",", " ").split()
        quoted = [word for word in words if word in owner]
        assert [owner[word] == owner[rows[0]["item_number"]] for word in quoted] == [False]


def test_a_trap_is_called_undecidable(files: dict[str, bytes]) -> None:
    marks = {(row["scenario"] in TRAPS, row["decidable"]) for row in rows_of(files, "truth.csv")}

    assert marks == {(True, "false"), (False, "true")}


def test_statements_balance_from_file_to_file(world: World, files: dict[str, bytes]) -> None:
    closing = None
    for name in sorted(
        (name for name in files if "/d_" in name),
        key=lambda name: name.rsplit("/", maxsplit=1)[1],
    ):
        rows = files[name].decode().split("\r\n")
        opening = next(row for row in rows if row.startswith(":60F:"))
        if closing is not None:
            assert opening[15:] == closing[15:]
        closing = next(row for row in rows if row.startswith(":62F:"))
        assert max(len(row) for row in rows) <= 65
    booked = (*world.histories[0], *world.months[0])
    total = 100_000_000 + sum(line.amount for line in booked)
    assert closing is not None
    assert cents(closing[15:].replace(",", ".")) == total


def test_files_are_written_where_they_belong(tmp_path: Path) -> None:
    world = build_world(300, 300, "low", 1)

    write_world(world, tmp_path)

    assert (tmp_path / "truth.csv").is_file()
    assert (tmp_path / "history" / "closed_items.csv").is_file()
    assert (tmp_path / "history" / "allocations.csv").is_file()
    assert {path.suffix for path in (tmp_path / "history" / "statements").iterdir()} == {
        ".sta",
        ".ofx",
        ".csv",
        ".xml",
    }
    assert {path.suffix for path in (tmp_path / "statements").iterdir()} == {
        ".sta",
        ".ofx",
        ".csv",
        ".xml",
    }
