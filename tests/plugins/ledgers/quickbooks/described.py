"""What Intuit's published description says of the fields that we send and read; the contract server holds both sides to it.

Source: the pages `payment`, `journalentry`, `invoice`, `creditmemo`, `account` of the API reference (that of `customer` was not read), and its
page on data queries.
"""

from __future__ import annotations

LINKED = "Expense|Check|CreditCardCredit|JournalEntry|CreditMemo|Invoice"
SHAPES = {
    "Reference": {"value": "text", "name": "text"},
    "Payment": {
        "Id": "text",
        "SyncToken": "text",
        "sparse": "flag",
        "TotalAmt": "number",
        "CustomerRef": "Reference",
        "CurrencyRef": "Reference",
        "ExchangeRate": "number",
        # The page gives no length of it; ours are of 20, as a number of a document has 21 at most.
        "PaymentRefNum": "text<=21",
        "PrivateNote": "text<=4000",
        "DepositToAccountRef": "Reference",
        "TxnDate": "day",
        "Line": "[PaymentLine]",
    },
    "PaymentLine": {"Amount": "number", "LinkedTxn": "[LinkedTxn]"},
    "LinkedTxn": {"TxnId": "text", "TxnType": LINKED},
    "JournalEntry": {
        "Id": "text",
        "SyncToken": "text",
        "sparse": "flag",
        "DocNumber": "text<=21",
        "TxnDate": "day",
        "CurrencyRef": "Reference",
        "ExchangeRate": "number",
        "PrivateNote": "text<=4000",
        "Line": "[JournalLine]",
    },
    "JournalLine": {
        "Id": "text",
        "Amount": "number",
        "Description": "text<=4000",
        "DetailType": "JournalEntryLineDetail",
        "JournalEntryLineDetail": "JournalDetail",
    },
    "JournalDetail": {
        "PostingType": "Credit|Debit",
        "AccountRef": "Reference",
        "Entity": "Entity",
    },
    "Entity": {"Type": "Vendor|Employee|Customer", "EntityRef": "Reference"},
    "Invoice": {
        "Id": "text",
        "SyncToken": "text",
        "DocNumber": "text<=21",
        "CustomerRef": "Reference",
        "CurrencyRef": "Reference",
        "ExchangeRate": "number",
        "Balance": "number",
    },
    "Customer": {"Id": "text", "SyncToken": "text", "DisplayName": "text<=500"},
    "Account": {
        "Id": "text",
        "SyncToken": "text",
        "Name": "text<=100",
        "AccountType": "Bank|Other Current Asset|Expense|Income|Accounts Receivable",
        "CurrencyRef": "Reference",
    },
    # What a deletion sends and what it tells.
    "Named": {"Id": "text", "SyncToken": "text"},
    "Voided": {"Id": "text", "SyncToken": "text", "sparse": "flag"},
    "Gone": {"Id": "text", "status": "Deleted", "domain": "text"},
}
SHAPES["CreditMemo"] = SHAPES["Invoice"]
NEEDS = {
    "Payment": ("TotalAmt", "CustomerRef"),
    "JournalEntry": ("Line",),
    "Named": ("Id", "SyncToken"),
    "Voided": ("Id", "SyncToken", "sparse"),
}
# "Filterable" in the reference, of what we ask by.
FILTERABLE = {
    "Invoice": {"Id", "DocNumber"},
    "CreditMemo": {"Id", "DocNumber"},
    "Customer": {"Id"},
    "Account": {"Id"},
    "Payment": {"Id", "PaymentRefNum", "CustomerRef"},
    "JournalEntry": {"Id", "DocNumber"},
}
LONGEST_REQUEST_ID = 50
MOST_RESULTS = 1_000
