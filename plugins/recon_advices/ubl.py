"""A UBL RemittanceAdvice to an advice. In: a parsed document. Out: its items, each as it is paid.

Source: OASIS UBL 2.1, RemittanceAdvice: a debit of a line is what is paid for it, a credit what is taken off, its balance
the difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from recon.api import format_minor
from recon.api.xml_tree import parse_xml
from recon_advices.advice import Advice, Part

if TYPE_CHECKING:
    from recon.api.xml_tree import Element

_SPACE: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_NAMES: Final = {
    "a": f"{_SPACE}CommonAggregateComponents-2",
    "b": f"{_SPACE}CommonBasicComponents-2",
}
_PAYER: Final = "a:AccountingCustomerParty"
_DOCUMENTS: Final = (
    "InvoiceDocumentReference",
    "SelfBilledInvoiceDocumentReference",
    "CreditNoteDocumentReference",
    "SelfBilledCreditNoteDocumentReference",
    "DebitNoteDocumentReference",
    "AdditionalDocumentReference",
)


def read_ubl(data: bytes, file: str) -> list[Advice]:
    """Read one document.

    Raises:
        UnreadableItems: what an advice needs is missing or wrong, or its lines do not make its total.
    """
    document = parse_xml(data, file, _NAMES)
    lines = document.every("a:RemittanceAdviceLine")
    if not lines:
        raise document.wrong("it has no RemittanceAdviceLine")
    advice_id, currency = document.needed("b:ID"), _currency(document)
    paid = [_paid(line, currency) for line in lines]
    total = _total(document, currency, sum(paid))
    parts = [
        part
        for line, amount in zip(lines, paid, strict=True)
        for part in _parts(line, amount, advice_id)
    ]
    return [
        Advice(
            advice_id,
            document.text(f"{_PAYER}/b:SupplierAssignedAccountID"),
            document.first(
                f"{_PAYER}/a:Party/a:PartyLegalEntity/b:RegistrationName",
                f"{_PAYER}/a:Party/a:PartyName/b:Name",
            ),
            document.first(
                "a:PaymentMeans/b:PaymentID", "b:PaymentOrderReference", "b:PayerReference"
            )
            or advice_id,
            total,
            currency,
            tuple(parts),
        )
    ]


def _currency(document: Element) -> str:
    """Give the document's currency; where it names none, that of its total."""
    if document.text("b:DocumentCurrencyCode") is not None:
        return document.currency("b:DocumentCurrencyCode")
    total = document.at("b:TotalPaymentAmount")
    told = total.attribute("currencyID") if total else None
    if told is None:
        raise document.wrong("it has no DocumentCurrencyCode")
    return told.upper()


def _paid(line: Element, currency: str) -> int:
    """Give what is paid for a line; where it says that twice, both must agree."""
    debit, credit, balance = (
        line.amount(f"b:{name}", currency)
        for name in ("DebitLineAmount", "CreditLineAmount", "BalanceAmount")
    )
    if debit is None and credit is None:
        if balance is None:
            raise line.wrong("the line has neither DebitLineAmount nor BalanceAmount")
        return balance
    paid = (debit or 0) - (credit or 0)
    if balance is not None and balance != paid:
        raise line.wrong(
            f"its debit less its credit is {format_minor(paid, currency)}, "
            f"and its balance {format_minor(balance, currency)}",
            "b:BalanceAmount",
            hint="ask the payer for an advice that agrees with itself",
        )
    return paid


def _total(document: Element, currency: str, summed: int) -> int:
    """Give the total, which is the sum of the lines; also where only debits and credits are told."""
    told = document.amount("b:TotalPaymentAmount", currency)
    debits, credits_ = (
        document.amount(f"b:{name}", currency) for name in ("TotalDebitAmount", "TotalCreditAmount")
    )
    if told is None and debits is not None:
        told = debits - (credits_ or 0)
    if told is not None and told != summed:
        raise document.wrong(
            f"its total is {format_minor(told, currency)}, "
            f"and its lines make {format_minor(summed, currency)}",
            "b:TotalPaymentAmount",
            hint="ask the payer for the whole advice, or take the file out of the folder",
        )
    return summed


def _parts(line: Element, paid: int, advice_id: str) -> list[Part]:
    """Give the documents that a line pays; of several, how much goes to each is not said."""
    paths = [f"a:BillingReference/a:{name}/b:ID" for name in _DOCUMENTS]
    numbers = [
        number
        for path in (*paths, "a:DocumentReference/b:ID")
        for one in line.every(path)
        if (number := one.text()) is not None
    ]
    # A deduction without a document is no item of ours, and must not be lost: the advice is then not believed.
    named = list(dict.fromkeys(numbers)) or [f"{advice_id}/{line.text('b:ID') or 'line'}"]
    return [Part(number, paid if len(named) == 1 else None) for number in named]
