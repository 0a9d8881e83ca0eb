"""Say how what was made again differs from what was recorded. In: facts and rows of both. Out: words; none: they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from recon.errors import clip
from recon.store.chain import brought_by
from recon.store.tables import FACT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from recon.run.audit.facts import Told
    from recon.run.audit.opening import Pack

    Rows = Mapping[str, pl.DataFrame]


def differences(told: Told, facts: Mapping[str, Any], rows: Rows) -> Iterator[str]:
    """Compare an event with what would be recorded now.

    Args:
        told: the event as it was recorded.
        facts: its facts made again, as JSON values.
        rows: its rows made again, without `seq`.
    """
    place = f"event {told.event.seq}"
    for name in sorted({*facts, *told.facts}):
        was, now = told.facts.get(name), facts.get(name)
        if was != now:
            yield f"{place}: {name} was {clip(str(was))} and is now {clip(str(now))}"
    made = brought_by(rows, told.event.seq)
    for name in sorted({*made, *told.rows}):
        empty = pl.DataFrame(schema=dict.fromkeys(FACT[name].columns, pl.String))
        found = _first(name, told.rows.get(name, empty), made.get(name, empty))
        if found:
            yield f"{place}: {found}"


def _first(table: str, was: pl.DataFrame, now: pl.DataFrame) -> str | None:
    """Name the first row, and in it the first column, that is not the same."""
    if was.equals(now):
        return None
    key = [name for name in FACT[table].order if name != "seq"] or ["seq"]
    was, now = (frame.cast(pl.String) for frame in (was, now))
    gone = was.join(now, on=key, how="anti", nulls_equal=True)
    new = now.join(was, on=key, how="anti", nulls_equal=True)
    if gone.height or new.height:
        some, word = (gone, "is not made again") if gone.height else (new, "was never recorded")
        more = f" ({was.height} rows were recorded, {now.height} are made again)"
        return f"{table} {_key(some, key)} {word}{more}"
    both = was.join(now, on=key, suffix=" now", nulls_equal=True).sort(key)
    for column in (name for name in was.columns if name not in key):
        changed = both.filter(~pl.col(column).eq_missing(pl.col(f"{column} now")))
        if changed.height:
            then, today = changed.select(column, f"{column} now").row(0)
            row = _key(changed, key)
            return f"{table} {row}: {column} was {clip(str(then))} and is now {clip(str(today))}"
    return f"{table}: its rows stand in another order"


def _key(rows: pl.DataFrame, key: list[str]) -> str:
    return ", ".join(str(value) for value in rows.select(key).row(0))


def output_differences(folder: str, made: Mapping[str, bytes], pack: Pack) -> Iterator[str]:
    """Compare files of a folder of the pack with those made again, byte for byte."""
    there = {
        name.removeprefix(f"{folder}/") for name in pack.sizes if name.startswith(f"{folder}/")
    }
    yield from (f"{folder}/{name} is not made again" for name in sorted(there - made.keys()))
    yield from (f"{folder}/{name} is not in the pack" for name in sorted(made.keys() - there))
    for name in sorted(there & made.keys()):
        was, now = pack.read(f"{folder}/{name}"), made[name]
        if was != now:
            yield f"{folder}/{name} differs{_where(name, was, now)}"


def _where(name: str, was: bytes, now: bytes) -> str:
    """Say where a text differs first; of other files there is nothing to say."""
    if not name.endswith((".csv", ".json", ".html")):
        return ""
    rows = zip(was.split(b"\n"), now.split(b"\n"), strict=False)
    for number, (then, today) in enumerate(rows, 1):
        if then != today:
            told = (clip(row.decode(errors="replace")) for row in (then, today))
            return " in row {}: it was {!r} and is now {!r}".format(number, *told)
    return ": one of them is longer"
