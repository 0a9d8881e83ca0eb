"""What a message says about its statement: account, number, balances, control totals.

In: a message. Out: a `Heading`, or MalformedFile where the statement as a whole cannot be trusted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from recon.api import MalformedFile, Place, exponents
from recon_mt940.entry import Balance, Unreadable, read_balance, read_total
from recon_mt940.scan import CLOSING, OPENING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_mt940.entry import Entry
    from recon_mt940.scan import Field, Message

_CURRENCY: Final = re.compile(r"[CD][0-9]{6}([A-Z]{3})|[0-9]{1,5}([A-Z]{3})|([A-Z]{3})", re.ASCII)
_NUMBER: Final = re.compile(r"([0-9]+)(?:/([0-9]{1,9}))?", re.ASCII)
# An account in one currency of several: the IBAN with the currency behind it.
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
# ING's note behind the balances: entries out, entries in, their sums.
SUM_NOTE: Final = re.compile(r"/SUM/([0-9]+)/([0-9]+)/([0-9,]+)/([0-9,]+)/", re.ASCII)


@dataclass(frozen=True, slots=True)
class Heading:
    """Account, currency, number and balances of one statement; balances in minor units."""

    account: str
    currency: str
    is_interim: bool
    number: str | None
    page: int | None
    opening: Balance | None
    closing: Balance | None
    findings: tuple[str, ...]

    def row(self, index: int, entries: int) -> dict[str, Any]:
        """Give the row of ReadStatements."""
        return {
            "statement_index": index,
            "account": self.account,
            "currency": self.currency,
            "kind": "interim" if self.is_interim else "final",
            "statement_number": self.number,
            "page": self.page,
            "opening_balance": self.opening.amount if self.opening else None,
            "opening_date": self.opening.date if self.opening else None,
            "closing_balance": self.closing.amount if self.closing else None,
            "closing_date": self.closing.date if self.closing else None,
            "line_count": entries,
        }


def read_heading(file: str, message: Message, *, needs_closing: bool) -> Heading:
    """Read what stands around the entries.

    Raises:
        MalformedFile: no account or currency, a balance that is none, two closing balances, or no closing balance
            where one is needed: the proof that nothing was cut off.
    """
    start = message.fields[0].number
    account_field = message.first("25")
    if account_field is None or not account_field.text.strip():
        raise MalformedFile("the statement names no account (:25:)", place=Place(file, start))
    if message.count(*CLOSING) > 1:
        raise MalformedFile("the statement has two closing balances", place=Place(file, start))
    opening_field, closing_field = message.first(*OPENING), message.first(*CLOSING)
    is_interim = message.is_interim
    if not is_interim and opening_field is None:
        raise MalformedFile(
            "the statement has no opening balance (:60F:)", place=Place(file, start)
        )
    if not is_interim and closing_field is None and needs_closing:
        raise MalformedFile(
            "the statement has no closing balance (:62F:); the file may be cut off",
            place=Place(file, start),
            hint='if the bank never sends one: `closing_balance = "optional"` under [formats.mt940]',
        )
    currency = _read_currency(file, message)
    is_known = currency in exponents()
    opening = _read_balance(file, opening_field, currency) if is_known else None
    closing = _read_balance(file, closing_field, currency) if is_known else None
    number, page = _number(message.first("28"))
    return Heading(
        account=_account(account_field.lines[0], currency),
        currency=currency,
        is_interim=is_interim,
        number=number,
        page=page,
        opening=opening,
        closing=closing,
        findings=() if is_known else (f"{currency!r} is no ISO 4217 currency",),
    )


def check_totals(
    file: str, message: Message, entries: Sequence[Entry], heading: Heading
) -> list[str]:
    """Compare the bank's own counts (:90C:, :90D:, ING's /SUM/) with what was read.

    Returns:
        One finding a total that does not agree, or that stands there unreadable.
    """
    sums = {
        "90C": [entry.amount for entry in entries if entry.amount >= 0],
        "90D": [-entry.amount for entry in entries if entry.amount < 0],
    }
    findings = []
    for each in message.fields:
        if each.tag in sums:
            findings += _check_total(file, each, sums[each.tag])
        stated = SUM_NOTE.search(each.text) if each.tag == "86" and "/SUM/" in each.text else None
        if stated:
            counts = (len(sums["90D"]), len(sums["90C"]))
            if counts != (int(stated[1]), int(stated[2])):
                place = Place(file, each.number)
                findings.append(f"{place}: {stated[0]} does not agree with {counts} entries read")
    if heading.is_interim and not message.count("90C", "90D"):
        findings.append(
            f"{file}: the interim report has no control totals: nothing proves it whole"
        )
    return findings


def _check_total(file: str, each: Field, sizes: list[int]) -> list[str]:
    place = Place(file, each.number)
    try:
        count, total, _ = read_total(each.lines[0])
    except Unreadable as error:
        return [f"{place}: {error.reason}"]
    found = (len(sizes), sum(sizes))
    is_same = found == (count, total)
    return [] if is_same else [f"{place}: {each.tag} says {(count, total)}, read {found}"]


def _read_currency(file: str, message: Message) -> str:
    named = []
    for each in message.fields:
        if each.tag in {*OPENING, *CLOSING, "34F", "90C", "90D"}:
            found = _CURRENCY.match(each.lines[0])
            if not found:
                raise MalformedFile(
                    f"field :{each.tag}: names no currency",
                    place=Place(file, each.number),
                    excerpt=f":{each.tag}:{each.lines[0]}",
                )
            named.append((each, found[1] or found[2] or found[3]))
    if not named:
        place = Place(file, message.fields[0].number)
        raise MalformedFile("the statement names no currency", place=place)
    for each, currency in named:
        if currency != named[0][1]:
            message_text = f"one statement in two currencies: {named[0][1]} and {currency}"
            raise MalformedFile(message_text, place=Place(file, each.number))
    return named[0][1]


def _read_balance(file: str, each: Field | None, currency: str) -> Balance | None:
    if each is None:
        return None
    try:
        balance = read_balance("".join(each.lines).strip())
    except Unreadable as error:
        raise MalformedFile(
            f"the balance :{each.tag}: in {currency} cannot be read: {error.reason}",
            place=Place(file, each.number),
            excerpt=f":{each.tag}:{each.lines[0]}",
            hint=error.hint,
        ) from None
    return balance


def _account(text: str, currency: str) -> str:
    account = "".join(text.split())
    # Dutch banks write the currency behind the IBAN; it is no part of the account and would hide own transfers.
    bare = account.removesuffix(currency)
    return bare if _IBAN.fullmatch(bare) and len(bare) > 14 else account


def _number(each: Field | None) -> tuple[str | None, int | None]:
    if each is None or not each.lines[0].strip():
        return None, None
    found = _NUMBER.fullmatch(each.lines[0].strip())
    if not found:
        return each.lines[0].strip(), None
    return found[1], int(found[2]) if found[2] else None
