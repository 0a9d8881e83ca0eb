"""Structured payment references: name the scheme of each, and the other forms in which payers write it.

In: payment references of open items, folded to upper-case ASCII. Out: the scheme of each, its other forms as keys;
and which tokens of bank lines are such references by themselves. The rules stand in one table; the check digits are
in check_digits.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from recon.normalise.structured import check_digits

if TYPE_CHECKING:
    from collections.abc import Callable


class Scheme(NamedTuple):
    """A rule for references: their form without separators, the check digits, and the part that is checked."""

    name: str
    form: str  # Rust regex over the compact reference; group 1 is the part that the check digits cover
    holds: Callable[[pl.Series], pl.Series]


# Told apart by a mark of their own, or by check digits that a random number passes one time in 97, or by 26 digits
# and more. Their order is that of belief: the first that fits names the reference.
MARKED: Final = (
    # ISO 11649; also the Swiss SCOR and the Finnish and Estonian RF forms.
    Scheme("rf_reference", r"^(RF[0-9]{2}[0-9A-Z]{1,21})$", check_digits.iso_11649),
    # Slovenia: SI12 and twelve digits with a check (ZBS, unified payment reference).
    Scheme("si_reference", r"^SI12([0-9]{2,13})$", check_digits.modulo_11),
    # Croatia: model HR01, P1-P2-P3 with one check digit (FINA, payment reference models).
    Scheme("hr_reference", r"^HR01([0-9]{2,22})$", check_digits.modulo_11),
    # Denmark: the slip's type in front of 15 digits (type 71) or 16 (75, 04), creditor number behind (FI-kort).
    Scheme("fik_reference", r"^71([0-9]{15})[0-9]{8}$", check_digits.luhn),
    Scheme("fik_reference", r"^(?:75|04)([0-9]{16})[0-9]{7,8}$", check_digits.luhn),
    # Belgium (Febelfin OGM-VCS) and Luxembourg.
    Scheme("ogm_reference", r"^([0-9]{12})$", check_digits.belgian_modulo_97),
    # Switzerland: QR reference and ESR with customer number; a lost leading zero leaves 26 digits.
    Scheme("qr_reference", r"^([0-9]{26,27})$", check_digits.recursive_modulo_10),
)

# Digits with a check that one random number in ten passes: believed only where a whole column of one length passes.
COMMON: Final = (
    # Finnish viite and Estonian viitenumber.
    Scheme("viite_reference", r"^([0-9]{4,20})$", check_digits.weights_731),
    # Norwegian KID (modulo 10), Swedish OCR, Danish FIK without its slip type.
    Scheme("luhn_reference", r"^([0-9]{4,25})$", check_digits.luhn),
    # Norwegian KID (modulo 11).
    Scheme("kid_reference", r"^([0-9]{4,25})$", check_digits.kid_modulo_11),
    # Dutch betalingskenmerk.
    Scheme("betalingskenmerk_reference", r"^([0-9]{9,16})$", check_digits.betalingskenmerk),
    # Swiss ESR of 15 and 16 digits.
    Scheme("esr_reference", r"^([0-9]{15,16})$", check_digits.recursive_modulo_10),
)
PLAIN: Final = "payment_reference"
SCHEMES: Final = tuple(dict.fromkeys(scheme.name for scheme in (*MARKED, *COMMON)))

# So many distinct references of one length all pass a one-in-ten check by chance once in 10^8 books.
_COLUMN_PROOF: Final = 8
# Forms with fewer characters than this would be met by house numbers and dates.
_SHORTEST_FORM: Final = 4


def scheme_of(references: pl.Series) -> pl.Series:
    """Name the scheme of each payment reference.

    Args:
        references: folded texts as printed, '' if none.

    Returns:
        the name of a scheme where the check digits hold (for a common scheme: of all references of that length, eight
        or more), else payment_reference.
    """
    compacted = references.str.replace_all(r"[^0-9A-Z]", "").alias("key")
    keys = compacted.unique().sort()
    named = pl.DataFrame({"key": keys, "scheme": pl.Series([None] * len(keys), dtype=pl.String)})
    for scheme in MARKED:
        named = _name(named, scheme, _fitting(named["key"], scheme))
    for scheme in COMMON:
        named = _name(named, scheme, _column_proven(named, scheme))
    scheme_by_key = named.with_columns(pl.col("scheme").fill_null(PLAIN))
    return compacted.replace_strict(
        scheme_by_key["key"], scheme_by_key["scheme"], return_dtype=pl.String
    )


def _name(named: pl.DataFrame, scheme: Scheme, fits: pl.Series) -> pl.DataFrame:
    found = pl.when(pl.col("scheme").is_null() & fits).then(pl.lit(scheme.name))
    return named.with_columns(scheme=found.otherwise("scheme"))


def _fitting(keys: pl.Series, scheme: Scheme) -> pl.Series:
    """Say which keys have the form and the check digits of a scheme."""
    checked = keys.str.extract(scheme.form)
    likely = checked.is_not_null()
    held = pl.Series(keys.name, [False], dtype=pl.Boolean).new_from_index(0, len(keys))
    if likely.any():
        held = held.scatter(likely.arg_true(), scheme.holds(checked.filter(likely)))
    return held


def _column_proven(named: pl.DataFrame, scheme: Scheme) -> pl.Series:
    """Say which keys belong to a length of which every reference in the books passes a common check."""
    table = named.select(
        "key",
        length=pl.col("key").str.len_bytes(),
        has_form=pl.col("key").str.contains(scheme.form) & pl.col("scheme").is_null(),
    ).with_columns(_fitting(named["key"], scheme).alias("fits"))
    by_length = (
        table.filter("has_form")
        .group_by("length")
        .agg(proven=(pl.len() >= _COLUMN_PROOF) & pl.col("fits").all())
        .filter("proven")
    )
    return table.select(pl.col("has_form") & pl.col("length").is_in(by_length["length"].implode()))[
        "has_form"
    ]


def other_forms(references: pl.DataFrame) -> pl.DataFrame:
    """Give the other forms in which payers and banks write the same structured references.

    The marked part alone (the digits behind SI12 or HR01, between the marks of a FIK slip); the RF form of a Finnish
    viite; and the viite inside an RF form. Digits that have lost their mark are plain references: as many as an
    invoice number has, they may be another's, and only a form that keeps its mark proves itself.

    Args:
        references: item, text (the reference, folded) and role (its scheme, from `scheme_of`).

    Returns:
        rows of item, text, role; none for references without a scheme.
    """
    compacted = references.with_columns(key=pl.col("text").str.replace_all(r"[^0-9A-Z]", ""))
    forms = [
        compacted.filter(pl.col("role") == scheme.name).select(
            "item", text=pl.col("key").str.extract(scheme.form), role=pl.lit(PLAIN)
        )
        for scheme in MARKED
        if scheme.name in {"si_reference", "hr_reference", "fik_reference"}
    ]
    inside = (
        compacted.filter(pl.col("role") == "rf_reference")
        .select(
            "item", text=pl.col("key").str.extract(r"^RF[0-9]{2}0*([0-9]+)$"), role=pl.lit(PLAIN)
        )
        .drop_nulls("text")
    )
    # Only where all of the books' RF references hold a viite is that their scheme; an invoice number is no viite.
    if (
        inside["text"].n_unique() < _COLUMN_PROOF
        or not check_digits.weights_731(inside["text"]).all()
    ):
        inside = inside.clear()
    national = compacted.filter(pl.col("role") == "viite_reference")
    written = national.select("item", text=check_digits.rf_of(national["key"]), role="role")
    return (
        pl.concat([*forms, inside, written])
        .drop_nulls("text")
        .filter(pl.col("text").str.len_bytes() >= _SHORTEST_FORM)
    )


def recognise(keys: pl.DataFrame) -> pl.DataFrame:
    """Name the tokens of bank lines that are structured references by themselves.

    Only marked schemes count, and digits only where they stand in one piece: joined across blanks, digits would pass
    by chance.

    Args:
        keys: rows of line, key, span, chunks (see `references.line_keys`).

    Returns:
        the same rows with `scheme`, null where a token is none.
    """
    whole = (pl.col("chunks") == 1) | pl.col("key").str.starts_with("RF")
    likely = whole & (pl.col("key").str.len_bytes() >= _SHORTEST_FORM)
    candidates = keys.filter(likely).select(pl.col("key").unique())
    named = candidates.with_columns(scheme=pl.lit(None, dtype=pl.String))
    for scheme in MARKED:
        named = _name(named, scheme, _fitting(named["key"], scheme))
    known = named.drop_nulls("scheme").with_columns(likely=True)
    marked = keys.with_columns(likely=likely)
    return marked.join(known, on=["key", "likely"], how="left", maintain_order="left").drop(
        "likely"
    )
