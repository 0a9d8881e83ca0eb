"""evidence.csv: exact bits, and foreign text that no spreadsheet runs and that comes back as it was."""

from __future__ import annotations

import csv
import io

import polars as pl

from recon.frames.weighed import Weighed
from recon.report.evidence import competition, evidence_csv, read_evidence

ROW = {
    "line_id": "La", "place": 1, "status": "suggested", "refusals": "ambiguous|below_threshold",
    "item_numbers": "=1+1|INV-2", "shape": "all_quoted", "settlement": "exact",
    "reference_kind": "number", "reference_millibits": 19_812, "reference_text": "INV 2",
    "amount_millibits": -50, "party_kind": None, "party_millibits": 0, "party_text": None,
    "date_kind": None, "date_millibits": 0, "history_kind": None, "history_millibits": 0,
    "prior_millibits": -5_000, "millibits": 14_762, "confidence_ppm": 7,
    "absent_millibits": None, "wanted_by": None, "wanted_millibits": None, "wanted_lines": 0,
    "component": None, "component_lines": None, "gap_millibits": 0,
}  # fmt: skip


def frame(**changes):
    return Weighed.validate(pl.DataFrame([ROW | changes]), cast=True)


def test_bits_are_written_to_the_thousandth_and_probabilities_to_the_millionth():
    (row,) = csv.DictReader(io.StringIO(evidence_csv(frame()).decode()))

    assert (row["reference_bits"], row["amount_bits"], row["bits"]) == (
        "19.812",
        "-0.050",
        "14.762",
    )
    assert row["confidence"] == "0.000007"
    assert (row["wanted_by"], row["wanted_bits"], row["wanted_lines"]) == ("", "", "0")


def test_a_formula_in_a_number_is_disarmed_in_the_file_and_whole_when_read_back():
    data = evidence_csv(frame())
    back = read_evidence(data)

    assert "'=1+1" in data.decode()
    assert back["item_numbers"].to_list() == ["=1+1|INV-2"]
    assert back["party_text"].to_list() == [None]


def test_components_are_counted_once_and_only_those_with_a_gap_are_named():
    rows = [
        {"line_id": "La", "component": "La", "component_lines": 2},
        {"line_id": "Lb", "component": "La", "component_lines": 2},
        {"line_id": "Lc", "component": "Lc", "component_lines": 5_000, "gap_millibits": 1_250},
        {"line_id": "Ld"},
    ]
    found = competition(Weighed.validate(pl.concat([frame(**row) for row in rows])))

    assert found == {
        "components": 2,
        "lines": 5_002,
        "largest": 5_000,
        "cut": [{"component": "Lc", "component_lines": 5_000, "gap_bits": "1.250"}],
    }


def test_a_run_in_which_nobody_competes_says_so():
    assert competition(frame()) == {"components": 0, "lines": 0, "largest": 0, "cut": []}
