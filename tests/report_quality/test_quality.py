from __future__ import annotations

import polars as pl
import pytest

from recon.errors import ConfigurationError
from recon.report.bounds import Share
from recon.report.quality import Quality, evaluate

LINE_HEADER = ("line_id", "bank_reference", "amount", "currency", "fate", "reason")
ALLOCATION_HEADER = (
    "line_id", "item_number", "amount", "kind", "status", "rank", "confidence", "because",
)  # fmt: skip
TRUTH_HEADER = (
    "bank_reference", "item_number", "allocated_amount", "kind", "fate", "scenario", "decidable", "group",
)  # fmt: skip


def table(header: tuple[str, ...], text: str) -> pl.DataFrame:
    rows = [[cell.strip() for cell in row.split(",")] for row in text.strip().splitlines()]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")


LINES = """
L1, B1, 100.00, EUR, applied, sure
L2, B2, 150.00, EUR, applied, sure
L3, B3, 70.00, EUR, applied, sure
L4, B4, 98.00, EUR, applied, sure
L5, B5, 120.00, EUR, applied, sure
L6, B6, 49.00, EUR, applied, sure
L7, B7, 300.00, EUR, suggested, rivals
L8, B8, 400.00, EUR, suggested, rivals
L9, B9, 55.00, EUR, applied, sure
L10, B10, 60.00, EUR, unmatched, nothing
L11, B11, -5.00, EUR, not_receivable, fee
L12, B12, 1200, JPY, applied, sure
L13, B13, 100.00, EUR, on_account, duplicate_payment
L14, B14, 9.00, EUR, unmatched, nothing
"""
ALLOCATIONS = """
L1, A1, 100.00, payment, applied, 1, 0.999990, number
L2, A2, 200.00, payment, applied, 1, 0.999990, number
L2, C2, -50.00, payment, applied, 1, 0.999990, number
L3, A9, 70.00, payment, applied, 1, 0.999990, amount 6.1 bits
L4, A4, 98.00, payment, applied, 1, 0.999990, discount
L4, A4, 2.00, discount, applied, 1, 0.999990, discount
L5, A5, 100.00, payment, applied, 1, 0.999990, number
L5, , 20.00, on_account, applied, 1, 0.999990, rest
L6, E2, 49.00, payment, applied, 1, 0.999990, oldest
L7, A8, 300.00, payment, suggested, 1, 0.600000, amount
L7, A7, 300.00, payment, suggested, 2, 0.300000, amount
L8, A0, 400.00, payment, suggested, 1, 0.600000, amount
L9, A6, 55.00, payment, applied, 1, 0.999990, amount
L12, J1, 1200, payment, applied, 1, 0.999990, number
L13, , 100.00, on_account, applied, 1, 0.999990, paid before
"""
TRUTH = """
B1, A1, 100.00, payment, applied, exact, true,
B2, A2, 200.00, payment, applied, credit, true,
B2, C2, -50.00, payment, applied, credit, true,
B3, A3, 70.00, payment, applied, wrong_item, true,
B4, A4, 98.00, payment, applied, discount, true,
B5, A5, 110.00, payment, applied, wrong_amount, true,
B5, , 10.00, on_account, applied, wrong_amount, true,
B6, E1, 49.00, payment, applied, equal, true, E1|E2|E3
B7, A7, 300.00, payment, applied, rivals, true,
B8, A88, 400.00, payment, applied, rivals, true,
B9, , , , unmatched|suggested, trap, false,
B10, A10, 60.00, payment, unmatched, amount_only, false,
B11, , , , not_receivable, fee, true,
B12, J1, 1200, payment, applied, yen, true,
B13, , 100.00, on_account, on_account, duplicate, true,
B99, A99, 10.00, payment, applied, lost, true,
"""


def run_on(lines: str, allocations: str, truth: str) -> Quality:
    return evaluate(
        table(LINE_HEADER, lines), table(ALLOCATION_HEADER, allocations), table(TRUTH_HEADER, truth)
    )


@pytest.fixture(scope="module")
def quality() -> Quality:
    return evaluate(
        table(LINE_HEADER, LINES),
        table(ALLOCATION_HEADER, ALLOCATIONS),
        table(TRUTH_HEADER, TRUTH),
    )


def test_an_applied_line_is_right_when_items_and_amounts_are_the_truths(quality: Quality) -> None:
    # Applied: L1 to L6, L9, L12. Wrong: L3 (other item), L5 (other split), L9 (a trap).
    assert quality.precision == Share(5, 8)
    assert quality.wrong_lines["line_id"].to_list() == ["L3", "L5", "L9"]


def test_a_discount_row_is_no_cash_and_is_not_compared(quality: Quality) -> None:
    row = quality.scenarios.row(by_predicate=pl.col("scenario") == "discount", named=True)

    assert (row["applied"], row["right"], row["wrong"]) == (1, 1, 0)


