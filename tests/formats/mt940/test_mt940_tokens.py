"""The level of bytes: tokens become the same texts whichever way they are decoded; places are found in every block."""

from __future__ import annotations

import numpy as np
import pytest

from recon_mt940 import tokens
from recon_mt940.tokens import END, NEWLINE, count_below, places, texts

WORDS = ["Rechnung 1", "", "Müller", "x" * 70, ""] * 2_000


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("end", [END, NEWLINE])
@pytest.mark.parametrize("last", ["", "a\rb", "b\r"])
def test_many_tokens_are_decoded_as_few_are(encoding: str, end: int, last: str):
    words = [*WORDS, last]
    whole = "".join(f"{word}{chr(end)}" for word in words).encode(encoding)
    assert len(whole) > tokens._MANY_BYTES

    assert texts([np.frombuffer(whole, dtype=np.uint8)], encoding, end).to_list() == words


def test_a_line_feed_inside_a_token_stays_in_it():
    words = [*WORDS, "two\nlines"]
    whole = "".join(f"{word}\x1e" for word in words).encode()

    assert texts([np.frombuffer(whole, dtype=np.uint8)], "utf-8").to_list() == words


@pytest.mark.parametrize("size", [0, 1, tokens._CACHED_BYTES, 2 * tokens._CACHED_BYTES + 1])
def test_every_block_is_looked_at(size: int):
    text = np.full(size, ord("a"), dtype=np.uint8)
    text[:: tokens._CACHED_BYTES] = NEWLINE
    text[-1:] = NEWLINE
    expected = [at for at in range(size) if text[at] == NEWLINE]

    assert places(text, NEWLINE).tolist() == expected
    assert count_below(text, ord(" ")) == len(expected)
