"""The world's memory: what is called decidable by history is so, and only so; and receipts for nothing in the books."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import pytest

from benchmarks.generate import World, build_world, render_world
from benchmarks.world.spelling import plain
from tests.benchmarks.test_world import cents, rows_of

if TYPE_CHECKING:
    from benchmarks.world.desk import Line


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(10_000, 20_000, "medium", 4)


@pytest.fixture(scope="module")
def files(world: World) -> dict[str, bytes]:
    return dict(render_world(world))


def played(world: World, scenario: str) -> list[Line]:
    found = [line for month in world.months for line in month if line.scenario == scenario]
    assert found, scenario
    return found


def paid_before(world: World, files: dict[str, bytes]) -> tuple[dict[str, set[str]], ...]:
    """Customers by the accounts and by the names that the history's statements and allocations show together."""
    customer_of = {
        row["bank_reference"]: row["customer_id"]
        for row in rows_of(files, "history/allocations.csv")
    }
    accounts, names = defaultdict(set), defaultdict(set)
    for line in (line for past in world.histories for line in past):
        accounts[line.account].add(customer_of[line.reference])
        names[plain(line.name)].add(customer_of[line.reference])
    return accounts, names


def owners(files: dict[str, bytes]) -> dict[str, str]:
    return {row["number"]: row["customer_id"] for row in rows_of(files, "open_items.csv")}


@pytest.fixture(scope="module")
def owed(files: dict[str, bytes]) -> Counter[tuple[str, int]]:
    """How many items a customer owes of an amount."""
    return Counter(
        (row["customer_id"], cents(row["open_amount"])) for row in rows_of(files, "open_items.csv")
    )


def test_history_allocates_every_line_in_full_to_items_that_are_closed(
    world: World, files: dict[str, bytes]
) -> None:
    closed = {
        row["number"]: cents(row["amount"]) for row in rows_of(files, "history/closed_items.csv")
    }
    by_line: Counter[str] = Counter()
    by_item: Counter[str] = Counter()
    for row in rows_of(files, "history/allocations.csv"):
        if row["allocation_kind"] == "payment":
            by_line[row["bank_reference"]] += cents(row["allocated_amount"])
        by_item[row["item_number"]] += cents(row["allocated_amount"])

    lines = {line.reference: line.amount for past in world.histories for line in past}
    assert len(lines) > 2000
    assert lines == dict(by_line)
    assert all(0 < amount / closed[number] <= 1 for number, amount in by_item.items())


def test_history_lies_before_the_month(world: World) -> None:
    past = {line.day for lines in world.histories for line in lines}
    now = {line.day for lines in world.months for line in lines}

    assert max(past) < min(now)


def test_an_account_that_history_tells_belongs_to_one_customer_and_is_not_in_the_books(
    world: World, files: dict[str, bytes], owed: Counter[tuple[str, int]]
) -> None:
    accounts, _ = paid_before(world, files)
    owner = owners(files)
    in_books = {row["iban"] for row in rows_of(files, "customers.csv")}
    for line in played(world, "history_account_and_amount"):
        customer = owner[line.expected[0].number]
        assert accounts[line.account] == {customer}
        assert line.account not in in_books
        assert owed[customer, line.amount] == 1


def test_a_mandate_that_history_tells_belongs_to_one_customer_and_no_other_is_decidable(
    world: World, files: dict[str, bytes], owed: Counter[tuple[str, int]]
) -> None:
    customer_of = {
        row["bank_reference"]: row["customer_id"]
        for row in rows_of(files, "history/allocations.csv")
    }
    seen = defaultdict(set)
    for line in (line for past in world.histories for line in past if line.mandate):
        seen[line.mandate].add(customer_of[line.reference])
    owner = owners(files)
    for line in played(world, "history_mandate_and_amount"):
        customer = owner[line.expected[0].number]
        assert seen[line.mandate] == {customer}
        assert owed[customer, line.amount] == 1
        assert (line.name, line.account) == ("", "")
    for line in played(world, "mandate_unknown"):
        assert line.mandate
        assert line.mandate not in seen
        assert not line.decidable