def test_any_member_of_an_interchangeable_group_is_right(quality: Quality) -> None:
    row = quality.scenarios.row(by_predicate=pl.col("scenario") == "equal", named=True)

    assert (row["applied"], row["right"]) == (1, 1)


def test_a_wrong_line_is_shown_with_both_sets_and_its_evidence(quality: Quality) -> None:
    rows = quality.wrong_lines.rows_by_key("line_id", named=True, unique=True)

    assert rows["L3"]["expected"] == "A3 70.00"
    assert rows["L3"]["applied"] == "A9 70.00"
    assert rows["L3"]["because"] == "amount 6.1 bits"
    assert rows["L5"]["expected"] == "A5 110.00; on_account 10.00"
    assert rows["L9"]["expected"] == ""


def test_the_value_of_wrong_lines_is_summed_by_currency(quality: Quality) -> None:
    assert quality.wrong_value.rows() == [("EUR", 3, "245.00")]


def test_coverage_counts_decidable_receipts_and_a_lost_line_is_not_covered(
    quality: Quality,
) -> None:
    # Decidable and paying items: L1 to L8, L12 and the lost one; right and applied: L1, L2, L4, L6, L12.
    assert quality.coverage == Share(5, 10)
    assert quality.lost == 1


def test_suggestions_are_counted_on_what_was_not_applied(quality: Quality) -> None:
    # The rest: L7 (right answer second), L8 (right answer missing) and the lost line.
    assert quality.hit_first == Share(0, 3)
    assert quality.hit_third == Share(1, 3)


def test_a_trap_is_caught_when_it_is_not_applied(quality: Quality) -> None:
    assert quality.traps == Share(1, 2)


def test_the_fate_is_compared_with_all_that_the_truth_allows(quality: Quality) -> None:
    # Not allowed: L7 and L8 (suggested), L9 (applied), and the lost line.
    assert quality.fates == Share(10, 14)


def test_a_line_without_a_label_counts_nowhere(quality: Quality) -> None:
    assert (quality.lines, quality.unlabelled) == (14, 1)


def test_stated_confidence_is_compared_with_the_share_that_is_right(quality: Quality) -> None:
    bins = quality.calibration.select("from_ppm", "to_ppm", "sets", "right", "right_share")
    assert bins.rows() == [
        (600_000, 700_000, 2, 0, 0.0),
        (999_990, 1_000_000, 8, 5, 0.625),
    ]
    # Two sets off by 0.6, eight by 0.99999 - 0.625.
    assert quality.calibration_error == pytest.approx(0.419992)


@pytest.mark.parametrize(
    ("confidence", "right", "verdict"),
    [("0.999990", 8, "agrees"), ("0.300000", 8, "too modest"), ("0.999990", 0, "too sure")],
)
def test_a_bin_is_believed_as_far_as_its_bounds_allow(
    confidence: str, right: int, verdict: str
) -> None:
    numbers = range(8)
    lines = "\n".join(f"L{n}, B{n}, 1.00, EUR, suggested, x" for n in numbers)
    rows = "\n".join(f"L{n}, A{n}, 1.00, payment, suggested, 1, {confidence}, x" for n in numbers)
    truth = "\n".join(
        f"B{n}, {'A' if n < right else 'Z'}{n}, 1.00, payment, , , ," for n in numbers
    )

    bins = run_on(lines, rows, truth).calibration

    assert bins["verdict"].to_list() == [verdict]
    low, high = bins.select("low_95", "high_95").row(0)
    assert low <= right / 8 <= high
    assert high - low < 0.4


def test_a_scenario_says_what_was_applied_what_was_wrong_and_what_that_was_worth(
    quality: Quality,
) -> None:
    rows = quality.scenarios.rows_by_key("scenario", named=True, unique=True)

    assert rows["wrong_item"]["precision"] == "0.0000 %"
    assert rows["wrong_item"]["coverage"] == "0.0000 %"
    assert rows["wrong_item"]["wrong_value"] == "70.00 EUR"
    assert rows["exact"]["coverage"] == "100.0000 %"
    assert rows["exact"]["wrong_value"] == ""
    assert (rows["trap"]["traps"], rows["trap"]["caught"]) == (1, 0)
    assert (rows["amount_only"]["traps"], rows["amount_only"]["caught"]) == (1, 1)
    # Nothing was applied of it, so there is no share.
    assert rows["rivals"]["precision"] == ""


def test_the_same_item_in_two_rows_is_one_payment() -> None:
    allocations = ALLOCATIONS.replace(
        "L1, A1, 100.00, payment, applied, 1, 0.999990, number",
        "L1, A1, 60.00, payment, applied, 1, 0.999990, a\nL1, A1, 40.00, payment, applied, 1, 0.999990, b",
    )

    found = evaluate(
        table(LINE_HEADER, LINES), table(ALLOCATION_HEADER, allocations), table(TRUTH_HEADER, TRUTH)
    )

    assert found.precision == Share(5, 8)


