"""The other forms in which payers and banks write the structured reference of an item.

In: items with their references and schemes. Out: further texts by which the same items are quoted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.normalise.structured import check_digits
from recon.normalise.structured.boletos import bar_code
from recon.normalise.structured.models import UNCHECKED
from recon.normalise.structured.schemes import COLUMN_PROOF, MARKED, PLAIN, named_by_mark, readings

if TYPE_CHECKING:
    from collections.abc import Iterator

# Forms with fewer characters than this would be met by house numbers and dates.
_SHORTEST_FORM: Final = 4
_LENGTH_OF_MODEL: Final = len("SI12")


def other_forms(references: pl.DataFrame) -> pl.DataFrame:
    """Give the other forms in which payers and banks write the same structured references.

    The part without its mark (the digits behind SI12, HR01 or 97, between the marks of a FIK slip, behind the first
    digit of a notice); the bar code of a typed line; the RF form of a Finnish viite; and the viite inside an RF form.
    Digits that have lost their mark are plain references: as many as an invoice number has, they may be another's,
    and only a form that keeps its mark proves itself.

    Args:
        references: item, text (the reference, folded) and role (its scheme, from `scheme_of`).

    Returns:
        rows of item, text, role; none for references without a scheme.
    """
    structured = references.filter(pl.col("role").str.ends_with("_reference"))
    texts = named_by_mark(readings(structured["text"].unique()))
    named = structured.join(texts, on="text", how="left")
    inside = _viite_inside(named.filter(pl.col("role") == "rf_reference"))
    national = named.filter(pl.col("role") == "viite_reference")
    written = national.select("item", text=check_digits.rf_of(national["key"]), role="role")
    plain = [
        form.select("item", "text", role=pl.lit(PLAIN)) for form in (*_without_marks(named), inside)
    ]
    return (
        pl.concat([*plain, written])
        .drop_nulls("text")
        .filter(pl.col("text").str.len_bytes() >= _SHORTEST_FORM)
    )


def _without_marks(named: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Give item and text of each reference whose mark can be left out."""
    by_form = {"fik_reference", "model_97_reference"}
    for scheme in MARKED:
        if scheme.name in by_form:
            digits = pl.col("key").str.extract(scheme.form)
            yield named.filter(pl.col("scheme") == scheme.name).select("item", text=digits)
    has_model = pl.col("scheme").is_in(["si_reference", "hr_reference"]) | pl.col(
        "key"
    ).str.contains(rf"^(?:{'|'.join(UNCHECKED)})[0-9]+$")
    yield named.filter(has_model).select("item", text=pl.col("key").str.slice(_LENGTH_OF_MODEL))
    # Source: pagoPA, payment notice: the first digit is the kind of number, the payment is known by the other 17.
    yield named.filter(pl.col("scheme") == "notice_reference").select(
        "item", text=pl.col("key").str.extract(r"^[13]([0-9]{17})$")
    )
    lines = named.filter(pl.col("scheme") == "boleto_reference")
    yield lines.select("item", text=bar_code(lines["key"]))


def _viite_inside(creditor_references: pl.DataFrame) -> pl.DataFrame:
    """Give the viite in each RF reference, if all of the books' RF references hold one; an invoice number is no viite."""
    inside = creditor_references.select(
        "item", text=pl.col("key").str.extract(r"^RF[0-9]{2}0*([0-9]+)$")
    ).drop_nulls("text")
    is_scheme = (
        inside["text"].n_unique() >= COLUMN_PROOF and check_digits.weights_731(inside["text"]).all()
    )
    return inside if is_scheme else inside.clear()
