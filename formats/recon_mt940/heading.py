"""What messages say about their statements: account, number, balances, what the bank notes besides.

In: the fields of a chunk. Out: a frame with a row a message, or MalformedFile where a statement as a whole cannot be
trusted.

Source: SWIFT MT940 fields 20, 25, 28C, 60a, 62a, 64, 65; MT942 fields 13D, 34F, 90C, 90D.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon.api import MalformedFile, Place, exponent_expr, parse_minor_expr
from recon_mt940.days import dates, days, digits
from recon_mt940.entry import plain_amount
from recon_mt940.extras import json_objects
from recon_mt940.scan import CLOSING, END_OF_MESSAGE, OPENING, TAG, TAGS
from recon_mt940.tokens import first_of_run, positions, range_texts, scattered, with_null

if TYPE_CHECKING:
    from recon_mt940.scan import Fields
    from recon_mt940.tokens import Flags, Numbers

_CURRENCY: Final = "^(?:[CD][0-9]{6}|[0-9]{1,5})?([A-Z]{3})"
_BALANCE: Final = r"^(?P<mark>[CD])(?P<date>[0-9]{6})[A-Z]{3}(?P<size>[0-9.,]+)\s*$"
_HUNDREDTHS: Final = r"^[0-9]{1,12}[.,][0-9]{2}$"
_AMBIGUOUS: Final = r"\.[0-9]{3}|[.,].*[.,]|^[.,]$"
_NUMBER: Final = "^(?P<number>[0-9]+)(?:/(?P<page>[0-9]{1,9}))?$"
# An account in one currency of several: the IBAN with the currency behind it.
_IBAN: Final = "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"
_OF_CURRENCY: Final = tuple(TAG[name] for name in ("60F", "60M", "62F", "62M", "34F", "90C", "90D"))
_SIDES: Final = {"opening": OPENING, "closing": CLOSING}
_INTERIM: Final = tuple(TAG[name] for name in ("13", "34F", "90C", "90D"))
# What has no column of its own: the field and the name that it gets among the extras.
_EXTRAS: Final = {
    "20": "reference",
    "21": "related_reference",
    "13": "time",
    "34F": "floor_limit",
    "64": "available_balance",
    "65": "forward_available_balance",
    "86": "note",
    "90C": "credit_total",
    "90D": "debit_total",
    "NS": "note",
}


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a chunk in its file, for errors: the file, the lines before the chunk."""

    name: str
    first_line: int

    def line(self, fields: Fields, field: int) -> Place:
        """Give the place of a field."""
        return Place(self.name, self.first_line + int(fields.line[field]) + 1)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the policy says where a bank's file is silent; `is_closing_needed` is its word on :62F:."""

    account: str | None = None
    currency: str | None = None
    is_closing_needed: bool = True


