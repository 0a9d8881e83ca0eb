"""A damaged export never gives another amount, nor one entry less, without a word."""

from __future__ import annotations

import pytest

from recon.api import MalformedFile
from tests.formats.csv.reading import amounts, read_account

HEADER = "Date;Description;Amount;Currency\n"
ROWS = "2026-01-13;a;-1,25;EUR\n2026-01-14;b;-2,50;EUR\n"


def test_an_open_quote_at_the_end_names_the_line_where_it_opened():
    with pytest.raises(MalformedFile, match="a quote is not closed") as caught:
        read_account(HEADER + ROWS + '2026-01-15;c;-3,75;"')

    assert caught.value.place.line == 4


def test_an_open_quote_in_a_record_over_lines_is_named_where_it_opened():
    with pytest.raises(MalformedFile, match="a quote is not closed") as caught:
        read_account(HEADER + ROWS + '2026-01-15;"c\nd";-3,75;"EU')

    assert caught.value.place.line == 5


def test_a_quote_inside_a_bare_cell_opens_nothing():
    parsed = read_account(HEADER + ROWS + '2026-01-15;5" pipe;-3,75;EUR')

    assert amounts(parsed) == [-125, -250, -375]
