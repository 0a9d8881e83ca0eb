"""Put the parts of narratives into the columns of lines; what has no column becomes an extra under the bank's own name.

In: parts, in the order of their entries. Out: one column of text a canonical name, a row an entry, and the extras.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon_mt940.names import FREE, GVC, NAMES, PAYER, PLAIN_TEXT, STRUCTURED, WORD
from recon_mt940.tokens import positions, scattered, with_null

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon_mt940.tokens import Bytes, Flags, Numbers

# Columns and the parts that fill them. What the bank says in its own sub-fields comes first; keywords only fill what is
# missing. Two different values never replace each other: the second is an extra.
COLUMNS: Final[Mapping[str, tuple[int, ...]]] = {
    "transaction_code": (GVC,),
    "transaction_text": (0,),
    "payer_name": (PAYER, WORD["NAME"]),
    "payer_account": (31, 38, WORD["IBAN"]),
    "payer_bank": (30, WORD["BIC"]),
    "end_to_end_id": (WORD["EREF"],),
    "mandate_id": (WORD["MREF"], WORD["MARF"]),
    "creditor_id": (WORD["CRED"], WORD["CSID"]),
    "customer_reference": (WORD["KREF"],),
    "structured_reference": (STRUCTURED,),
    "ultimate_debtor": (WORD["ULTD"],),
    "ultimate_creditor": (WORD["ULTC"], WORD["ULTB"]),
    "initiator": (WORD["ABWA"],),
    "receiver": (WORD["ABWE"],),
    "purpose_code": (WORD["PURP"],),
    "return_reason": (WORD["RTRN"],),
    "original": (WORD["OCMT"], WORD["OAMT"]),
    "charged": (WORD["CHGS"],),
    "exchange_rate": (WORD["EXCH"],),
    "remittance": (FREE, PLAIN_TEXT),
}
NOT_PROVIDED: Final = ("NOTPROVIDED", "NOT PROVIDED", "NONREF")
_NOT_PROVIDED: Final = f"(?i)^(?:{'|'.join(NOT_PROVIDED)})$"
_COMPACT: Final = ("payer_account", "payer_bank", "structured_reference")
_IDENTIFIERS: Final = frozenset(
    number
    for column in ("end_to_end_id", "mandate_id", "creditor_id", "customer_reference")
    for number in COLUMNS[column]
)
# A column of a closed list holds nothing else.
_MONEY: Final = r"^[A-Z]{3} ?[0-9]+(,[0-9]*)?$"
_SHAPES: Final = {
    number: shape
    for column, shape in {
        "purpose_code": "^[A-Z]{4}$",
        "return_reason": "^[A-Z]{2}[0-9]{2}$",
        "original": _MONEY,
        "charged": _MONEY,
    }.items()
    for number in COLUMNS[column]
}


@dataclass(frozen=True, slots=True)
class Placed:
    """Parts in their places: a column each of COLUMNS, and the others by the bank's names."""

    columns: pl.DataFrame
    extras: dict[str, pl.Series]


def place(record: Numbers, name: Bytes, text: pl.Series, count: int) -> Placed:
    """Give each column its part of each entry.

    Args:
        record: entry of each part, ascending.
        name: name of each part, as names.py numbers them.
        text: the parts, none empty.
        count: number of entries.
    """
    text = with_null(text)
    fit, spare = {}, {}
    for number in positions(np.bincount(name) > 0).tolist():
        rows = positions(name == number)
        unfit = _unfit(number, rows, record, text)
        fit[number], spare[number] = rows[~unfit], [rows[unfit]]
    columns = {}
    nothing = pl.repeat(None, count, dtype=pl.String, eager=True)
    for column, sources in COLUMNS.items():
        present = [source for source in sources if source in fit]
        if not present:
            columns[column] = nothing
            continue
        held = _held([fit[source] for source in present], record, count)
        columns[column] = text[held]
        for source in present:
            rows = fit.pop(source)
            if rows is not held:
                spare[source].append(_not_held(rows, held[record[rows]], text))
    extras = {
        NAMES.get(number, "text"): _spare_texts(
            number, _merged([*rows, fit.get(number, _NONE)]), record, text, count
        )
        for number, rows in spare.items()
    }
    given = {label: values for label, values in extras.items() if values is not None}
    for column in _COMPACT:
        values = columns[column]
        if values.null_count() < count and values.str.contains(" ", literal=True).any():
            columns[column] = values.str.replace_all(" ", "", literal=True)
    return Placed(pl.DataFrame(columns), given)


