"""The structured forms of communications: their fields, where each stands, and what a form says as one JSON object.

In: the text of a communication behind the three digits of its form. Out: expressions, and JSON for the extras. A field
of blanks, and a number of zeros, says nothing and is left out; what is no number where one should stand stays as it is.

Source: Febelfin CODA 2.6, annex III. Amounts are fifteen digits of which three are decimals, rates and percentages
twelve of which eight are decimals.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from recon.api import is_nothing, json_members, json_object, json_text, plain
from recon_coda.fields import day, rate, written_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Field(NamedTuple):
    """One field of a form: its name, its width in columns, and what it holds: text, code, amount, rate or day."""

    name: str
    width: int
    kind: str = "text"


_CARD: Final = (Field("card", 16), Field("card_scheme", 1, "code"))
_OWN_TERMINAL: Final = (Field("card_scheme", 1, "code"), Field("terminal", 6), Field("period", 3))
_TERMINAL_NAME: Final = (Field("terminal_name", 16), Field("terminal_place", 10))
_MOMENT: Final = (Field("sequence", 6), Field("day", 6, "day"), Field("hour", 4))
_EXCHANGE: Final = (Field("rate", 12, "rate"), Field("currency", 3))

FORMS: Final[Mapping[str, tuple[Field, ...]]] = {
    "100": (Field("reference", 35),),
    "101": (Field("reference", 12),),
    "102": (Field("reference", 12),),
    "103": (Field("number", 12),),
    "105": (
        Field("account_amount", 15, "amount"), Field("original_amount", 15, "amount"), *_EXCHANGE,
        Field("reference", 12), Field("country", 2), Field("amount_in_euro", 15, "amount"),
    ),
    "106": (
        Field("account_amount", 15, "amount"), Field("base_amount", 15, "amount"),
        Field("percentage", 12, "rate"), Field("minimum", 1, "code"),
        Field("amount_in_euro", 15, "amount"),
    ),
    "107": (
        Field("mandate", 12), Field("debit_day", 6, "day"), Field("text", 30),
        Field("paid_or_refused", 1, "code"), Field("creditor", 11),
    ),
    "108": (
        Field("account_amount", 15, "amount"), Field("interest_basis", 15),
        Field("interest_rate", 12, "rate"), Field("from_day", 6, "day"), Field("to_day", 6, "day"),
    ),
    "111": (
        *_OWN_TERMINAL, Field("first_sequence", 6), Field("first_day", 6, "day"),
        Field("last_sequence", 6), Field("last_day", 6, "day"),
        Field("transaction_type", 1, "code"), *_TERMINAL_NAME,
    ),
    "113": (
        *_CARD, Field("terminal", 6), *_MOMENT, Field("transaction_type", 1, "code"),
        *_TERMINAL_NAME, Field("original_amount", 15, "amount"), *_EXCHANGE, Field("volume", 5),
        Field("product", 2), Field("unit_price", 5),
    ),
    "114": (
        *_OWN_TERMINAL, *_MOMENT, Field("transaction_type", 1, "code"), *_TERMINAL_NAME,
        Field("transaction_reference", 16),
    ),
    "115": (
        *_CARD, Field("terminal", 6), *_MOMENT, Field("validation_day", 6, "day"),
        Field("validation_sequence", 6), Field("stated_amount", 15, "amount"),
        Field("conformity", 1, "code"), *_TERMINAL_NAME, Field("message", 12),
    ),
    "121": (
        Field("original_amount", 15, "amount"), Field("maturity_day", 6, "day"),
        Field("conventional_maturity_day", 6, "day"), Field("issue_day", 6, "day"),
        Field("company_number", 11), Field("currency", 3), Field("unused", 3), Field("bill", 13),
        Field("rate", 12, "rate"),
    ),
    "122": (
        Field("days", 4), Field("interest_rate", 12, "rate"), Field("base_amount", 15, "amount"),
        Field("minimum", 1, "code"), Field("bill", 13), Field("maturity_day", 6, "day"),
    ),
    "123": (
        Field("from_day", 6, "day"), Field("to_day", 6, "day"), Field("base_amount", 15, "amount"),
        Field("percentage", 12, "rate"), Field("days", 4), Field("minimum", 1, "code"),
        Field("guarantee", 13),
    ),
    "124": (
        Field("card", 20), Field("issuer", 1, "code"), Field("invoice", 12),
        Field("identification", 15), Field("day", 6, "day"),
    ),
    "125": (
        Field("credit_account", 12), Field("credit_account_extension", 15),
        Field("old_balance", 15, "amount"), Field("new_balance", 15, "amount"),
        Field("original_amount", 15, "amount"), Field("currency", 3), Field("from_day", 6, "day"),
        Field("to_day", 6, "day"), Field("interest_rate", 12, "rate"), Field("reference", 13),
    ),
    "126": (
        Field("deposit", 15), Field("deposit_amount", 15, "amount"),
        Field("account_amount", 15, "amount"), Field("from_day", 6, "day"),
        Field("to_day", 6, "day"), Field("interest_rate", 12, "rate"), Field("interest", 15, "amount"),
        Field("currency", 3), Field("rate", 12, "rate"),
    ),
    "127": (
        Field("settlement_day", 6, "day"), Field("debit_type", 1, "code"),
        Field("scheme", 1, "code"), Field("paid_or_refused", 1, "code"), Field("creditor", 35),
        Field("mandate", 35), Field("text", 62), Field("return_type", 1, "code"),
        Field("reason", 4),
    ),
}  # fmt: skip


def placed(form: str) -> dict[str, tuple[int, Field]]:
    """Give the fields of a form by name, each with the column it begins at, from 0."""
    starts = accumulate((each.width for each in FORMS[form]), initial=0)
    return {each.name: (start, each) for start, each in zip(starts, FORMS[form], strict=False)}


def field(form: str, name: str) -> pl.Expr:
    """Give the text of a field, null where the communication is of another form."""
    start, found = placed(form)[name]
    text = plain(pl.col("communication").str.slice(start, found.width))
    return pl.when(pl.col("form") == form).then(text)


def told(movements: pl.DataFrame) -> pl.DataFrame:
    """Write as JSON what the communications say.

    Args:
        movements: movement, form, communication.

    Returns:
        a row a movement that says something: movement, extras_communication (`"communication":` with an object of
        fields, or with the text where the form is not known).
    """
    if movements.is_empty():
        return _NOTHING
    form = pl.col("form")
    known = [
        movements.filter(form == name).select("movement", extras_communication=_said_by(name))
        for name in present(movements)
    ]
    unknown = movements.filter(form.is_not_null() & ~form.is_in(list(FORMS))).select(
        "movement", extras_communication=_member(json_text(plain(pl.col("communication"))))
    )
    return pl.concat([*known, unknown]).drop_nulls()


def present(movements: pl.DataFrame) -> list[str]:
    """List which of the known forms there are."""
    return sorted(FORMS.keys() & set(movements["form"].unique()))


_NOTHING: Final = pl.DataFrame(schema={"movement": pl.Int64, "extras_communication": pl.String})


def _said_by(form: str) -> pl.Expr:
    text = pl.col("communication")
    members = {name: _said(start, each) for name, (start, each) in placed(form).items()}
    width = sum(each.width for each in FORMS[form])
    rest = plain(text.str.slice(width))
    return _member(json_object(json_members({**members, "rest": rest})))


def _member(value: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit('"communication":'), value)


def _said(start: int, found: Field) -> pl.Expr:
    raw = pl.col("communication").str.slice(start, found.width)
    text = plain(raw)
    if found.kind == "code":
        return text
    read = _READ.get(found.kind)
    value = text if read is None else pl.coalesce(read(raw), text)
    return pl.when(~is_nothing(raw)).then(value)


_READ: Final[Mapping[str, Callable[[pl.Expr], pl.Expr]]] = {
    "amount": written_amount,
    "rate": rate,
    "day": lambda text: day(text).cast(pl.String),
}
