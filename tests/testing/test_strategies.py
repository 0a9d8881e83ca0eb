"""Frames made from the schemas keep them, reach their corners, and pass through the exports without losing a cent."""

from __future__ import annotations

import subprocess
import sys

import dataframely as dy
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from docs.generate import frame_schemas
from recon.frames.items import Items
from recon.frames.lines import Lines
from recon.money import AMOUNT_LIMIT, exponent, parse_minor
from recon.report.exports import read_table
from recon.testing.strategies import frames, items, lines, values


@pytest.mark.parametrize(("name", "schema"), frame_schemas())
@settings(max_examples=3)
@given(data=st.data())
def test_every_schema_has_frames_with_rows(name, schema, data):
    made = data.draw(frames(schema, max_size=4, min_size=2))

    assert 2 <= made.height <= 4
    assert made.columns == schema.column_names()
    assert schema.is_valid(made)


@given(lines())
def test_made_lines_pass_through_the_export_with_every_cent(made):
    table = read_table(made, raw=True)
    amounts = {
        (row["line_id"], parse_minor(row["amount"], exponent(row["currency"])))
        for row in table.to_dicts()
    }

    assert table.height == made.height
    assert amounts == set(made.select("line_id", "amount").iter_rows())


@given(items())
def test_made_items_have_keys_of_their_own(made):
    assert Items.is_valid(made)
    assert made["item_id"].n_unique() == made.height


def test_values_reach_the_limits_and_the_nulls():
    columns = Lines.columns()

    assert find(values(columns["amount"]), lambda made: made >= AMOUNT_LIMIT) == AMOUNT_LIMIT
    assert find(values(columns["amount"]), lambda made: made <= -AMOUNT_LIMIT) == -AMOUNT_LIMIT
    assert find(values(columns["value_date"]), lambda made: made is None) is None
    assert find(values(columns["record"]), lambda made: made is not None) == 1


def test_a_column_without_a_strategy_is_named():
    with pytest.raises(TypeError, match="Float64"):
        values(dy.Float64())


def test_without_hypothesis_the_module_says_what_it_needs():
    code = "import sys; sys.modules['hypothesis'] = None; import recon.testing.strategies"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "pip install hypothesis" in done.stderr
