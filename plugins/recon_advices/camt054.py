"""Credit notifications of a bank to advices: an entry that holds many payments tells what each of them pays.

In: a camt.054 document. Out: an advice a credit entry that has details. Source: ISO 20022 camt.054.001.02 to .001.13,
where amounts and parties of the details moved between versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from recon.api import format_minor
from recon.api.xml_tree import parse_xml
from recon_advices.advice import Advice, Part, merged

if TYPE_CHECKING:
    from recon.api.xml_tree import Element

_HINT: Final = "take the file out of the folder: the line is then matched without it"
# ISO 20022 external code for a credit note.
_CREDIT_NOTE: Final = "CREN"
_NOT_PROVIDED: Final = "NOTPROVIDED"


def read_camt054(data: bytes, file: str) -> list[Advice]:
    """Read one message.

    Raises:
        UnreadableItems: an amount is missing or wrong, or the details do not make the entry.
    """
    root = parse_xml(data, file, {})
    document = root.with_names({"c": root.namespace})
    advices = []
    for notification in document.every("c:BkToCstmrDbtCdtNtfctn/c:Ntfctn"):
        name = notification.needed("c:Id")
        for at, entry in enumerate(notification.every("c:Ntry"), 1):
            advice = _advice(entry, f"{name}/{at}") if _is_receipt(entry) else None
            advices += [] if advice is None else [advice]
    return advices


def _is_receipt(entry: Element) -> bool:
    is_reversal = (entry.text("c:RvslInd") or "").lower() in {"true", "1"}
    return entry.text("c:CdtDbtInd") == "CRDT" and not is_reversal


def _advice(entry: Element, name: str) -> Advice | None:
    """Read an entry; None where it has no details."""
    details = entry.every("c:NtryDtls/c:TxDtls")
    if not details:
        return None
    amount = entry.at("c:Amt")
    if amount is None:
        raise entry.wrong("the entry has no Amt")
    currency = (amount.attribute("Ccy") or "").upper()
    total = entry.amount("c:Amt", currency, "Ccy")
    if total is None:
        raise entry.wrong("the entry has no Amt")
    amounts = [_amount(one, currency) for one in details]
    if len(amounts) == 1 and amounts[0] is None:
        amounts = [total]
    told = [one for one in amounts if one is not None]
    if len(told) < len(amounts):
        raise entry.wrong("not every one of its details has an amount", "c:NtryDtls", _HINT)
    if sum(told) != total:
        raise entry.wrong(
            f"the entry is of {format_minor(total, currency)}, "
            f"and its details make {format_minor(sum(told), currency)}",
            "c:Amt",
            _HINT,
        )
    parts: list[Part] = []
    for number, (one, paid) in enumerate(zip(details, told, strict=True), 1):
        parts += _parts(one, paid, currency, f"{name}.{number}")
    payers = {_payer(one) for one in details}
    reference = entry.first("c:AcctSvcrRef", "c:NtryDtls/c:Btch/c:PmtInfId", "c:NtryRef")
    payer = payers.pop() if len(payers) == 1 else None
    return Advice(name, None, payer, reference, total, currency, merged(parts))


def _amount(detail: Element, currency: str) -> int | None:
    """Give what one payment brought, negative for what was taken off."""
    path = next(
        (one for one in ("c:Amt", "c:AmtDtls/c:TxAmt/c:Amt") if detail.text(one) is not None), None
    )
    found = None if path is None else detail.amount(path, currency, "Ccy")
    if found is None:
        return None
    return -found if detail.text("c:CdtDbtInd") == "DBIT" else found


def _payer(detail: Element) -> str | None:
    return detail.first("c:RltdPties/c:Dbtr/c:Pty/c:Nm", "c:RltdPties/c:Dbtr/c:Nm")


def _parts(detail: Element, paid: int, currency: str, name: str) -> list[Part]:
    """Give the items that one payment pays."""
    parts = [part for one in detail.every("c:RmtInf/c:Strd") for part in _structured(one, currency)]
    if not parts:
        return [Part(_in_words(detail) or name, paid)]
    if len(parts) == 1 and parts[0].amount is None:
        return [parts[0]._replace(amount=paid)]
    amounts = [part.amount for part in parts if part.amount is not None]
    if len(amounts) == len(parts) and sum(amounts) != paid:
        raise detail.wrong(
            f"the payment is of {format_minor(paid, currency)}, "
            f"and its documents make {format_minor(sum(amounts), currency)}",
            "c:RmtInf",
            _HINT,
        )
    return parts


def _structured(block: Element, currency: str) -> list[Part]:
    """Give the documents of a block, or its creditor reference; of several, how much goes to each is not said."""
    documents = block.every("c:RfrdDocInf")
    numbers = [number for one in documents if (number := one.text("c:Nb")) is not None]
    reference = block.text("c:CdtrRefInf/c:Ref")
    named = numbers or ([reference] if reference else [])
    paid = block.amount("c:RfrdDocAmt/c:RmtdAmt", currency, "Ccy")
    taken_off = block.amount("c:RfrdDocAmt/c:CdtNoteAmt", currency, "Ccy")
    if paid is None and taken_off is not None:
        paid = -taken_off
    is_credit = any(one.text("c:Tp/c:CdOrPrtry/c:Cd") == _CREDIT_NOTE for one in documents)
    if is_credit and paid is not None:
        paid = -abs(paid)
    return [Part(number, paid if len(named) == 1 else None) for number in named]


def _in_words(detail: Element) -> str | None:
    """Give the whole text of a payment: it names an item only if it is its number and nothing else."""
    words = [one.text() or "" for one in detail.every("c:RmtInf/c:Ustrd")]
    text = " ".join(" ".join(words).split())
    end_to_end = detail.text("c:Refs/c:EndToEndId")
    return text or (end_to_end if end_to_end != _NOT_PROVIDED else None)
