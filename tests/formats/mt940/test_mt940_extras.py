"""Extras are JSON objects of what is given, whether a column is given on all rows, on some, or on none before it."""

from __future__ import annotations

import json
from itertools import product

import polars as pl
import pytest

from recon_mt940.extras import json_objects

COLUMNS = {"all": ["1", "2", "3"], "some": ["1", None, None], "others": [None, "2", None]}


@pytest.mark.parametrize("kinds", list(product(COLUMNS, repeat=3)))
def test_each_row_names_what_it_has(kinds: tuple[str, ...]):
    texts = [pl.Series(COLUMNS[kind], dtype=pl.String) for kind in kinds]
    named = dict(zip("abc", texts, strict=True))
    written = pl.DataFrame({"row": range(3)}).select(said=json_objects(named, ())).to_series()

    for row, said in enumerate(written):
        expected = {name: values[row] for name, values in named.items() if values[row]}
        assert (json.loads(said) if said else {}) == expected


def test_nothing_is_written_of_no_columns():
    assert pl.select(json_objects({}, ())).to_series().to_list() == [None]
