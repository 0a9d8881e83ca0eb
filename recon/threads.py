"""Run what does not ask for each other's results side by side. In: functions. Out: what each made, in the order asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable


def side_by_side(*stages: Callable[[], Any]) -> list[Any]:
    """Run stages that do not ask for each other's results, as many at a time as there are threads, and give what each made.

    Most of a stage keeps all threads busy; what does not (text of words, searches, small tables) leaves room for another's.
    """
    if pl.thread_pool_size() == 1:
        return [stage() for stage in stages]
    with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
        waiting = [threads.submit(stage) for stage in stages]
        return [each.result() for each in waiting]
