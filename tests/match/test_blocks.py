"""Rules of blocks: they cover every line once, in order, and no result depends on where one ends."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from benchmarks.frames import match_inputs
from benchmarks.generate import build_world
from recon.config import Policy
from recon.match import blocks as rooms
from recon.match.blocks import Blocks
from recon.match.ledger import weighed_frame
from recon.run.matching import match_lines
from tests.examples import examples
from tests.match.worlds import worlds
from tests.test_threads import with_threads


def frames_of(matched):
    return (
        matched.decisions,
        matched.proposals,
        matched.members,
        matched.evidence,
        matched.batches,
        weighed_frame(matched.workings, Policy()),
    )


def in_blocks_of(size, run):
    """Run with blocks of so many lines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rooms, "LINES", size)
        return run()


@pytest.mark.parametrize(("noise", "size"), [("medium", 1), ("high", 7)])
def test_a_month_gives_the_same_frames_whatever_the_blocks(noise, size):
    inputs = match_inputs(build_world(200, 200, noise, 11, has_reports=True))
    whole, blocked = (
        frames_of(in_blocks_of(lines, lambda: match_lines(inputs, Policy())))
        for lines in (100_000, size)
    )

    assert whole[0].height == 200
    assert whole[3].height > 50
    for one, same in zip(whole, blocked, strict=True):
        assert_frame_equal(one, same)


@given(worlds())
@settings(max_examples=examples(6))
def test_small_worlds_give_the_same_frames_line_by_line(world):
    whole, each = (
        frames_of(in_blocks_of(size, lambda: world.run().matched)) for size in (100_000, 1)
    )

    for one, same in zip(whole, each, strict=True):
        assert_frame_equal(one, same)


@given(st.lists(st.integers(0, 30)), st.sets(st.integers(0, 30), min_size=1), st.integers(1, 9))
@settings(max_examples=examples(60))
def test_every_row_is_in_the_block_of_its_line(rows, lines, size):
    receipts = pl.DataFrame({"line": sorted(lines)}, schema={"line": pl.Int64})
    frame = pl.DataFrame({"line": rows}, schema={"line": pl.Int64}).with_row_index("row")
    blocks = in_blocks_of(size, lambda: Blocks.of_receipts(receipts))
    limits = zip((-1, *blocks.starts), (*blocks.starts, 99), strict=True)
    unsorted, ordered = blocks.cut(frame), blocks.cut(frame.sort("line"))

    assert len(blocks.starts) + 1 == -(-len(lines) // size)
    for (start, end), part, same in zip(limits, unsorted, ordered, strict=True):
        assert part["row"].to_list() == [at for at, line in enumerate(rows) if start <= line < end]
        assert sorted(part["row"]) == sorted(same["row"])


def test_blocks_come_back_in_the_order_of_lines():
    blocks = Blocks(tuple(range(10, 100, 10)))
    lines = pl.DataFrame({"line": range(100)}, schema={"line": pl.Int64})

    made = blocks.work(lambda part: part["line"][0], blocks.cut(lines))

    assert made == list(range(0, 100, 10))


def test_an_error_in_a_block_is_not_swallowed():
    blocks = Blocks((1,))

    def fail(part):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        blocks.work(fail, [1, 2])


@pytest.mark.parametrize("noise", ["medium", "high"])
def test_a_month_gives_the_same_frames_whatever_runs_beside_it(noise):
    inputs = match_inputs(build_world(200, 200, noise, 12, has_reports=True))

    def run():
        return frames_of(in_blocks_of(20, lambda: match_lines(inputs, Policy())))

    alone, beside = (with_threads(count, run) for count in (1, 3))

    assert alone[3].height > 50
    for one, same in zip(alone, beside, strict=True):
        assert_frame_equal(one, same)
