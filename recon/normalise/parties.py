"""Names of companies and people in comparable form: legal forms removed, umlauts either way, tokens sorted."""

from __future__ import annotations

import re
from functools import cache

import polars as pl

from recon.normalise.text import fold

# Words that stand in names of every other customer and tell nobody apart, beside the legal forms.
_FILLERS = frozenset(
    {
        "THE",
        "AND",
        "UND",
        # As Germans shorten it, and as Danes, Norwegians and Swedes write it.
        "U",
        "OG",
        "OCH",
        "ET",
        "EN",
        "Y",
        "OF",
        "DE",
        "DER",
        "DIE",
        "DAS",
        "MR",
        "MRS",
        "HERR",
        "FRAU",
    }
)


_WORD = r"[0-9A-Z]+"

# Forms that cleanco's terms leave out.
_MORE_FORMS = (
    "SE",
    "EG",
    "E K",
    "OHG",
    "GBR",
    "UG",
    "CO",
    "CO KG",
    "COMPANY",
    "INC",
    "LLP",
    "SNC",
    "EURL",
    "VOF",
    "OU",
    # Letter by letter, as banks print forms with dots: Sp. z o.o., s.r.o., d.o.o., S.p.A., S.r.l.
    "SP Z O O",
    "S R O",
    "D O O",
    "S P A",
    "S R L",
)


@cache
def legal_form_pattern() -> str:
    """Regex of legal forms (GmbH & Co. KG, S.A.R.L., Sp. z o.o., Pty Ltd), longest first, from cleanco's terms."""
    from cleanco.termdata import terms_by_country, terms_by_type  # noqa: PLC0415 - used once

    terms = {
        term
        for table in (terms_by_type, terms_by_country)
        for group in table.values()
        for term in group
    }
    words = set(name_words(pl.Series("term", sorted(terms | set(_MORE_FORMS)))))
    # A one-letter word is no legal form.
    usable = sorted((word for word in words if len(word) > 1), key=lambda word: (-len(word), word))
    # The long word of one German form is what a bank's field cuts first.
    cut = r"(UG )?HAFTUNGSB[A-Z]*"
    return r"(^| )(" + "|".join([cut, *(re.escape(word) for word in usable)]) + r")( |$)"


def name_words(names: pl.Series) -> pl.Series:
    """Fold names to words of letters and digits, dots inside abbreviations closed up (S.A.R.L. -> SARL)."""
    column = names.name or "name"
    folded = fold(names).to_frame(column)
    closed = (
        pl.col(column).str.replace_all(r"\b([A-Z])\.", "${1}").str.replace_all(r"[^0-9A-Z]+", " ")
    )
    # Umlauts are written out or not (Mueller, Müller, Muller): all three meet here.
    return folded.select(closed.str.strip_chars().str.replace_all(r"([AOU])E", "${1}"))[column]


def name_key(names: pl.Series) -> pl.Series:
    """Give the comparable name: words without legal forms and fillers, sorted; '' if nothing is left."""
    column = names.name or "name"
    pattern = legal_form_pattern()
    words = name_words(names).alias("words").to_frame()
    bare = pl.col("words")
    # Adjacent forms (GmbH & Co KG) share the blank between them, so one pass leaves some.
    for _ in range(3):
        bare = bare.str.replace_all(pattern, " ")
    telling = bare.str.extract_all(_WORD).list.set_difference(sorted(_FILLERS))
    keyed = words.with_columns(key=_sorted_words(telling))
    # Few names are nothing but forms and fillers.
    whole = pl.when(pl.col("key") == "").then("words").str.extract_all(_WORD)
    return keyed.select(pl.coalesce(_sorted_words(whole), "key").alias(column))[column]


def _sorted_words(words: pl.Expr) -> pl.Expr:
    return words.list.unique().list.sort().list.join(" ")
