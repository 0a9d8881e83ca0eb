"""An X12 820 to an advice. In: a transaction set. Out: its items, each as it is paid.

Source: ASC X12 820, 003030 to 005010: BPR02 is the payment, RMR04 what is paid for an item, ADX01 an adjustment. By the
standard the adjustments below RMR are in RMR04, and those above it are not; credit memos are negative. Some payers write it
otherwise, so the sum decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from recon.api import AmountError, exponent, exponents, format_minor, parse_minor
from recon_advices.advice import Advice, Part, merged
from recon_advices.segments import read_transactions

if TYPE_CHECKING:
    from recon_advices.segments import Segment, TransactionSet

_SET: Final = "820"
_PAYER: Final = "PR"
# The id of a party that its seller gave: our number of the customer.
_BY_SELLER: Final = "91"
_CREDIT_MEMOS: Final = frozenset({"CM", "CL"})
_DEBIT: Final = "D"


@dataclass(slots=True)
class _Item:
    """What is said of one item: its amount as told, and the adjustments below it."""

    number: str
    amount: int
    is_credit: bool
    adjusted: int = 0


class _Reading(NamedTuple):
    """How a payer counts: are adjustments still to be taken off, and credit memos still to be turned negative?"""

    adjusts: bool
    turns_credits: bool


# The standard's own way first.
_READINGS: Final = (
    _Reading(adjusts=False, turns_credits=False),
    _Reading(adjusts=True, turns_credits=False),
    _Reading(adjusts=False, turns_credits=True),
    _Reading(adjusts=True, turns_credits=True),
)


@dataclass(slots=True)
class _Payment:
    """What was read so far."""

    currency: str
    begin: Segment
    total: int = 0
    reference: str | None = None
    customer_id: str | None = None
    payer_name: str | None = None
    items: list[_Item] = field(default_factory=list)
    # Adjustments that stand beside the items, not below one.
    beside: list[Part] = field(default_factory=list)


def read_820(text: str, file: str, currency: str) -> list[Advice]:
    """Read all payments of a file; other transaction sets in it are left out.

    Args:
        text: the whole file.
        file: its name, for errors.
        currency: of a payment that names none.

    Raises:
        UnreadableItems: the envelopes do not hold, an amount is missing or wrong, or the items do not make the payment.
    """
    return [
        _advice(one, currency) for one in read_transactions(text, file) if one.begin.told(1) == _SET
    ]


def _advice(transaction: TransactionSet, currency: str) -> Advice:
    payment = _Payment(_currency(transaction, currency), transaction.begin)
    is_begun = False
    for at, segment in enumerate(transaction.segments):
        if segment.name == "BPR":
            payment.total = _total(segment, payment)
            is_begun = True
        elif segment.name == "TRN":
            payment.reference = payment.reference or segment.told(2) or None
        elif segment.name == "N1" and segment.told(1) == _PAYER and payment.payer_name is None:
            payment.payer_name = segment.told(2) or None
            payment.customer_id = segment.told(4) or None if segment.told(3) == _BY_SELLER else None
        elif segment.name == "RMR":
            payment.items.append(_item(segment, payment.currency))
        elif segment.name == "ADX":
            _adjust(payment, transaction.segments, at)
        elif segment.name == "ENT" and payment.items:
            # What is adjusted in the next entity is no part of the last item of this one.
            payment.items.append(_Item("", 0, is_credit=False))
    if not is_begun:
        raise payment.begin.wrong("the payment has no BPR", None)
    name = payment.reference or f"{transaction.interchange}-{transaction.begin.told(2)}"
    parts = merged(_proven(payment))
    return Advice(
        name,
        payment.customer_id,
        payment.payer_name,
        payment.reference,
        payment.total,
        payment.currency,
        parts,
    )


def _currency(transaction: TransactionSet, default: str) -> str:
    for segment in transaction.segments:
        if segment.name == "CUR":
            told = segment.told(2).upper()
            if told not in exponents():
                raise segment.wrong(f"CUR02 {told!r} is no ISO 4217 currency", None)
            return told
    return default


def _total(segment: Segment, payment: _Payment) -> int:
    if segment.told(3) == _DEBIT:
        raise segment.wrong(
            "BPR03 is D: this payment takes money from its receiver",
            "take the file out of the folder: it announces no receipt",
        )
    return _amount(segment, 2, payment.currency)


def _item(segment: Segment, currency: str) -> _Item:
    number = segment.told(2)
    if not number:
        raise segment.wrong("RMR02 names no item", "ask the payer which one it is")
    if segment.told(4):
        amount = _amount(segment, 4, currency)
    elif segment.told(5):
        discount = _amount(segment, 6, currency) if segment.told(6) else 0
        amount = _amount(segment, 5, currency) - discount
    else:
        raise segment.wrong(
            "RMR04 does not say what is paid for it", "ask the payer how much it is"
        )
    return _Item(number, amount, segment.told(1) in _CREDIT_MEMOS)


def _adjust(payment: _Payment, segments: list[Segment], at: int) -> None:
    """Take an adjustment: below an item it belongs to that, else it stands for itself by the number that it names."""
    segment = segments[at]
    amount = _amount(segment, 1, payment.currency)
    if payment.items and payment.items[-1].number:
        payment.items[-1].adjusted += amount
        return
    behind = segments[at + 1] if at + 1 < len(segments) else None
    referred = behind.told(2) if behind is not None and behind.name == "REF" else ""
    reason = f"adjustment {segment.told(2)} {len(payment.beside) + 1}"
    payment.beside.append(Part(segment.told(4) or referred or reason, amount))


def _proven(payment: _Payment) -> list[Part]:
    """Give the parts as the first way of counting tells them that makes the payment.

    Raises:
        UnreadableItems: none does.
    """
    items = [one for one in payment.items if one.number]
    if not items and not payment.beside:
        raise payment.begin.wrong("the payment names no item: it has neither RMR nor ADX", None)
    for reading in _READINGS:
        told = [Part(one.number, _counted(one, reading)) for one in items]
        if sum(part.amount or 0 for part in (*told, *payment.beside)) == payment.total:
            return [*told, *payment.beside]
    plain = sum(one.amount for one in items) + sum(part.amount or 0 for part in payment.beside)
    total, made = (format_minor(minor, payment.currency) for minor in (payment.total, plain))
    raise payment.begin.wrong(
        f"the payment is of {total}, and its items make {made}",
        "ask the payer for the whole advice, or take the file out of the folder",
    )


def _counted(item: _Item, reading: _Reading) -> int:
    amount = -abs(item.amount) if reading.turns_credits and item.is_credit else item.amount
    return amount + (item.adjusted if reading.adjusts else 0)


def _amount(segment: Segment, at: int, currency: str) -> int:
    """Give an amount in minor units; X12 leaves a zero before the point out."""
    told = segment.told(at)
    sign = told[:1] if told[:1] in {"-", "+"} else ""
    digits = told.removeprefix(sign)
    plain = f"{sign}0{digits}" if digits.startswith(".") else told
    try:
        return parse_minor(plain, exponent(currency))
    except AmountError:
        raise segment.wrong(
            f"{segment.name}{at:02d} {told!r} is no amount of {currency}", None
        ) from None
