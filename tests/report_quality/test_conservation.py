from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from recon.errors import ConfigurationError
from recon.report.quality import evaluate

if TYPE_CHECKING:
    from recon.report.conservation import Conservation

LINES = pl.DataFrame(
    [
        ("L1", "B1", "100.00", "EUR", "applied", "sure"),
        ("L2", "B2", "90.00", "EUR", "applied", "sure"),
        ("L3", "B3", "1200", "JPY", "suggested", "rivals"),
        ("L4", "B4", "-5.00", "EUR", "not_receivable", "fee"),
    ],
    schema=["line_id", "bank_reference", "amount", "currency", "fate", "reason"],
    orient="row",
)
COLUMNS = [
    "line_id", "item_id", "item_number", "amount", "item_amount", "item_currency", "kind", "status",
    "rank", "confidence", "because",
]  # fmt: skip
TRUTH = pl.DataFrame(
    {"line_id": ["L1"], "item_number": ["A1"], "allocated_amount": ["100.00"]}, strict=True
)
ITEMS = pl.DataFrame(
    [("i1", "EUR", 19_200), ("i2", "EUR", -2_000), ("j1", "JPY", 1_200)],
    schema=["item_id", "currency", "open_amount"],
    orient="row",
)
SOUND = [
    ("L1", "i1", "A1", "120.00", "120.00", "EUR", "payment"),
    ("L1", "i2", "C1", "-20.00", "-20.00", "EUR", "payment"),
    ("L2", "i1", "A1", "70.00", "70.00", "EUR", "payment"),
    ("L2", "i1", "A1", "2.00", "2.00", "EUR", "discount"),
    ("L2", None, None, "20.00", None, None, "on_account"),
]
SUGGESTED = ("L3", "j1", "J1", "1200", "1200", "JPY", "payment")


def check(
    rows: list[tuple[str | None, ...]],
    *,
    suggested: tuple[str, ...] = SUGGESTED,
    lines: pl.DataFrame = LINES,
    items: pl.DataFrame | None = ITEMS,
) -> Conservation:
    written = [(*row, "applied", "1", "0.999900", "x") for row in rows]
    written.append((*suggested, "suggested", "1", "0.500000", "x"))
    table = pl.DataFrame(written, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    return evaluate(lines, table, TRUTH, items).conservation


def changed(at: int, **cells: str) -> list[tuple[str | None, ...]]:
    row = dict(zip(COLUMNS, SOUND[at], strict=False)) | cells
    return [*SOUND[:at], tuple(row.values()), *SOUND[at + 1 :]]


def test_a_sound_run_holds_and_its_parts_add_up() -> None:
    found = check(SOUND)

    assert found.holds
    assert found.said == (
        "every cent of every line has its place; no item is settled beyond what was open"
    )
    assert found.totals.rows() == [
        ("EUR", 3, "185.00", "190.00", "-5.00"),
        ("JPY", 1, "1200", "0", "1200"),
    ]


def test_without_open_items_it_is_said_that_items_are_unchecked() -> None:
    found = check(SOUND, items=None)

    assert found.broken_items is None
    assert found.said.endswith("items unchecked, as no open items were given")


def test_a_line_whose_cash_is_not_its_amount_is_broken() -> None:
    found = check(changed(4, amount="19.99"))

    assert not found.holds
    assert found.broken_lines.rows() == [("L2", "applied", "EUR", "90.00", "89.99")]
    assert found.said.startswith("1 lines or suggestions are broken")


def test_money_applied_of_a_line_that_stays_open_is_broken() -> None:
    lines = LINES.with_columns(
        fate=pl.when(pl.col("line_id") == "L1").then(pl.lit("unmatched")).otherwise("fate")
    )

    assert check(SOUND, lines=lines).broken_lines["line_id"].to_list() == ["L1"]


def test_a_fate_that_is_none_is_broken() -> None:
    lines = LINES.with_columns(
        fate=pl.when(pl.col("line_id") == "L4").then(pl.lit("lost")).otherwise("fate")
    )

    assert check(SOUND, lines=lines).broken_lines["line_id"].to_list() == ["L4"]


def test_a_suggestion_off_its_amount_is_broken() -> None:
    found = check(SOUND, suggested=("L3", "j1", "J1", "1100", "1100", "JPY", "payment"))

    assert not found.holds
    assert found.broken_suggestions.rows() == [("L3", 1, "JPY", "1200", "1100")]


@pytest.mark.parametrize(
    ("rows", "broken"),
    [
        # What is settled without cash counts too: 120 + 70 + 3 of 192.
        (changed(3, item_amount="3.00"), ("i1", "A1", "EUR", "192.00", "193.00")),
        (changed(1, item_amount="-20.01"), ("i2", "C1", "EUR", "-20.00", "-20.01")),
        (changed(1, item_amount="20.00"), ("i2", "C1", "EUR", "-20.00", "20.00")),
        (changed(1, item_id="x9"), ("x9", "C1", "EUR", None, "-20.00")),
        (changed(2, item_amount=""), ("i1", "A1", "EUR", "192.00", "122.00")),
        (changed(1, item_currency="JPY", item_amount="-20"), ("i2", "C1", "JPY", "-20.00", "-20")),
    ],
    ids=["beyond", "credit beyond", "wrong way", "not open", "amount unsaid", "other currency"],
)
def test_an_item_settled_beyond_what_was_open_is_broken(
    rows: list[tuple[str | None, ...]], broken: tuple[str | None, ...]
) -> None:
    found = check(rows)

    assert found.broken_items is not None
    assert found.broken_items.rows() == [broken]
    assert found.said.endswith("; 1 items are settled beyond what was open")


def test_a_suggestion_settles_nothing() -> None:
    twice = ("L3", "j1", "J1", "1200", "2400", "JPY", "payment")

    assert check(SOUND, suggested=twice).holds


def test_a_suggestion_may_leave_open_what_it_settles() -> None:
    assert check(SOUND, suggested=("L3", "j1", "J1", "1200", "", "EUR", "payment")).holds


def test_an_item_amount_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"'12o' is no amount of its currency"):
        check(changed(0, item_amount="12o"))
