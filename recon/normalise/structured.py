"""Structured payment references: recognise the scheme, and prove the number by its check digits.

A reference whose check digits hold cannot have been mistyped into another one, so a hit on it is worth more.
In: payment references as printed. Out: the scheme of each, or none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
from stdnum import iso11649
from stdnum.be import ogm_vcs
from stdnum.ch import esr

if TYPE_CHECKING:
    from collections.abc import Callable

# Reference rules by the number of their digits: ISO 11649 (RF, modulo 97), Belgian OGM-VCS (12 digits, modulo 97),
# Swiss QR reference and ESR (27 digits, recursive modulo 10). Schemes whose check passes one random number in ten
# (Luhn, 7-3-1) prove too little to be told apart by their digits alone and stay plain payment references.
_SCHEMES: Final[tuple[tuple[str, str, Callable[[str], bool]], ...]] = (
    ("rf_reference", r"^RF[0-9]{2}[0-9A-Z]{1,21}$", iso11649.is_valid),
    ("ogm_reference", r"^[0-9]{12}$", ogm_vcs.is_valid),
    ("qr_reference", r"^[0-9]{26,27}$", lambda digits: esr.is_valid(digits.zfill(27))),
)
SCHEMES: Final = tuple(name for name, _, _ in _SCHEMES)


def scheme_of(references: pl.Series) -> pl.Series:
    """Name the scheme of each payment reference.

    Args:
        references: folded texts as printed, '' if none.

    Returns:
        rf_reference, ogm_reference or qr_reference where the check digits hold, else payment_reference.

    Source: ISO 11649; Febelfin OGM-VCS; Swiss Payment Standards, QR reference. Checked by python-stdnum.
    """
    compacted = references.to_frame("reference").select(
        key=pl.col("reference").str.replace_all(r"[^0-9A-Z]", "")
    )
    named: dict[str, str] = {}
    for name, pattern, is_valid in _SCHEMES:
        likely = compacted.filter(pl.col("key").str.contains(pattern))["key"].unique()
        named |= {key: name for key in likely if is_valid(key)}
    return compacted["key"].replace_strict(
        list(named), list(named.values()), default="payment_reference", return_dtype=pl.String
    )
