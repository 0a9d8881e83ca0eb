"""One transaction `<STMTTRN>`: what it says, as the columns of a line.

In: its node. Out: a `Transaction`, or `Unreadable` where amount, date or currency cannot be read.

Source: OFX 2.1.1 section 11.4.3 (statement transaction).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from recon_ofx.values import Unreadable, read_amount, read_date

if TYPE_CHECKING:
    import datetime as dt

    from recon_ofx.tags import Node

# A second one of these in one transaction is not the bank's: tags in a name can forge an amount.
_ONCE: Final = ("TRNAMT", "DTPOSTED", "FITID", "TRNTYPE")
_ACCOUNT_PARTS: Final = ("BANKACCTTO.ACCTID", "BANKACCTTO.BANKID", "CCACCTTO.ACCTID")
_READ: Final = frozenset(
    [*_ONCE, "DTAVAIL", "NAME", "EXTDNAME", "MEMO", "CHECKNUM", "CHKNUM", "REFNUM", *_ACCOUNT_PARTS]
)


@dataclass(frozen=True, slots=True)
class Transaction:
    """The three facts that a second reader can confirm, and the row."""

    amount_text: str
    amount: int
    currency: str
    booking_date: dt.date
    identifier: str | None
    row: dict[str, Any]


def read_transaction(node: Node, account_currency: str, marks: frozenset[str]) -> Transaction:
    """Read one transaction.

    Args:
        node: the `<STMTTRN>`.
        account_currency: CURDEF of the statement; `<CURRENCY>` in the transaction overrides it.
        marks: decimal marks that this file is known to use.

    Raises:
        Unreadable: amount, date or currency is missing, double, or none.
    """
    for name in _ONCE:
        values = {child.text for child in node.children if child.name == name and child.text}
        if len(values) > 1:
            reason = f"the transaction has {len(values)} different <{name}>"
            hint = "tags in a name or memo may have been taken for the bank's own"
            raise Unreadable(name, "repeated-field", reason, hint)
    amount_text, date_text = node.value("TRNAMT"), node.value("DTPOSTED")
    if amount_text is None:
        raise Unreadable("TRNAMT", "no-amount", "the transaction has no <TRNAMT>")
    if date_text is None:
        raise Unreadable("DTPOSTED", "no-date", "the transaction has no <DTPOSTED>")
    currency = _currency(node, account_currency)
    amount = read_amount("TRNAMT", amount_text, currency, marks)
    booking_date = read_date("DTPOSTED", date_text)
    row = {
        "booking_date": booking_date,
        "amount": amount,
        "currency": currency,
        "bank_reference": node.value("FITID"),
        **_columns(node),
    }
    return Transaction(amount_text, amount, currency, booking_date, node.value("FITID"), row)


def _currency(node: Node, account_currency: str) -> str:
    # <CURRENCY>: TRNAMT is in this currency. <ORIGCURRENCY>: TRNAMT was converted to the account's already.
    aggregate = node.first("CURRENCY")
    symbol = aggregate.value("CURSYM") if aggregate else None
    return symbol.upper() if symbol else account_currency


def _columns(node: Node) -> dict[str, Any]:
    payee = node.first("PAYEE")
    account = node.first("BANKACCTTO", "CCACCTTO")
    # PAYEE is an aggregate; some banks write the name straight into it.
    payee_name = (payee.value("NAME") or payee.text or None) if payee else None
    name = node.value("EXTDNAME") or node.value("NAME") or payee_name
    available = node.value("DTAVAIL")
    extras = _extras(node, name)
    return {
        "value_date": _date_or_extra(available, extras) if available else None,
        "payer_name": name,
        "payer_account": _compact(account.value("ACCTID")) if account else None,
        "payer_bank": _compact(account.value("BANKID")) if account else None,
        # NAME is "the payee or the description of the transaction": without a memo it is all the text there is.
        "remittance": node.value("MEMO") or name or "",
        "customer_reference": node.value("REFNUM"),
        "cheque_number": node.value("CHECKNUM", "CHKNUM"),
        "transaction_code": (node.value("TRNTYPE") or "").upper() or None,
        "is_reversal": node.value("CORRECTFITID") is not None,
        "extras": json.dumps(extras, ensure_ascii=False, sort_keys=True) if extras else None,
    }


def _extras(node: Node, shown_name: str | None) -> dict[str, str]:
    """Collect what has no column, by tag: `CORRECTFITID`, `ORIGCURRENCY.CURSYM`, a second `NAME`."""
    extras: dict[str, str] = {}
    seen: set[str] = set()
    for child in node.children:
        parts = child.children or [child]
        for part in parts:
            tag = part.name if part is child else f"{child.name}.{part.name}"
            is_taken = (tag in _READ and tag not in seen) or part.text == shown_name
            seen.add(tag)
            if part.text and not is_taken:
                extras[tag] = f"{extras[tag]} {part.text}" if tag in extras else part.text
    short_name = node.value("NAME")
    if short_name and short_name != shown_name:
        extras["NAME"] = short_name
    return extras


def _date_or_extra(text: str, extras: dict[str, str]) -> dt.date | None:
    try:
        return read_date("DTAVAIL", text)
    except Unreadable:
        # The day on which funds are available decides nothing here; it is shown as it came.
        extras["DTAVAIL"] = text
        return None


def _compact(text: str | None) -> str | None:
    return "".join(text.split()) if text else None
