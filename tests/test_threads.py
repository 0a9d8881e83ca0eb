"""Stages side by side: results in the order asked, errors not swallowed, one thread where there is one."""

from __future__ import annotations

import threading

import polars as pl
import pytest

from recon.threads import side_by_side


def with_threads(count, run):
    """Run as on a machine with so many threads; those of Polars itself stay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pl, "thread_pool_size", lambda: count)
        return run()


def test_stages_side_by_side_meet_and_their_results_come_in_the_order_asked():
    both = threading.Barrier(2, timeout=20)

    def stage(name):
        both.wait()
        return name

    made = with_threads(2, lambda: side_by_side(lambda: stage("one"), lambda: stage("other")))

    assert made == ["one", "other"]


def test_with_one_thread_stages_follow_each_other_without_another():
    caller, asked = threading.get_ident(), []

    def stage():
        asked.append(threading.get_ident())
        return len(asked)

    assert with_threads(1, lambda: side_by_side(stage, stage)) == [1, 2]
    assert asked == [caller, caller]


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_of_a_stage_is_the_first_one_asked_and_leaves_nothing_running(count):
    running = threading.active_count()

    def fail(error):
        raise error

    with pytest.raises(ZeroDivisionError):
        with_threads(
            count, lambda: side_by_side(lambda: fail(ZeroDivisionError), lambda: fail(KeyError))
        )
    assert threading.active_count() == running
