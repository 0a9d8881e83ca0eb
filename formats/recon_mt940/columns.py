"""Put the parts of narratives into the columns of lines; what has no column becomes an extra under the bank's own name.

In: parts, in the order of their entries. Out: one column of text a canonical name, a row an entry, and the extras.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon_mt940.narrative import FREE, GVC, NAMES, PAYER, PLAIN_TEXT, STRUCTURED, WORD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon_mt940.tokens import Flags, Numbers

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
_COMPACT: Final = ("payer_account", "payer_bank", "structured_reference")
_IDENTIFIERS: Final = ("end_to_end_id", "mandate_id", "creditor_id", "customer_reference")
# A column of a closed list holds nothing else.
_SHAPES: Final = {
    "purpose_code": "^[A-Z]{4}$",
    "return_reason": "^[A-Z]{2}[0-9]{2}$",
    "original": r"^[A-Z]{3} ?[0-9]+(,[0-9]*)?$",
    "charged": r"^[A-Z]{3} ?[0-9]+(,[0-9]*)?$",
}
# What JSON wants escaped; the gate lets no other control character through.
_ESCAPES: Final = (("\\", "\\\\"), ('"', '\\"'), ("\t", "\\t"), ("\n", "\\n"))


@dataclass(frozen=True, slots=True)
class Placed:
    """Parts in their places: a column each of COLUMNS, and the others by the bank's names."""

    columns: pl.DataFrame
    extras: dict[str, pl.Series]


def place(record: Numbers, name: Numbers, text: pl.Series, count: int) -> Placed:
    """Give each column its part of each entry.

    Args:
        record: entry of each part, ascending.
        name: name of each part, as narrative.py numbers them.
        text: the parts, none empty.
        count: number of entries.
    """
    left = np.ones(len(name), dtype=np.bool_)
    columns = {}
    text = _with_null(text)
    repeated = _repeated_subfields(record, name, text)
    unfit = _unfit(name, text) | repeated
    for column, sources in COLUMNS.items():
        where = np.full(count, -1, dtype=np.int64)
        for source in reversed(sources):
            own = np.flatnonzero((name == source) & ~unfit)[::-1]
            where[record[own]] = own
        columns[column] = text[where].alias(column)
        _settle(left, record, name, text, (sources, where), ~unfit)
    compact = pl.col(_COMPACT).str.replace_all(" ", "", literal=True)
    frame = pl.DataFrame(columns).with_columns(compact)
    return Placed(frame, _extras(record, name, text, left, count))


def _settle(
    left: Flags,
    record: Numbers,
    name: Numbers,
    text: pl.Series,
    column: tuple[tuple[int, ...], Numbers],
    fits: Flags,
) -> None:
    """Take off what the column holds, its equals included; `left` is written to."""
    sources, where = column
    own = np.flatnonzero(np.isin(name, sources) & fits)
    held = where[record[own]]
    same = held == own
    others = own[~same]
    if len(others):
        equal = text[others] == text[held[~same]]
        left[others[equal.to_numpy()]] = False
    left[own[same]] = False


def _with_null(text: pl.Series) -> pl.Series:
    """Add a null at the end, which is what the index -1 then gives: "no such part"."""
    return pl.concat([text, pl.Series([None], dtype=pl.String)])


def _unfit(name: Numbers, text: pl.Series) -> Flags:
    """Mark parts that are no value of their column: a reference not provided, a purpose that is no code."""
    unfit = np.zeros(len(name), dtype=np.bool_)
    for column in _IDENTIFIERS:
        own = np.flatnonzero(np.isin(name, COLUMNS[column]))
        if len(own):
            unfit[own] = text[own].str.to_uppercase().is_in(NOT_PROVIDED).to_numpy()
    for column, shape in _SHAPES.items():
        own = np.flatnonzero(np.isin(name, COLUMNS[column]))
        if len(own):
            unfit[own] = ~text[own].str.contains(shape).to_numpy()
    return unfit


def _repeated_subfields(record: Numbers, name: Numbers, text: pl.Series) -> Flags:
    """Mark sub-fields that an entry has twice with different texts.

    A payer can write `?31` into the text: two accounts are no account, and both are shown.
    """
    repeated = np.zeros(len(name), dtype=np.bool_)
    own = np.flatnonzero(name < GVC)
    key = record[own] * GVC + name[own]
    order = np.argsort(key, kind="stable")
    key, own = key[order], own[order]
    again = np.flatnonzero(key[1:] == key[:-1]) + 1
    if len(again):
        differ = (text[own[again]] != text[own[again - 1]]).to_numpy()
        repeated[own[np.isin(key, key[again[differ]])]] = True
    return repeated


def _extras(
    record: Numbers, name: Numbers, text: pl.Series, left: Flags, count: int
) -> dict[str, pl.Series]:
    """Give what is left, a column a name; several texts of one name are one, joined."""
    extras = {}
    for each in np.unique(name[left]).tolist():
        own = np.flatnonzero(left & (name == each))
        values, owner = text[own], record[own]
        if len(np.unique(owner)) < len(owner):
            glue = " | " if each < GVC else " "
            joined = (
                pl.DataFrame({"owner": owner, "value": values})
                .group_by("owner", maintain_order=True)
                .agg(pl.col("value").str.join(glue))
            )
            values, owner = joined["value"], joined["owner"].to_numpy()
        where = np.full(count, -1, dtype=np.int64)
        where[owner] = np.arange(len(owner))
        extras[NAMES.get(each, "text")] = _with_null(values)[where]
    return extras


def json_objects(named: Mapping[str, pl.Series]) -> pl.Expr:
    """Write columns of text as one JSON object a row, sorted by name; null where all are null."""
    members = []
    for name in sorted(named):
        value = pl.lit(named[name])
        for plain, escaped in _ESCAPES:
            value = value.str.replace_all(plain, escaped, literal=True)
        members.append(pl.concat_str(pl.lit(f'"{name}": "'), value, pl.lit('"')))
    if not members:
        return pl.lit(None, dtype=pl.String)
    joined = pl.concat_str(members, separator=", ", ignore_nulls=True)
    body = pl.when(joined != "").then(joined)
    return pl.concat_str(pl.lit("{"), body, pl.lit("}"))