def read_headings(
    fields: Fields, encoding: str, where: Where, defaults: Defaults
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read what stands around the entries.

    Returns:
        Headings, a row a message: account, currency, is_known (whether the currency is one of ISO 4217), is_interim,
        statement_number, page, balances and their dates, extras. And the fields themselves: field, tag, message, text.

    Raises:
        MalformedFile: no account or currency, a balance that is none, two closing balances or currencies, or no opening
            balance.
    """
    is_text = (fields.tag == TAG["86"]) | (fields.tag == TAG["NS"])
    noted = is_text & (fields.message >= 0)
    around = positions((fields.tag != TAG["61"]) & (fields.tag != END_OF_MESSAGE) & ~noted)
    texts = range_texts(fields.text, fields.start[around], fields.end[around], encoding)
    read = pl.DataFrame(
        {"field": around, "tag": fields.tag[around], "message": fields.message[around]}
    ).with_columns(text=texts.str.replace_all("\r", "", literal=True))
    first = _first_of_each(read, fields.messages)
    _check_account(fields, first, where, defaults)
    _check_closing(fields, where)
    is_interim = _is_interim(fields)
    _check_opening(fields, first, is_interim, where, defaults)
    currency = _currencies(fields, read, where, defaults)
    rows = {side: _earliest(first, tags) for side, tags in _SIDES.items()}
    text = with_null(read["text"])
    heading = pl.DataFrame(
        {
            "currency": currency,
            "account": text[first["25"]],
            "number": text[first["28"]],
            "is_interim": is_interim,
            **{side: text[rows[side]] for side in _SIDES},
        }
    ).with_columns(
        *(_balance_groups(side) for side in _SIDES),
        pl.col("number").str.extract("^([^\n]*)").str.strip_chars().replace("", None),
        account=_account(),
        decimals=exponent_expr(pl.col("currency")),
    )
    heading = heading.with_columns(
        pl.col("decimals").is_not_null().alias("is_known"),
        *(each for side in _SIDES for each in _balance(heading, side)),
        statement_number=pl.coalesce(pl.col("number").str.extract(_NUMBER), "number"),
        page=pl.col("number").str.extract(_NUMBER, 2).cast(pl.Int64),
        account=pl.col("account").fill_null(defaults.account or ""),
    )
    for side in _SIDES:
        _check_balance(fields, read, heading, side, rows[side], where)
    return heading, read


def _first_of_each(read: pl.DataFrame, messages: int) -> dict[str, Numbers]:
    """Give the row of the first field of each tag in each message, -1 where there is none."""
    tag, message = read["tag"].to_numpy(), read["message"].to_numpy()
    first = np.full((len(TAGS), messages), -1, dtype=np.int64)
    first[tag[::-1], message[::-1]] = np.arange(len(tag))[::-1]
    return {name: first[TAG[name]] for name in TAGS}


def _earliest(first: dict[str, Numbers], tags: tuple[int, ...]) -> Numbers:
    rows = np.stack([first[TAGS[tag]] for tag in tags])
    earliest: Numbers = np.where((rows >= 0).all(axis=0), rows.min(axis=0), rows.max(axis=0))
    return earliest


def _start(fields: Fields, message: int) -> int:
    return int((fields.message == message).argmax())


def _check_account(
    fields: Fields, first: dict[str, Numbers], where: Where, defaults: Defaults
) -> None:
    missing = positions(first["25"] < 0)
    if len(missing) and defaults.account is None:
        raise MalformedFile(
            "the statement names no account (:25:)",
            place=where.line(fields, _start(fields, int(missing[0]))),
            hint='if the bank never names it: `account = "..."` under [formats.mt940]',
        )


def _check_closing(fields: Fields, where: Where) -> None:
    closing = fields.message[np.isin(fields.tag, CLOSING)]
    twice = closing[~first_of_run(closing)]
    if len(twice):
        raise MalformedFile(
            "the statement has two closing balances",
            place=where.line(fields, _start(fields, int(twice[0]))),
        )


def _check_opening(
    fields: Fields,
    first: dict[str, Numbers],
    is_interim: Flags,
    where: Where,
    defaults: Defaults,
) -> None:
    missing = positions((_earliest(first, OPENING) < 0) & ~is_interim)
    if len(missing) and defaults.currency is None:
        raise MalformedFile(
            "the statement has no opening balance (:60F:)",
            place=where.line(fields, _start(fields, int(missing[0]))),
            hint='if the bank never sends one: `currency = "..."` under [formats.mt940]',
        )


def _is_interim(fields: Fields) -> Flags:
    """Mark the MT942: no balances, but a floor limit, a time or control totals."""
    has_balance, has_sign = np.zeros((2, fields.messages), dtype=np.bool_)
    has_balance[fields.message[np.isin(fields.tag, (*OPENING, *CLOSING))]] = True
    has_sign[fields.message[np.isin(fields.tag, _INTERIM)]] = True
    return has_sign & ~has_balance


def _currencies(fields: Fields, read: pl.DataFrame, where: Where, defaults: Defaults) -> pl.Series:
    """Give the one currency of each statement."""
    named = positions(np.isin(read["tag"].to_numpy(), _OF_CURRENCY))
    currency = read["text"][named].str.extract(_CURRENCY, 1)
    if currency.null_count():
        row = read.row(int(named[currency.is_null().arg_max() or 0]), named=True)
        raise MalformedFile(
            f"field :{TAGS[row['tag']]}: names no currency",
            place=where.line(fields, row["field"]),
            excerpt=f":{TAGS[row['tag']]}:{row['text']}",
        )
    message = read["message"].to_numpy()[named]
    first = positions(first_of_run(message))
    of_message = np.full(fields.messages, -1, dtype=np.int64)
    of_message[message[first]] = first
    one = currency[of_message[message]]
    if (other := (currency != one).arg_true()).len():
        at = int(other[0])
        raise MalformedFile(
            f"one statement in two currencies: {one[at]} and {currency[at]}",
            place=where.line(fields, read["field"][int(named[at])]),
        )
    missing = positions(of_message < 0)
    if len(missing) and defaults.currency is None:
        raise MalformedFile(
            "the statement names no currency",
            place=where.line(fields, _start(fields, int(missing[0]))),
            hint='if the bank never names it: `currency = "..."` under [formats.mt940]',
        )
    every = with_null(currency)[of_message]
    return every.fill_null(defaults.currency) if defaults.currency is not None else every


@cache
def _account() -> pl.Expr:
    """Take blanks and the currency off the account.

    Dutch banks write the currency behind the IBAN; it is no part of the account and would hide own transfers.
    """
    account = pl.col("account").str.extract("^([^\n]*)").str.replace_all(r"\s", "")
    bare = account.str.strip_suffix(pl.col("currency"))
    return pl.when(bare.str.contains(_IBAN)).then(bare).otherwise(account)


@cache
def _balance_groups(side: str) -> pl.Expr:
    text = pl.col(side).str.replace_all("\n", "", literal=True).str.strip_chars()
    return text.str.extract_groups(_BALANCE).alias(f"{side}_groups")


def _balance(heading: pl.DataFrame, side: str) -> tuple[pl.Series, pl.Series]:
    """Read one balance of each message: amount in minor units and date, null where it cannot be read."""
    group = heading[f"{side}_groups"].struct.unnest()
    signed = pl.when(pl.col("mark") == "D").then(-pl.col("minor")).otherwise("minor")
    minor = _minor(group["size"], heading["decimals"]).alias("minor")
    numbers = group.select(digits(pl.col("date"))).to_series().to_numpy()
    read = group.hstack([minor]).select(
        signed.alias(f"{side}_balance"), dates(days(numbers)).alias(f"{side}_date")
    )
    return read[f"{side}_balance"], read[f"{side}_date"]


def _minor(size: pl.Series, decimals: pl.Series) -> pl.Series:
    """Read sizes into minor units; null where one is none, or is ambiguous."""
    sizes, text = pl.DataFrame({"size": size, "decimals": decimals}), pl.col("size")
    # Nearly all are whole hundredths: their digits are the number.
    is_usual = text.str.contains(_HUNDREDTHS) & (pl.col("decimals") == 2)
    number = text.str.replace(",", "", literal=True).str.replace(".", "", literal=True)
    usual = sizes.select(pl.when(is_usual).then(number).cast(pl.Int64)).to_series()
    if usual.null_count() == size.null_count():
        return usual
    minor = parse_minor_expr(pl.col("plain"), pl.col("decimals"))
    # A column of its own: inside one expression Polars would write the size out at each of its uses.
    plain = sizes.with_columns(plain=plain_amount(text))
    return plain.select(pl.when(~text.str.contains(_AMBIGUOUS)).then(minor)).to_series()


def _check_balance(
    fields: Fields,
    read: pl.DataFrame,
    heading: pl.DataFrame,
    side: str,
    rows: Numbers,
    where: Where,
) -> None:
    unread = heading[f"{side}_balance"].null_count() > heading[side].null_count()
    if not unread and heading["is_known"].all():
        return
    is_broken = heading["is_known"] & heading[side].is_not_null()
    broken = (is_broken & heading[f"{side}_balance"].is_null()).arg_true()
    if len(broken):
        row = int(rows[broken[0]])
        tag, currency = TAGS[read["tag"][row]], heading["currency"][broken[0]]
        raise MalformedFile(
            f"the balance :{tag}: in {currency} cannot be read",
            place=where.line(fields, read["field"][row]),
            excerpt=f":{tag}:{read['text'][row]}",
            hint="a balance is `C|D, YYMMDD, currency, amount with one decimal comma`",
        )


def statement_extras(read: pl.DataFrame, notes: pl.DataFrame, fields: Fields) -> pl.Series:
    """Write what has no column of its own as one JSON object a message.

    Args:
        read: the fields around the entries.
        notes: the narratives that belong to no entry, with the same columns.
        fields: the fields of the chunk.
    """
    both = pl.concat([read, notes])
    both = both.with_columns(pl.col("text").str.strip_chars())
    tag, is_said = both["tag"].to_numpy(), (both["text"] != "").to_numpy()
    order = np.argsort(both["field"].to_numpy(), kind="stable")
    order = order[is_said[order]]
    named = {}
    for name in dict.fromkeys(_EXTRAS.values()):
        tags = [TAG[tag] for tag, extra in _EXTRAS.items() if extra == name]
        own = order[np.isin(tag[order], tags)]
        if len(own):
            named[name] = _one_a_message(both[own], fields.messages)
    every = pl.DataFrame({"message": np.arange(fields.messages)})
    return every.with_columns(extras=json_objects(named, fields.escapes, has_lines=True))["extras"]


def _one_a_message(own: pl.DataFrame, messages: int) -> pl.Series:
    """Give the texts of some fields, which are in order, a row a message; several are one of several lines."""
    message = own["message"].to_numpy()
    if not first_of_run(message).all():
        own = own.group_by("message", maintain_order=True).agg(pl.col("text").str.join("\n"))
        message = own["message"].to_numpy()
    return scattered(own["text"], message, messages)