_NONE: Final = np.zeros(0, dtype=np.int64)


def _merged(pieces: list[Numbers]) -> Numbers:
    """Put ascending rows together in order."""
    said = [piece for piece in pieces if len(piece)]
    return np.sort(np.concatenate(said)) if len(said) > 1 else said[0] if said else _NONE


def _unfit(number: int, rows: Numbers, record: Numbers, text: pl.Series) -> Flags:
    """Mark parts that are no value of their column: a reference not provided, a purpose that is no code."""
    if number in _IDENTIFIERS:
        return _not_provided(text[rows])
    if number in _SHAPES:
        return ~text[rows].str.contains(_SHAPES[number]).to_numpy()
    if number < GVC:
        return _repeated(rows, record, text)
    return np.zeros(len(rows), dtype=np.bool_)


def _not_provided(values: pl.Series) -> Flags:
    """Mark what says that there is no reference; the odd spellings are sought in texts of the length of such a word."""
    unfit: Flags = np.any([(values == each).to_numpy() for each in NOT_PROVIDED], axis=0)
    is_near = np.isin(values.str.len_bytes().to_numpy(), [len(each) for each in NOT_PROVIDED])
    near = positions(is_near & ~unfit)
    if len(near):
        unfit[near] = values[near].str.contains(_NOT_PROVIDED).to_numpy()
    return unfit


def _repeated(rows: Numbers, record: Numbers, text: pl.Series) -> Flags:
    """Mark sub-fields that an entry has twice with different texts.

    A payer can write `?31` into the text: two accounts are no account, and both are shown.
    """
    repeated = np.zeros(len(rows), dtype=np.bool_)
    owner = record[rows]
    again = positions(owner[1:] == owner[:-1]) + 1
    if len(again):
        differ = (text[rows[again]] != text[rows[again - 1]]).to_numpy()
        repeated = np.isin(owner, owner[again[differ]])
    return repeated


def _held(sources: list[Numbers], record: Numbers, count: int) -> Numbers:
    """Give the part that the column holds of each entry, -1 for none: the first one of the first source that has any."""
    # Mostly each entry has one part, and there is one source.
    if len(sources) == 1 and np.array_equal(record[sources[0]], np.arange(count)):
        return sources[0]
    held = np.full(count, -1, dtype=np.int64)
    for rows in reversed(sources):
        held[record[rows[::-1]]] = rows[::-1]
    return held


def _not_held(rows: Numbers, held: Numbers, text: pl.Series) -> Numbers:
    """Give the parts that the column does not hold, nor an equal of them."""
    others = held != rows
    rows, held = rows[others], held[others]
    return rows[(text[rows] != text[held]).to_numpy()] if len(rows) else rows


def _spare_texts(
    number: int, rows: Numbers, record: Numbers, text: pl.Series, count: int
) -> pl.Series | None:
    """Give what is left of one name, a row an entry; several texts are one, joined. None if nothing is left."""
    if len(rows) == 0:
        return None
    values, owner = text[rows], record[rows]
    if bool((owner[1:] == owner[:-1]).any()):
        joined = (
            pl.DataFrame({"owner": owner, "value": values})
            .group_by("owner", maintain_order=True)
            .agg(pl.col("value").str.join(" | " if number < GVC else " "))
        )
        values, owner = joined["value"], joined["owner"].to_numpy()
    return scattered(values, owner, count)
