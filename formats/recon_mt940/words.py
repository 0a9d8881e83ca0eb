"""Dialects that speak in plain words: parts that only a look at the whole text can tell.

In: parts as they were cut. Out: the same with `NAAM: x`, `Z RACH.: x`, `/CNTP/account/bic/name/`, `999TYPE:text:name:IBAN`
and Triodos' numbered texts taken apart. Each dialect costs nothing where no text is of it.

Sources: public samples of Dutch, Polish and German banks; the code word CNTP of ING's MT940 structured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon_mt940.names import FREE, GVC, PAYER, PLAIN, PLAIN_TEXT, STRUCTURED, WORD, WORDED
from recon_mt940.narrative import Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BANK, _ACCOUNT, _TEXT = 30, 31, 0
_NAME: Final = pl.UInt8
_MARK: Final = "\x1e"
_COLON: Final = "\x1f"

# Words of Dutch plain texts and of mBank, each with its colon; `: ` ends the word, the next word ends the value.
_PLACES: Final = {
    "REK": WORD["IBAN"],
    "IBAN": WORD["IBAN"],
    "Z RACH.": WORD["IBAN"],
    "NA RACH.": WORD["IBAN"],
    "BIC": WORD["BIC"],
    "NAAM": WORD["NAME"],
    "OD": WORD["NAME"],
    "DLA": WORD["NAME"],
    "KENMERK": WORD["EREF"],
    "MACHTIGING": WORD["MARF"],
    "INCASSANT": WORD["CSID"],
    "OMSCHRIJVING": FREE,
    "TYT.": FREE,
    "TNR": WORD["TNR"],
    "ID IPH": WORD["ID IPH"],
    "DATA STEMPLA": WORD["DATA STEMPLA"],
}
_NAMED: Final = "|".join(
    word.replace(".", r"\.") for word in sorted(_PLACES, key=len, reverse=True)
)
_NAMED_START: Final = r"^(?:SEPA |REK: |NAAM: |[0-9]{3} [A-Z]|.*[ /]NAAM: )"
_BOOKING_TEXT: Final = "^(?:SEPA |[0-9]{3} )"
_TRIODOS_CODE: Final = "000"
_FINTECH: Final = r"^999(?P<kind>[^:]*):(?P<purpose>.*):(?P<payer>[^:]*):(?P<account>[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30})$"
_TRIODOS: Final = r"^(?P<bank>[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?) (?P<account>[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30})(?: (?P<purpose>.*))?$"


def read_words(parts: Parts) -> Parts:
    """Take apart what is written in words; the remittance of an entry becomes one part."""
    count = np.bincount(parts.name, minlength=256)
    if not count[_IN_WORDS].any() and not _is_triodos(parts) and not _is_doubled(parts):
        return parts
    read = pl.DataFrame({"record": parts.record, "name": parts.name, "text": parts.text})
    for name, split in _SPLITS:
        own = read.filter(pl.col("name") == name) if count[name] else read.clear()
        if own.height:
            others = read.filter(pl.col("name") != name)
            read = pl.concat([others, split(own)]).sort("record", maintain_order=True)
    read = _one_remittance(_triodos(read))
    dialect = parts.dialect
    if count[PLAIN_TEXT]:
        plain = read.filter(pl.col("name") == PLAIN_TEXT)["record"].to_numpy()
        is_worded = np.isin(np.arange(len(dialect)), read["record"].to_numpy()) & (dialect == PLAIN)
        is_worded[plain] = False
        dialect = np.where(is_worded, WORDED, dialect)
    return Parts(read["record"].to_numpy(), read["name"].to_numpy(), read["text"], dialect)


def _is_doubled(parts: Parts) -> bool:
    """Say whether an entry has several pieces of remittance."""
    free = parts.record[parts.name == FREE]
    return bool((free[1:] == free[:-1]).any())


def _is_triodos(parts: Parts) -> bool:
    return bool((parts.text.filter(pl.Series(parts.name == GVC)) == _TRIODOS_CODE).any())


def _one_remittance(parts: pl.DataFrame) -> pl.DataFrame:
    free = parts.filter(pl.col("name") == FREE)
    if not free["record"].is_duplicated().any():
        return parts
    joined = free.group_by("record", "name", maintain_order=True).agg(pl.col("text").str.join(" "))
    others = parts.filter(pl.col("name") != FREE)
    return pl.concat([others, joined]).sort("record", maintain_order=True)


def _rows(read: pl.DataFrame, names: dict[str, int]) -> pl.DataFrame:
    """Make a part of each column that holds a text."""
    pieces = [
        read.select("record", pl.lit(name, dtype=_NAME).alias("name"), pl.col(column).alias("text"))
        for column, name in names.items()
    ]
    text = pl.col("text").str.strip_chars(" ")
    return pl.concat(pieces).with_columns(text).filter(pl.col("text").fill_null("") != "")


def _counterparty(parts: pl.DataFrame) -> pl.DataFrame:
    """Split account, BIC, name and town of the other party, each ended by a slash."""
    split = parts.with_columns(
        pl.col("text").str.splitn("/", 4).struct.rename_fields(["a", "b", "n", "t"]).struct.unnest()
    ).with_columns(pl.col("t").str.replace_all("/", " ", literal=True).str.strip_chars(" "))
    names = {"a": WORD["IBAN"], "b": WORD["BIC"], "n": WORD["NAME"], "t": WORD["CNTP"]}
    return _rows(split, names)


def _structured_reference(parts: pl.DataFrame) -> pl.DataFrame:
    """Take the issuer's code (`CUR`, `ISO`) off the creditor reference; the whole stays an extra."""
    read = parts.with_columns(reference=pl.col("text").str.extract("([^/]+)$"))
    return _rows(read, {"reference": STRUCTURED, "text": WORD["REMI"]})


