"""Fold text for comparison: one case, plain letters, no marks; and spot text made to look like other text."""

from __future__ import annotations

import polars as pl
from anyascii import anyascii

# Invisible and direction-changing characters, and words that mix Latin with Cyrillic or Greek letters:
# a name may look like another without being it, so such a line is never applied by a rule.
_DISGUISE = (
    r"\p{Cf}"
    r"|[\p{Cyrillic}\p{Greek}][^\s]*[A-Za-z]"
    r"|[A-Za-z][^\s]*[\p{Cyrillic}\p{Greek}]"
)

# What banks write where there is no mandate; banks that write another one teach a mandate of many customers.
_NO_MANDATE = ("", "NOTPROVIDED", "NONREF", "UNKNOWN")


def fold(text: pl.Series) -> pl.Series:
    """Fold a column to upper-case ASCII: NFKC, transliterated (ü -> U, Ł -> L, ß -> SS).

    Most texts are ASCII already and only change their case. For the others the table is built from their distinct
    characters, so the work is a replacement per column.
    """
    name = text.name or "text"
    raw = pl.col(name)
    table = text.to_frame(name).select(
        raw.str.to_uppercase(), is_foreign=raw.str.len_bytes() != raw.str.len_chars()
    )
    foreign = table["is_foreign"].arg_true()
    if foreign.is_empty():
        return table[name]
    return table[name].scatter(foreign, _transliterated(text.gather(foreign).alias(name)))


def _transliterated(text: pl.Series) -> pl.Series:
    name = text.name
    composed = text.to_frame().select(
        pl.col(name).str.normalize("NFKD").str.replace_all(r"[\p{Mn}\p{Cf}]", "").str.to_uppercase()
    )
    foreign = (
        composed.select(pl.col(name).str.extract_all(r"[^\x00-\x7F]").alias("c"))
        .select(pl.col("c").explode(empty_as_null=False).unique())
        .drop_nulls()["c"]
        .sort()
        .to_list()
    )
    if not foreign:
        return composed[name]
    plain = [anyascii(character).upper() for character in foreign]
    return composed.select(pl.col(name).str.replace_many(foreign, plain))[name]


def is_disguised(text: pl.Expr) -> pl.Expr:
    """Say whether a text holds invisible characters or words of mixed scripts."""
    return text.str.contains(_DISGUISE)


def compact(text: pl.Expr) -> pl.Expr:
    """Keep letters and digits only, upper case: accounts and identifiers."""
    return text.str.to_uppercase().str.replace_all(r"[^0-9A-Z]", "")


def mandate_key(mandate: pl.Expr) -> pl.Expr:
    """Keep letters and digits of a direct debit's mandate; null if there is none, or a word that says so."""
    key = compact(mandate)
    return pl.when(~key.is_in(_NO_MANDATE)).then(key)