def test_the_order_of_rows_does_not_matter(quality: Quality) -> None:
    shuffled = evaluate(
        table(LINE_HEADER, LINES).reverse(),
        table(ALLOCATION_HEADER, ALLOCATIONS).reverse(),
        table(TRUTH_HEADER, TRUTH).reverse(),
    )

    assert shuffled.figures().equals(quality.figures())
    assert shuffled.wrong_lines.equals(quality.wrong_lines)
    assert shuffled.scenarios.equals(quality.scenarios)
    assert shuffled.calibration.equals(quality.calibration)


def test_the_figures_name_counts_and_bounds(quality: Quality) -> None:
    first = quality.figures().row(0)

    assert first == ("applied lines that are right", 5, 8, "62.5000 %", "24.4863 %", "91.4767 %")


def test_three_columns_are_a_truth() -> None:
    truth = pl.DataFrame(
        {
            "line_id": ["L1", "L3", "L11"],
            "item_number": ["A1", "A3", None],
            "allocated_amount": ["100.00", "70.00", None],
        }
    )

    found = evaluate(table(LINE_HEADER, LINES), table(ALLOCATION_HEADER, ALLOCATIONS), truth)

    assert found.precision == Share(1, 2)
    assert found.coverage == Share(1, 2)
    assert found.fates == Share(0, 0)


def test_a_run_without_allocations_has_nothing_applied() -> None:
    lines = table(LINE_HEADER, LINES).with_columns(fate=pl.lit("unmatched"))
    none = pl.DataFrame(schema=dict.fromkeys(ALLOCATION_HEADER, pl.String))

    found = evaluate(lines, none, table(TRUTH_HEADER, TRUTH))

    assert found.precision == Share(0, 0)
    assert found.coverage == Share(0, 10)
    assert found.calibration_error == 0.0


def test_a_number_disarmed_for_spreadsheets_still_meets_its_truth() -> None:
    lines = "L1, B1, 100.00, EUR, applied, sure"
    allocations = "L1, '-17, 100.00, payment, applied, 1, 0.999990, number"
    truth = "B1, -17, 100.00, payment, applied, exact, true,"

    found = evaluate(
        table(LINE_HEADER, lines), table(ALLOCATION_HEADER, allocations), table(TRUTH_HEADER, truth)
    )

    assert found.precision == Share(1, 1)


@pytest.mark.parametrize(
    ("old", "new", "message", "place"),
    [
        ("B1, A1, 100.00", "B1, A1, 1oo", "'1oo' is no amount of its currency", "truth:2"),
        ("B1, A1, 100.00", "B1, A1, 1.005", "'1.005' is no amount of its currency", "truth:2"),
        ("B1, A1, 100.00", "B1, A1, ", "'A1' has no allocated_amount", "truth:2"),
        (
            "B4, A4, 98.00, payment",
            "B4, A4, 98.00, cash",
            "'cash' is no kind of allocation",
            "truth:6",
        ),
        ("exact, true", "exact, yes", "'yes' is not true or false", "truth:2"),
    ],
)
def test_a_wrong_truth_is_refused_with_its_place(
    old: str, new: str, message: str, place: str
) -> None:
    truth = table(TRUTH_HEADER, TRUTH.replace(old, new, 1))

    with pytest.raises(ConfigurationError) as caught:
        evaluate(table(LINE_HEADER, LINES), table(ALLOCATION_HEADER, ALLOCATIONS), truth)

    assert caught.value.message == message
    assert str(caught.value.place) == place


def test_a_bank_reference_of_several_lines_is_refused() -> None:
    lines = table(LINE_HEADER, LINES.replace("L2, B2", "L2, B1"))

    with pytest.raises(ConfigurationError, match="'B1' stands in bank_reference more than once"):
        evaluate(lines, table(ALLOCATION_HEADER, ALLOCATIONS), table(TRUTH_HEADER, TRUTH))


def test_an_allocation_of_no_line_is_refused() -> None:
    allocations = table(ALLOCATION_HEADER, ALLOCATIONS.replace("L12, J1", "L77, J1"))

    with pytest.raises(ConfigurationError, match=r"'L77' is no line of lines\.csv"):
        evaluate(table(LINE_HEADER, LINES), allocations, table(TRUTH_HEADER, TRUTH))


@pytest.mark.parametrize("column", ["item_number", "allocated_amount", "bank_reference"])
def test_a_missing_column_is_named(column: str) -> None:
    truth = table(TRUTH_HEADER, TRUTH).drop(column)

    with pytest.raises(ConfigurationError, match="is missing"):
        evaluate(table(LINE_HEADER, LINES), table(ALLOCATION_HEADER, ALLOCATIONS), truth)