def _amount_and_text(parts: pl.DataFrame) -> pl.DataFrame:
    """An amount or a rate ends at its slash; what some banks write behind it is the payer's text."""
    split = pl.col("text").str.splitn("/", 2).struct.rename_fields(["amount", "rest"])
    read = parts.with_columns(split.struct.unnest())
    [name] = parts["name"].unique()
    return _rows(read, {"amount": name, "rest": FREE})


def _named_words(parts: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("text")
    is_named = text.str.contains(_NAMED_START) & text.str.contains(f"(?:^|[ ;/])(?:{_NAMED}): ")
    named = parts.filter(is_named)
    if named.is_empty():
        return parts
    # The blank behind a word is doubled, so that it can stand before the next word as well.
    marked = (
        text.str.replace_all(": ", ":  ", literal=True)
        .str.replace_all(f"(^|[ ;/])({_NAMED}): ", f"${{1}}{_MARK}${{2}}{_COLON}")
        .str.replace_all("  ", " ", literal=True)
    )
    pieces = named.select("record", text=marked.str.split(_MARK))
    return pl.concat([parts.filter(~is_named), _named_parts(pieces)])


def _named_parts(pieces: pl.DataFrame) -> pl.DataFrame:
    """Name the pieces of each text: what stands in front of the first word, then a piece a word."""
    text = pl.col("text")
    head = text.list.first().str.strip_chars("; ")
    # `SEPA OVERBOEKING`, `911 TRANSAKCJA IPH`: the booking text. Other words in front are the payer's own.
    kind = pl.when(head.str.contains(_BOOKING_TEXT)).then(pl.lit(_TEXT)).otherwise(pl.lit(FREE))
    heads = pieces.select("record", name=kind.cast(_NAME), text=head)
    split = text.str.splitn(_COLON, 2)
    value = split.struct.field("field_1").str.strip_chars_end(";/ ")
    word = split.struct.field("field_0")
    named = pieces.select("record", text=text.list.slice(1)).explode("text", empty_as_null=False)
    # An account ends at its semicolon; what stands behind it is the payer's text.
    is_account = word.str.ends_with("RACH.")
    apart = value.str.splitn(";", 2)
    named = named.select(
        "record",
        name=word.replace_strict(_PLACES, return_dtype=_NAME),
        text=pl.when(is_account).then(apart.struct.field("field_0")).otherwise(value),
        rest=pl.when(is_account).then(apart.struct.field("field_1")),
    )
    rest = named.select("record", name=pl.lit(FREE, dtype=_NAME), text="rest")
    every = pl.concat([heads, named.drop("rest"), rest])
    stripped = pl.col("text").str.strip_chars(" ")
    return every.with_columns(stripped).filter(pl.col("text").fill_null("") != "")


def _fintech(parts: pl.DataFrame) -> pl.DataFrame:
    read = parts.with_columns(pl.col("text").str.extract_groups(_FINTECH).struct.unnest())
    is_own = pl.col("kind").is_not_null()
    split = read.filter(is_own).with_columns(code=pl.lit("999"))
    names = {"code": GVC, "kind": _TEXT, "purpose": FREE, "payer": PAYER, "account": _ACCOUNT}
    return pl.concat([read.filter(~is_own).select(parts.columns), _rows(split, names)])


def _triodos(parts: pl.DataFrame) -> pl.DataFrame:
    """Take bank and account off the front of Triodos' text: `000>10...>20BIC>21IBAN>22text`."""
    coded = parts.filter((pl.col("name") == GVC) & (pl.col("text") == _TRIODOS_CODE))["record"]
    if coded.is_empty():
        return parts
    is_free = pl.col("record").is_in(coded.implode()) & (pl.col("name") == FREE)
    read = parts.filter(is_free).with_columns(
        pl.col("text").str.extract_groups(_TRIODOS).struct.unnest()
    )
    own = read.filter(pl.col("bank").is_not_null())
    if own.is_empty():
        return parts
    names = {"bank": _BANK, "account": _ACCOUNT, "purpose": FREE}
    # The national account that stands beside the IBAN becomes an extra.
    is_beside = pl.col("record").is_in(own["record"].implode()) & (pl.col("name") == _ACCOUNT)
    name = pl.when(is_beside).then(pl.lit(WORD["IBAN"], dtype=_NAME)).otherwise("name")
    pieces = [
        parts.filter(~is_free).with_columns(name=name),
        read.filter(pl.col("bank").is_null()).select(parts.columns),
    ]
    return pl.concat([*pieces, _rows(own, names)]).sort("record", maintain_order=True)


_SPLITS: Final[Sequence[tuple[int, Callable[[pl.DataFrame], pl.DataFrame]]]] = (
    (PLAIN_TEXT, _named_words),
    (PLAIN_TEXT, _fintech),
    (WORD["CNTP"], _counterparty),
    (STRUCTURED, _structured_reference),
    (WORD["OCMT"], _amount_and_text),
    (WORD["CHGS"], _amount_and_text),
    (WORD["EXCH"], _amount_and_text),
)
_IN_WORDS: Final = [name for name, _ in _SPLITS]
