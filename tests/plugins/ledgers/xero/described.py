"""What Xero's published description says of the fields that we send and read; the contract server holds both sides to it.

Source: the OpenAPI description of the Accounting API, as `xero-python` 15.2.0 was generated out of it (`test_published.py` compares);
the lengths of references are given by none.
"""

from __future__ import annotations

PAYMENT_TYPES = "ACCRECPAYMENT|ARCREDITPAYMENT|AROVERPAYMENTPAYMENT"
SHAPES = {
    "Account": {
        "AccountID": "id",
        "Code": "text",
        "Name": "text<=150",
        "Type": "BANK|EXPENSE|REVENUE|LIABILITY|CURRENT",
        "CurrencyCode": "text<=3",
        "EnablePaymentsToAccount": "flag",
    },
    "Contact": {"ContactID": "id", "AccountNumber": "text<=50", "Name": "text<=255"},
    "Invoice": {
        "InvoiceID": "id",
        "InvoiceNumber": "text<=255",
        "Type": "ACCREC|ACCPAY",
        "Status": "DRAFT|SUBMITTED|AUTHORISED|PAID|VOIDED|DELETED",
        "CurrencyCode": "text<=3",
        "CurrencyRate": "number",
        "AmountDue": "number",
        "Contact": "Contact",
    },
    "CreditNote": {
        "CreditNoteID": "id",
        "CreditNoteNumber": "text",
        "Type": "ACCRECCREDIT|ACCPAYCREDIT",
        "Status": "DRAFT|SUBMITTED|AUTHORISED|PAID|VOIDED|DELETED",
        "CurrencyCode": "text<=3",
        "CurrencyRate": "number",
        "RemainingCredit": "number",
        "Contact": "Contact",
    },
    "Overpayment": {"OverpaymentID": "id"},
    "Payment": {
        "PaymentID": "id",
        "PaymentType": PAYMENT_TYPES,
        "Invoice": "Invoice",
        "CreditNote": "CreditNote",
        "Overpayment": "Overpayment",
        "Account": "Account",
        "Date": "day",
        "Amount": "number",
        "CurrencyRate": "number",
        "BankAmount": "number",
        "Reference": "text",
        "Status": "AUTHORISED|DELETED",
        "StatusAttributeString": "text",
        "ValidationErrors": "[ValidationError]",
    },
    "PaymentDelete": {"Status": "text"},
    "BankTransaction": {
        "BankTransactionID": "id",
        "OverpaymentID": "id",
        "Type": "RECEIVE|RECEIVE-OVERPAYMENT",
        "Contact": "Contact",
        "BankAccount": "Account",
        "Date": "day",
        "Reference": "text",
        "CurrencyCode": "text<=3",
        "CurrencyRate": "number",
        "Status": "AUTHORISED|DELETED|VOIDED",
        "LineAmountTypes": "Exclusive|Inclusive|NoTax",
        "LineItems": "[LineItem]",
        "Total": "number",
        "StatusAttributeString": "text",
        "ValidationErrors": "[ValidationError]",
    },
    "LineItem": {
        "Description": "text",
        "Quantity": "number",
        "UnitAmount": "number",
        "AccountCode": "text",
        "LineAmount": "number",
    },
    "ValidationError": {"Message": "text"},
}
# Of rows that are told a date is milliseconds.
TOLD = {
    name: {field: "moment" if kind == "day" else kind for field, kind in fields.items()}
    for name, fields in SHAPES.items()
}
ROWS = {
    "Accounts": "Account",
    "Contacts": "Contact",
    "Invoices": "Invoice",
    "CreditNotes": "CreditNote",
    "Payments": "Payment",
    "BankTransactions": "BankTransaction",
}
# What a document must have when it is made (pages of Payments and BankTransactions).
NEEDS = {
    "Payments": ("Account", "Date", "Amount"),
    "BankTransactions": ("Type", "Contact", "LineItems", "BankAccount"),
}
LONGEST_KEY = 128
KEY_SECONDS = 6 * 60
