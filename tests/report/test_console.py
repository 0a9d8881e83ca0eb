from __future__ import annotations

import csv
import datetime as dt
import io
import json
import subprocess
import sys

import polars as pl
import pytest

from recon.errors import ConfigurationError
from recon.report.console import FORMATS, render

FRAME = pl.DataFrame(
    {
        "name": ["Müller\nGmbH", "[red]x[/red]", None],
        "amount": ["1.00", "-12.50", "0.05"],
        "day": [dt.date(2026, 1, 2), None, None],
        "count": [1, 2, 3],
    }
)


def test_a_table_shows_every_cell_and_puts_numbers_right():
    text = render(FRAME, "table")

    assert text.splitlines() == [
        "name           amount   day          count",
        "──────────────────────────────────────────",
        "Müller GmbH      1.00   2026-01-02       1",
        "[red]x[/red]   -12.50                    2",
        "                 0.05                    3",
    ]


def test_json_has_the_data_as_it_is():
    found = json.loads(render(FRAME, "json"))

    assert found[0] == {"name": "Müller\nGmbH", "amount": "1.00", "day": "2026-01-02", "count": 1}
    assert found[2]["name"] is None


def test_csv_has_a_header_and_a_row_each():
    found = list(csv.DictReader(io.StringIO(render(FRAME, "csv"))))

    assert [row["amount"] for row in found] == ["1.00", "-12.50", "0.05"]
    assert found[0]["name"] == "Müller\nGmbH"


@pytest.mark.parametrize("how", FORMATS)
def test_no_control_character_reaches_the_terminal(how):
    hostile = "a\x1b]0;t\x07\x1b[2J\x9b\u202eb\x7f"
    text = render(pl.DataFrame({"x": [hostile]}), how)

    assert all(ch.isprintable() or ch == "\n" for ch in text)
    if how == "json":
        assert json.loads(text) == [{"x": hostile}]


@pytest.mark.parametrize("how", FORMATS)
def test_a_frame_without_rows_is_no_error(how):
    text = render(FRAME.clear(), how)

    assert text == "[]\n" if how == "json" else text.startswith("name")


def test_a_narrow_terminal_folds_and_loses_nothing():
    text = render(pl.DataFrame({"x": ["abcdefghij" * 5]}), "table", width=20)

    assert max(map(len, text.splitlines())) <= 20
    assert "".join(text.split()[2:]) == "abcdefghij" * 5


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(ConfigurationError) as caught:
        render(FRAME, "yaml")

    assert caught.value.hint == "choose one of table, csv, json"


def test_only_tables_import_rich():
    code = (
        "import sys, polars as pl\nfrom recon.report.console import render\n"
        "render(pl.DataFrame({'x': ['1']}), 'json'); render(pl.DataFrame({'x': ['1']}), 'csv')\n"
        "print('rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
