"""The level of bytes: tokens become the same texts whichever way they are decoded; places are found in every block."""

from __future__ import annotations

import numpy as np
import pytest

from recon_mt940 import tokens
from recon_mt940.tokens import END, NEWLINE, Words, count_below, gather, places, texts

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


def test_ranges_are_gathered_with_padding_behind_them_wherever_the_last_one_ends():
    text = np.frombuffer(b"one;two;" + b"x" * tokens.PADDING, dtype=np.uint8)
    starts, ends = np.array([0, 4]), np.array([3, 7])

    for behind in (0, 1, tokens.PADDING):
        piece = text[: 8 + behind]
        assert gather(piece, starts, ends).tobytes() == b"onetwo" + bytes(tokens.PADDING)


def test_words_are_found_beyond_the_first_block():
    words = Words({"ab": 1, "d": 3})
    text = np.frombuffer(b"abcd" * tokens._MATCHED + bytes(tokens.PADDING), dtype=np.uint8)
    at = np.arange(4 * tokens._MATCHED)

    number, size = words.match(text, at)
    assert number.reshape(-1, 4).tolist() == [[1, -1, -1, 3]] * tokens._MATCHED
    assert size.reshape(-1, 4).tolist() == [[2, 0, 0, 1]] * tokens._MATCHED
