"""Hold what was read to the bank's own counts: `:90C:`, `:90D:` and ING's `/SUM/`. Out: findings where they disagree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from recon.api import AmountError, exponents, parse_minor
from recon_mt940.scan import TAG, TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon_mt940.heading import Where

_TOTAL: Final = re.compile(
    r"(?P<count>[0-9]{1,5})[A-Z]{3}(?P<size>[0-9]+(?:,[0-9]*)?)\s*", re.ASCII
)
# ING's note behind the balances: entries out, entries in, their sums.
SUM_NOTE: Final = re.compile(r"/SUM/([0-9]+)/([0-9]+)/([0-9,]+)/([0-9,]+)/", re.ASCII)
_SIDES: Final = {TAG["90C"]: ("credits", "credit"), TAG["90D"]: ("debits", "debit")}


class MessageFinding(NamedTuple):
    """What is to be said of a message; what is said of several names the first."""

    message: int
    text: str


def check_totals(
    fields: pl.DataFrame, lines: pl.DataFrame, headings: pl.DataFrame, where: Where
) -> list[MessageFinding]:
    """Compare the bank's counts and sums with the lines read.

    Args:
        fields: message, tag, text, line (from 0 in the chunk) of the totals and notes.
        lines: message and amount of what was read.
        headings: currency and is_interim of each message.
        where: place of the chunk.

    Returns:
        one finding a total that does not agree, or that stands there unreadable.
    """
    stated = fields.filter(
        pl.col("tag").is_in(list(_SIDES)) | pl.col("text").str.contains("/SUM/", literal=True)
    )
    findings = list(_unproven(fields, headings, where))
    if stated.is_empty():
        return findings
    read = _sums(lines)
    for row in stated.iter_rows(named=True):
        place = f"{where.name}:{where.first_line + row['line'] + 1}"
        found = read.get(row["message"], _NOTHING)
        currency = headings["currency"][row["message"]]
        if row["tag"] in _SIDES:
            said = _check_total(place, row, currency, found)
        elif note := SUM_NOTE.search(row["text"]):
            said = _check_sum_note(place, note, currency, found)
        else:
            continue
        findings += [MessageFinding(row["message"], text) for text in said]
    return findings


_NOTHING: Final = {"credits": 0, "debits": 0, "credit": 0, "debit": 0}


def _sums(lines: pl.DataFrame) -> dict[int, dict[str, int]]:
    amount = pl.col("amount")
    wide = amount.cast(pl.Int128)  # Int64 sums wrap in silence
    sums = lines.group_by("message").agg(
        credits=(amount >= 0).sum(),
        debits=(amount < 0).sum(),
        credit=wide.filter(amount >= 0).sum(),
        debit=wide.filter(amount < 0).sum(),
    )
    return {row["message"]: {**row, "debit": -row["debit"]} for row in sums.iter_rows(named=True)}


def _check_total(
    place: str, row: dict[str, Any], currency: str, found: dict[str, int]
) -> Iterator[str]:
    first = row["text"].split("\n")[0]
    total = _TOTAL.fullmatch(first)
    size = _minor(total["size"], currency) if total else None
    count_name, size_name = _SIDES[row["tag"]]
    read = (found[count_name], found[size_name])
    if total is None or size is None:
        yield f"{place}: the field does not follow `count, currency, amount`: {first[:60]!r}"
    elif (int(total["count"]), size) != read:
        yield f"{place}: {TAGS[row['tag']]} says {(int(total['count']), size)}, read {read}"


def _check_sum_note(
    place: str, note: re.Match[str], currency: str, found: dict[str, int]
) -> Iterator[str]:
    stated = (int(note[1]), int(note[2]), _minor(note[3], currency), _minor(note[4], currency))
    read = (found["debits"], found["credits"], found["debit"], found["credit"])
    if stated != read:
        yield f"{place}: {note[0]} does not agree with {read[:2]} entries read, of {read[2:]}"


def _minor(text: str, currency: str) -> int | None:
    try:
        return parse_minor(text.replace(",", "."), exponents()[currency])
    except (AmountError, KeyError):
        return None


def _unproven(
    fields: pl.DataFrame, headings: pl.DataFrame, where: Where
) -> Iterator[MessageFinding]:
    if not headings["is_interim"].any():
        return
    proven = fields.filter(pl.col("tag").is_in(list(_SIDES)))["message"].unique()
    interim = headings.with_row_index("message").filter("is_interim")["message"]
    bare = interim.filter(~interim.is_in(proven.cast(interim.dtype).implode()))
    if len(bare):
        yield MessageFinding(
            int(bare[0]),
            f"{where.name}: {len(bare)} interim reports have no control totals: nothing proves them whole",
        )
