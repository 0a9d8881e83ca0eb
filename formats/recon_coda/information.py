"""Information on a movement: records 31 to 33. In: records with their structure. Out: a row a movement that has any.

Source: Febelfin CODA 2.6, records 3.1 to 3.3 and annex III, types 001 to 011.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.api import cut, json_text, plain
from recon_coda.structure import PARTS

_KINDS: Final = PARTS[2:]
_COUNTERPARTY: Final = "001"
_ULTIMATE_CREDITOR: Final = "008"
_ULTIMATE_DEBTOR: Final = "009"
_READ: Final = (_COUNTERPARTY, _ULTIMATE_CREDITOR, _ULTIMATE_DEBTOR)
_NAME_WIDTH: Final = 70
_NONE: Final = pl.DataFrame(
    schema={
        "movement": pl.Int64,
        **dict.fromkeys(
            (
                "informed_name",
                "ultimate_creditor",
                "ultimate_debtor",
                "address",
                "information",
                "extras_information",
            ),
            pl.String,
        ),
    }
)


def read_information(own: pl.DataFrame) -> pl.DataFrame:
    """Gather names, addresses and free text.

    Args:
        own: the records of movements.

    Returns:
        movement, informed_name, address, ultimate_creditor, ultimate_debtor, information (free text) and
        extras_information (the other types, by their digits).
    """
    informing = own.filter(pl.col("kind").is_in(_KINDS) & ~pl.col("is_foreign"))
    if informing.is_empty():
        return _NONE
    pieces = _pieces(informing)
    text = pl.col("text")
    form = pl.col("form")
    named = {
        name: plain(text.filter(form == code).first().str.head(_NAME_WIDTH))
        for name, code in (
            ("informed_name", _COUNTERPARTY),
            ("ultimate_creditor", _ULTIMATE_CREDITOR),
            ("ultimate_debtor", _ULTIMATE_DEBTOR),
        )
    }
    gathered = pieces.group_by("movement", maintain_order=True).agg(
        **named,
        address=plain(text.filter(form == _COUNTERPARTY).first().str.slice(_NAME_WIDTH)),
        information=plain(text.filter(form.is_null()).str.join(" ")),
    )
    others = (
        pieces.filter(form.is_not_null() & ~form.is_in(_READ))
        .group_by("movement", "form", maintain_order=True)
        .agg(text=plain(text.str.join(" ")).fill_null(""))
        .with_columns(
            member=pl.concat_str(
                pl.lit('"information_'), form, pl.lit('":'), json_text(pl.col("text"))
            )
        )
        .group_by("movement", maintain_order=True)
        .agg(extras_information=pl.col("member").str.join(","))
    )
    return gathered.join(others, on="movement", how="left", maintain_order="left")


def _pieces(informing: pl.DataFrame) -> pl.DataFrame:
    """Give each piece of information as one text: record 31 with the records 32 and 33 behind it."""
    is_first = pl.col("kind") == _KINDS[0]
    text = (
        pl.when(is_first)
        .then(cut(41, 113))
        .when(pl.col("kind") == _KINDS[1])
        .then(cut(11, 115))
        .otherwise(cut(11, 100))
    )
    digits = cut(41, 43)
    is_structured = is_first & (cut(40, 40) == "1") & digits.str.contains("^[0-9]{3}$")
    return (
        informing.with_columns(
            piece=is_first.cast(pl.Int64).cum_sum(), form=pl.when(is_structured).then(digits)
        )
        .group_by("movement", "piece", maintain_order=True)
        .agg(form=pl.col("form").first(), text=text.str.join(""))
        .with_columns(
            text=pl.when(pl.col("form").is_not_null())
            .then(pl.col("text").str.slice(3))
            .otherwise("text")
        )
    )