def test_a_name_that_history_tells_belongs_to_one_customer_and_is_not_in_the_books(
    world: World, files: dict[str, bytes]
) -> None:
    _, names = paid_before(world, files)
    owner = owners(files)
    in_books = {
        plain(name)
        for row in rows_of(files, "customers.csv")
        for name in (row["name"], *row["aliases"].split("|"))
    }
    for line in played(world, "history_name_and_amount"):
        assert names[plain(line.name)] == {owner[line.expected[0].number]}
        assert plain(line.name) not in in_books


def test_an_agents_account_paid_for_several_and_only_an_ambiguous_amount_is_owed_by_two(
    world: World, files: dict[str, bytes], owed: Counter[tuple[str, int]]
) -> None:
    accounts, _ = paid_before(world, files)
    for scenario in ("history_agent_amount", "history_agent_ambiguous"):
        for line in played(world, scenario):
            clients = accounts[line.account]
            assert len(clients) > 1
            owing = [client for client in clients if owed[client, line.amount]]
            if scenario == "history_agent_amount":
                assert len(owing) == 1
            assert line.decidable == (scenario == "history_agent_amount")


def test_a_usual_charge_was_kept_before(world: World, files: dict[str, bytes]) -> None:
    owner, kept = owners(files), defaultdict(list)
    for row in rows_of(files, "history/allocations.csv"):
        if row["allocation_kind"] == "bank_charge":
            kept[row["customer_id"]].append(cents(row["allocated_amount"]))
    opened = {row["number"]: cents(row["open_amount"]) for row in rows_of(files, "open_items.csv")}
    for line in played(world, "history_usual_charge"):
        (part,) = line.expected
        charges = kept[owner[part.number]]
        assert len(charges) > 1
        assert set(charges) == {opened[part.number] - part.amount}


def test_history_tells_the_discounts_that_were_taken(files: dict[str, bytes]) -> None:
    kinds = Counter(row["allocation_kind"] for row in rows_of(files, "history/allocations.csv"))

    assert set(kinds) == {"payment", "discount", "bank_charge"}
    assert kinds["discount"] > 100


def test_a_lump_sum_pays_the_oldest_items_of_the_customer(
    world: World, files: dict[str, bytes]
) -> None:
    items = {row["number"]: row for row in rows_of(files, "open_items.csv")}
    for line in played(world, "history_oldest_first"):
        paid = [items[row.number] for row in line.expected]
        others = [
            row
            for row in items.values()
            if row["customer_id"] == paid[0]["customer_id"] and row not in paid
        ]
        newest = max(row["due_date"] for row in paid)
        assert line.amount % 10_000 == 0
        assert all(row["due_date"] >= newest for row in others)


@pytest.mark.parametrize("per_mille", [200, 500])
def test_receipts_without_item_are_as_many_as_were_asked_for(per_mille: int) -> None:
    world = build_world(4000, 8000, "medium", 3, per_mille)
    receipts = [
        line
        for month in world.months
        for line in month
        if line.amount > 0
        and line.scenario not in {"interest", "own_transfer", "card_settlement", "outgoing"}
    ]
    without = [line for line in receipts if line.scenario.startswith("no_item")]

    assert abs(len(without) - len(receipts) * per_mille / 1000) < 0.03 * len(receipts)
    assert not any(line.expected for line in without)


def test_a_receipt_without_item_quotes_no_number_of_the_books() -> None:
    world = build_world(2000, 4000, "medium", 3, 500)
    for book, month in zip(world.books, world.months, strict=True):
        for line in (line for line in month if line.scenario == "no_item"):
            words = line.text.upper().replace(",", " ").split()
            assert not any(book.is_number(word) for word in words)


def test_only_a_silent_receipt_without_item_can_be_undecidable() -> None:
    world = build_world(2000, 4000, "medium", 3, 500)
    marks = {
        (line.scenario, line.decidable)
        for month in world.months
        for line in month
        if line.scenario.startswith("no_item")
    }

    assert marks == {("no_item", True), ("no_item_silent", True), ("no_item_coinciding", False)}
