"""Structured payment references: the schemes, and the name of the scheme that each payment reference in the books follows.

In: payment references of open items, folded to upper-case ASCII. Out: the scheme of each. The rules stand in one
table; the check digits are in check_digits.py, boletos.py and models.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from recon.normalise.structured import check_digits
from recon.normalise.structured.boletos import boleto
from recon.normalise.structured.models import model_holds

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN: Final = "payment_reference"


class Scheme(NamedTuple):
    """A rule for references: their form, the check digits, and the part that is checked."""

    name: str
    form: str  # Rust regex; group 1 is the part that the check digits cover
    holds: Callable[[pl.Series], pl.Series]
    # What the form reads: `key`, letters and digits alone; `ending`, the key with the dash that may be its check
    # digit; `parts`, the key with the dashes between its parts.
    reads: str = "key"
    # Rust regex over the chunks of a line, blanks between them, where the printed form tells it.
    printed: str = ""
    is_any_length: bool = False


# Told apart by a mark of their own, or by check digits that a random number passes one time in 93 or 97, or by 26
# digits and more. Their order is that of belief: the first that fits names the reference.
MARKED: Final = (
    # ISO 11649; also the Swiss SCOR and the Finnish and Estonian RF forms.
    Scheme("rf_reference", r"^(RF[0-9]{2}[0-9A-Z]{1,21})$", check_digits.iso_11649),
    # Slovenia and Croatia: a model says which parts are checked.
    Scheme("si_reference", r"^(SI[0-9].*)$", model_holds, reads="parts"),
    Scheme("hr_reference", r"^(HR[0-9].*)$", model_holds, reads="parts"),
    # Denmark: the slip's type in front of 15 digits (type 71) or 16 (75, 04), creditor number behind (FI-kort).
    Scheme(
        "fik_reference",
        r"^71([0-9]{15})[0-9]{8}$",
        check_digits.luhn,
        printed=r"^71 [0-9]{15} [0-9]{8}$",
    ),
    Scheme(
        "fik_reference",
        r"^(?:75|04)([0-9]{16})[0-9]{7,8}$",
        check_digits.luhn,
        printed=r"^(?:75|04) [0-9]{16} [0-9]{7,8}$",
    ),
    # Belgium (Febelfin OGM-VCS) and Luxembourg.
    Scheme(
        "ogm_reference",
        r"^([0-9]{12})$",
        check_digits.belgian_modulo_97,
        printed=r"^[0-9]{3} [0-9]{4} [0-9]{5}$",
    ),
    # Switzerland: QR reference and ESR with customer number; a lost leading zero leaves 26 digits.
    Scheme(
        "qr_reference",
        r"^([0-9]{26,27})$",
        check_digits.recursive_modulo_10,
        printed=r"^[0-9]{1,2}(?: [0-9]{5}){5}$",
    ),
    # Brazil: bar code and typed lines, two to five check digits.
    Scheme("boleto_reference", r"^([0-9]{44}|[0-9]{47,48})$", boleto),
    # Italy: bollettino 896 and the notice number of pagoPA and CBILL.
    Scheme("notice_reference", r"^([0-9]{18})$", check_digits.modulo_93),
    # Serbia, Bosnia, Montenegro: the number of the model in front.
    Scheme("model_97_reference", r"^97([0-9]{7,22})$", check_digits.model_97),
)

# Digits with a check that one random number in ten passes: believed only where a whole column of one length passes.
COMMON: Final = (
    # Swedish OCR that states its length, so that references of all lengths prove each other.
    Scheme("luhn_reference", r"^([0-9]{4,25})$", check_digits.ocr_with_length, is_any_length=True),
    # Finnish viite and Estonian viitenumber.
    Scheme("viite_reference", r"^([0-9]{4,20})$", check_digits.weights_731),
    # Norwegian KID (modulo 10), Swedish OCR, Danish FIK without its slip type, Australian BPAY (MOD10V01).
    Scheme("luhn_reference", r"^([0-9]{4,25})$", check_digits.luhn),
    # Norwegian KID (modulo 11).
    Scheme("kid_reference", r"^([0-9]{3,24}[0-9-])$", check_digits.kid_modulo_11, reads="ending"),
    # Dutch betalingskenmerk.
    Scheme("betalingskenmerk_reference", r"^([0-9]{9,16})$", check_digits.betalingskenmerk),
    # Australian BPAY, MOD10V05.
    Scheme("bpay_reference", r"^([0-9]{4,20})$", check_digits.places_modulo_10),
    # Swiss ESR of 15 and 16 digits.
    Scheme("esr_reference", r"^([0-9]{15,16})$", check_digits.recursive_modulo_10),
)
# The kinds of keys that this room makes of them.
SCHEMES: Final = tuple(dict.fromkeys(scheme.name for scheme in (*MARKED, *COMMON)))

# So many distinct references of one length all pass a one-in-ten check by chance once in 10^8 books.
COLUMN_PROOF: Final = 8


def scheme_of(references: pl.Series) -> pl.Series:
    """Name the scheme of each payment reference.

    Args:
        references: folded texts as printed, '' if none.

    Returns:
        the name of a scheme where the check digits hold (for a common scheme: of all references of that length, eight
        or more), else payment_reference.
    """
    texts = references.unique().sort().alias("text")
    if texts.to_list() in ([], [""]):
        return pl.Series(references.name, [PLAIN]).new_from_index(0, len(references))
    named = named_by_mark(readings(texts))
    for scheme in COMMON:
        named = _name(named, scheme, _column_proven(named, scheme))
    kinds = named["scheme"].fill_null(PLAIN)
    return references.replace_strict(texts, kinds, return_dtype=pl.String)


def readings(texts: pl.Series) -> pl.DataFrame:
    """Give what the forms of the schemes read of each text: key, ending and parts."""
    return (
        texts.to_frame("text")
        .select(
            "text",
            key=pl.col("text").str.replace_all(r"[^0-9A-Z]", ""),
            parts=pl.col("text").str.replace_all(r"[^0-9A-Z-]", ""),
        )
        .with_columns(
            ending=pl.when(pl.col("parts").str.ends_with("-"))
            .then(pl.concat_str("key", pl.lit("-")))
            .otherwise("key")
        )
    )


def named_by_mark(texts: pl.DataFrame) -> pl.DataFrame:
    """Add the name of the first marked scheme that each text follows, null for none.

    Args:
        texts: key and parts, see `readings`.
    """
    named = texts.with_columns(scheme=pl.lit(None, dtype=pl.String))
    # All forms at once: few texts have any, and those few are looked at scheme by scheme.
    checked = texts.select(
        pl.col(scheme.reads).str.extract(scheme.form).alias(str(at))
        for at, scheme in enumerate(MARKED)
    )
    for scheme, read in zip(MARKED, checked, strict=True):
        if read.null_count() < len(read):
            named = _name(named, scheme, _holding(read, scheme))
    return named


def _name(named: pl.DataFrame, scheme: Scheme, fits: pl.Series) -> pl.DataFrame:
    if not fits.any():
        return named
    found = pl.when(pl.col("scheme").is_null() & fits).then(pl.lit(scheme.name))
    return named.with_columns(scheme=found.otherwise("scheme"))


def _fitting(texts: pl.Series, scheme: Scheme) -> pl.Series:
    """Say which texts have the form and the check digits of a scheme."""
    return _holding(texts.str.extract(scheme.form), scheme)


def _holding(checked: pl.Series, scheme: Scheme) -> pl.Series:
    """Say of which texts, the part that is checked given, the check digits hold."""
    likely = checked.is_not_null()
    held = pl.Series(checked.name, [False], dtype=pl.Boolean).new_from_index(0, len(checked))
    if likely.any():
        held = held.scatter(likely.arg_true(), scheme.holds(checked.filter(likely)))
    return held


def _column_proven(named: pl.DataFrame, scheme: Scheme) -> pl.Series:
    """Say which texts belong to a length of which every reference in the books passes a common check."""
    text = pl.col(scheme.reads)
    table = named.select(
        "key",
        length=pl.lit(0) if scheme.is_any_length else text.str.len_bytes(),
        has_form=text.str.contains(scheme.form) & pl.col("scheme").is_null(),
    ).with_columns(_fitting(named[scheme.reads], scheme).alias("fits"))
    by_length = (
        table.filter("has_form")
        .group_by("length")
        .agg(proven=(pl.col("key").n_unique() >= COLUMN_PROOF) & pl.col("fits").all())
        .filter("proven")
    )
    return table.select(pl.col("has_form") & pl.col("length").is_in(by_length["length"].implode()))[
        "has_form"
    ]
