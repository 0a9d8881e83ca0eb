"""Slovenian and Croatian payment references: a model of two digits says which of up to three parts are checked.

In: references with their parts kept apart (`SI02-123-4567-895`). Out: a Boolean Series, whether every check digit
that the model asks for holds.

Source: Slovenia, rules for forming and using standardised references in payments (Uradni list RS 34/2019, annex 1),
table of models; Croatia, FINA, unique overview of basic reference number models. The models 00 to 11 and 55 are the
same in both, for they are older than the two states.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.normalise.structured.check_digits import iso_11649, modulo_11, modulo_11_10

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Country, model, and up to three parts; separators between them may be lost only where the model checks all as one.
_WRITTEN: Final = r"^(SI|HR)([0-9]{2})-?([0-9]{1,20}(?:-[0-9]{1,20}){0,2})$"
_LONGEST_BODY: Final = 22

# The groups of parts that share one check digit: `(P1-P2) K - (P3) K` is ((1, 2), (3,)).
_Groups = tuple[tuple[int, ...], ...]
_BOTH: Final[Mapping[str, _Groups]] = {
    "01": ((1, 2, 3),),
    "02": ((2,), (3,)),
    "03": ((1,), (2,), (3,)),
    "04": ((1,), (3,)),
    "05": ((1,),),
    "06": ((2, 3),),
    "07": ((2,),),
    "08": ((1, 2), (3,)),
    "09": ((1, 2),),
    "10": ((1,), (2, 3)),
    "11": ((1,), (2,)),
    "55": ((1,),),
}
_SLOVENIAN: Final[Mapping[str, _Groups]] = {
    "12": ((1, 2, 3),),
    **dict.fromkeys(("18", "19", "28", "38", "40", "41", "48", "49", "51", "58"), ((1,), (2,))),
}
MODELS: Final[Mapping[str, _Groups]] = {
    **{f"{country}{model}": groups for country in ("SI", "HR") for model, groups in _BOTH.items()},
    **{f"SI{model}": groups for model, groups in _SLOVENIAN.items()},
}
# What else begins with SI or HR in one piece, and its check: tax numbers of both states, and the Croatian IBAN. All
# Slovenian ones begin with SI56, which is no model.
_OTHERWISE: Final[tuple[tuple[str, Callable[[pl.Series], pl.Series]], ...]] = (
    (r"^SI([1-9][0-9]{7})$", modulo_11),
    (r"^HR([0-9]{11})$", modulo_11_10),
    (r"^(HR[0-9]{19})$", iso_11649),
)
# Models that ask for no check digit, so that only their mark tells them.
UNCHECKED: Final = ("SI00", "HR00", "HR99")


def model_holds(written: pl.Series) -> pl.Series:
    """Say whether a reference of a model with check digits holds.

    Parts that are not given are not checked; a reference of which nothing could be checked does not hold. Nor does what
    is a tax number or an IBAN by its own check digits.

    Args:
        written: upper-case references in which only dashes separate the parts.
    """
    found = written.to_frame("written").select(
        pl.col("written")
        .str.extract_groups(_WRITTEN)
        .struct.rename_fields(["country", "model", "body"])
    )
    parts = (
        found.unnest("written")
        .with_columns(
            pl.col("body")
            .str.split_exact("-", 2)
            .struct.rename_fields(["1", "2", "3"])
            .alias("parts")
        )
        .unnest("parts")
    )
    is_long = parts["body"].str.len_bytes() > _LONGEST_BODY
    models = (
        parts.select(pl.concat_str("country", "model"))
        .to_series()
        .set(_is_known_otherwise(written), None)
    )
    held = pl.Series(written.name, [False], dtype=pl.Boolean).new_from_index(0, len(written))
    for groups in dict.fromkeys(MODELS.values()):
        names = [model for model, checked in MODELS.items() if checked == groups]
        chosen = models.is_in(names).fill_null(value=False) & ~is_long.fill_null(value=True)
        if chosen.any():
            held = held.scatter(chosen.arg_true(), _groups_hold(parts.filter(chosen), groups))
    return held


def _is_known_otherwise(written: pl.Series) -> pl.Series:
    known = pl.Series(written.name, [False], dtype=pl.Boolean).new_from_index(0, len(written))
    for form, rule in _OTHERWISE:
        number = written.str.extract(form)
        likely = number.is_not_null()
        if likely.any():
            known = known.scatter(likely.arg_true(), rule(number.filter(likely)))
    return known


def _groups_hold(parts: pl.DataFrame, groups: _Groups) -> pl.Series:
    checked = pl.Series("held", [False], dtype=pl.Boolean).new_from_index(0, parts.height)
    held = ~checked
    for group in groups:
        text = parts.select(
            pl.concat_str([str(number) for number in group], ignore_nulls=True)
        ).to_series()
        is_given = text.str.len_bytes() > 0
        checked |= is_given
        # One digit would be a check digit of nothing.
        held &= ~is_given | ((text.str.len_bytes() > 1) & modulo_11(text))
    return held & checked
