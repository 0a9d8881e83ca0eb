"""A contract server of Xero's Accounting API, in memory, after its published description: each call a transaction of its own.

Like Xero it lets two payments have one reference, refuses more than is due, keeps what is deleted with its status, and answers a
repeated idempotency key with its first answer for six minutes (by `clock`). Of a call with several documents it keeps the sound
ones, the worst it might do; with `summarizeErrors=false` it says so of each. What is sent and told is held against `described.py`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from itertools import count
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from tests.plugins.ledgers.described import faults
from tests.plugins.ledgers.xero.described import (
    KEY_SECONDS,
    LONGEST_KEY,
    NEEDS,
    ROWS,
    SHAPES,
    TOLD,
)

TOKEN, TENANT = "token-only-for-tests", "tenant-1"
BANK, DISCOUNT, GAINS = "090", "420", "270"
ID = {
    "Payments": "PaymentID",
    "BankTransactions": "BankTransactionID",
    "Invoices": "InvoiceID",
    "CreditNotes": "CreditNoteID",
    "Contacts": "ContactID",
}
TERM = re.compile(r'^([\w.]+)==(guid\()?"([^"\\]*)"\)?$')
DAY = re.compile(r"^Date==DateTime\((\d{4}), (\d\d), (\d\d)\)$")
PAGE = 100
# Told with every answer.
LIMITS = {"X-DayLimit-Remaining": "4999", "X-MinLimit-Remaining": "59"}
LIMITS |= {"X-AppMinLimit-Remaining": "9999"}


class Refused(Exception):
    """What Xero says against a document."""


class FakeXero:
    """The books: invoice N is INV/N of (100 + N).00 EUR, for contact C1 to C10 in turn; CN/1 is a credit note of 20.00 for C1."""

    def __init__(self, invoices=10):
        self.numbers = count(1)
        self.dropped, self.busy, self.wait, self.passes = [], 0, 0, 0
        self.calls, self.answers, self.clock = [], {}, 0
        self.refunded = set()
        self.accounts = [
            {"AccountID": self.new_id(), "Code": BANK, "Type": "BANK", "CurrencyCode": "EUR"},
            {"AccountID": self.new_id(), "Code": DISCOUNT, "Type": "EXPENSE"}
            | {"EnablePaymentsToAccount": True},
            {"AccountID": self.new_id(), "Code": GAINS, "Type": "REVENUE"}
            | {"EnablePaymentsToAccount": False},
        ]
        self.tables = {endpoint: {} for endpoint in ID}
        contacts = [
            self.add("Contacts", {"AccountNumber": f"C{n}", "Name": f"Customer {n}"})
            for n in range(1, 11)
        ]
        for n in range(1, invoices + 1):
            row = {"Type": "ACCREC", "InvoiceNumber": f"INV/{n}", "Status": "AUTHORISED"}
            row |= {"CurrencyCode": "EUR", "AmountDue": Decimal(100 + n)}
            contact = contacts[(n - 1) % 10]
            self.add("Invoices", row | {"Contact": {"ContactID": contact["ContactID"]}})
        row = {"Type": "ACCRECCREDIT", "CreditNoteNumber": "CN/1", "Status": "AUTHORISED"}
        row |= {"CurrencyCode": "EUR", "RemainingCredit": Decimal(20)}
        self.add("CreditNotes", row | {"Contact": {"ContactID": contacts[0]["ContactID"]}})

    def new_id(self):
        return str(UUID(int=next(self.numbers)))

    def add(self, endpoint, row):
        row[ID[endpoint]] = self.new_id()
        self.tables[endpoint][row[ID[endpoint]]] = row
        return row

    # ------------------------------------------------------------ what the books say

    def left(self, n):
        (row,) = [r for r in self.tables["Invoices"].values() if r["InvoiceNumber"] == f"INV/{n}"]
        return row["AmountDue"]

    def documents(self):
        rows = [*self.tables["Payments"].values(), *self.tables["BankTransactions"].values()]
        return [row for row in rows if row["Status"] == "AUTHORISED"]

    def standing(self):
        last = (row.get("Reference", "+") for row in self.documents())
        return sorted(key for key in last if not key.endswith(("+", "-")))

    def cash(self):
        bank = self.accounts[0]["AccountID"]
        total = Decimal(0)
        for row in self.documents():
            account = row.get("Account") or row.get("BankAccount")
            if account["AccountID"] == bank:
                amount = row["Amount"] if "Amount" in row else row["Total"]
                total += -amount if "CreditNote" in row or "Overpayment" in row else amount
        return total

    def writes(self):
        return [call for call in self.calls if not call.startswith("GET")]

    # ------------------------------------------------------------ HTTP

    def answer(self, method, path, headers, body):
        if headers["Authorization"] != f"Bearer {TOKEN}":
            said = {"Title": "Unauthorized", "Status": 401, "Detail": "TokenExpired: token expired"}
            return 401, said | {"you sent": headers["Authorization"]}
        if headers.get("Xero-Tenant-Id", headers.get("xero-tenant-id")) != TENANT:
            return 403, {
                "Title": "Forbidden",
                "Status": 403,
                "Detail": "AuthenticationUnsuccessful",
            }
        if self.busy:
            # The limit is looked at before the key is, so nothing was done.
            self.busy -= 1
            self.clock += self.passes
            problem = {"X-Rate-Limit-Problem": "minute", "Retry-After": str(self.wait)}
            return 429, {"Detail": "minute limit"}, LIMITS | problem
        parts = urlsplit(path)
        _, endpoint, *ident = parts.path.split("/")
        self.calls.append(f"{method} {parts.path}")
        if method == "GET":
            told = self.listed(endpoint, parse_qs(parts.query))
            return 200, dumped(self.checked(endpoint, told)), LIMITS
        self.is_each = "summarizeErrors=false" in parts.query
        return self.written(method, endpoint, ident, headers["Idempotency-Key"], body)

    def written(self, method, endpoint, ident, key, body):
        if len(key) > LONGEST_KEY:
            return 400, {"Title": "Idempotency Key is longer than 128 characters."}
        asked = method, endpoint, tuple(ident), body
        since, first, answer = self.answers.get(key, (None, asked, None))
        if since is not None and self.clock - since < KEY_SECONDS:
            if first != asked:
                return 400, {"Title": "Idempotency Key is used with a different request."}
        else:
            document = json.loads(body, parse_float=Decimal)
            wrong = refused_shape(method, endpoint, document)
            status, told = (
                (400, {"Type": "PostDataInvalidException", "Message": "; ".join(wrong)})
                if wrong
                else self.deleted(endpoint, ident[0], document)
                if method == "POST"
                else self.created(endpoint, document[endpoint])
            )
            answer = status, dumped(self.checked(endpoint, told)), LIMITS
            self.answers[key] = self.clock, asked, answer
        verb = f"{method} {endpoint}"
        if verb in self.dropped:
            self.dropped.remove(verb)
            return None
        return answer

    def checked(self, endpoint, told):
        """Hold what is told against the description."""
        rows = told.get(endpoint, [])
        wrong = [why for row in rows for why in faults(TOLD, ROWS[endpoint], row)]
        assert not wrong, wrong
        return told

    def listed(self, endpoint, query):
        if endpoint == "Accounts":
            return {"Accounts": self.accounts}
        tests = []
        where = query["where"][0]
        every = all if " AND " in where else any
        for term in re.split(" OR | AND ", where):
            if day := DAY.match(term):
                tests.append((["Date"], shown("-".join(day.groups()))))
                continue
            name, _, value = TERM.match(term).groups()
            tests.append((name.split("."), value))
        rows = [
            row
            for row in self.tables[endpoint].values()
            if every(value_at(row, names) == value for names, value in tests)
        ]
        at = (int(query["page"][0]) - 1) * PAGE
        return {endpoint: rows[at : at + PAGE]}

    # ------------------------------------------------------------ documents

    def created(self, endpoint, rows):
        make = self.pay if endpoint == "Payments" else self.receive
        made, wrong = [], []
        for row in rows:
            try:
                made.append(make(row))
            except Refused as error:
                # What was sent is told again, its date as Xero tells dates.
                wrong.append(row | failed(str(error)) | {"Date": shown(row["Date"])})
        if self.is_each:
            fine = [row | {"StatusAttributeString": "OK"} for row in made]
            return 200, {endpoint: [*fine, *wrong]}
        if wrong:
            said = {"ErrorNumber": 10, "Type": "ValidationException"}
            return 400, said | {"Message": "A validation exception occurred", "Elements": wrong}
        return 200, {endpoint: made}

    def account(self, ref):
        for account in self.accounts:
            if ref in ({"Code": account["Code"]}, {"AccountID": account["AccountID"]}):
                return account
        raise Refused("Account could not be found")

    def pay(self, row):
        account = self.account(row["Account"])
        if account["Type"] != "BANK" and not account.get("EnablePaymentsToAccount"):
            raise Refused("Account must have Enable payments to this account")
        self.settle(row, 1)
        made = row | {"Account": account, "Status": "AUTHORISED", "Date": shown(row["Date"])}
        return self.add("Payments", made)

    def settle(self, row, sign):
        for what, name, number in (
            ("Invoice", "AmountDue", "InvoiceID"),
            ("CreditNote", "RemainingCredit", "CreditNoteID"),
        ):
            if what in row:
                owner = self.tables[f"{what}s"][row[what][number]]
                left = owner[name] - sign * Decimal(str(row["Amount"]))
                if left < 0:
                    raise Refused("Payment amount exceeds the amount outstanding on this document")
                owner[name] = left
                owner["Status"] = "AUTHORISED" if left else "PAID"
        if "Overpayment" in row:
            ident = row["Overpayment"]["OverpaymentID"]
            paid = [one.get("OverpaymentID") for one in self.tables["BankTransactions"].values()]
            if ident in self.refunded or ident not in paid:
                raise Refused("Payment amount exceeds the amount outstanding on this document")
            self.refunded.add(ident)

    def receive(self, row):
        if row["Contact"]["ContactID"] not in self.tables["Contacts"]:
            raise Refused("Contact could not be found")
        (line,) = row["LineItems"]
        bank = self.account(row["BankAccount"])
        if bank["Type"] != "BANK":
            raise Refused("The Bank Account must be an account of type BANK")
        made = row | {"BankAccount": bank, "Status": "AUTHORISED", "Date": shown(row["Date"])}
        if row["Type"] == "RECEIVE-OVERPAYMENT":
            # Xero keeps a reference of money spent and received only.
            made.pop("Reference", None)
            made |= {"OverpaymentID": self.new_id(), "Total": Decimal(str(line["LineAmount"]))}
        else:
            self.account({"Code": line["AccountCode"]})
            made["Total"] = Decimal(str(line["UnitAmount"]))
        return self.add("BankTransactions", made)

    def deleted(self, endpoint, ident, document):
        row = self.tables[endpoint][ident]
        gone = {"Status": "DELETED"}
        named = {endpoint: [{ID[endpoint]: ident} | gone]}
        assert document == (gone if endpoint == "Payments" else named)
        if row["Status"] == "DELETED" or row.get("Type") == "RECEIVE-OVERPAYMENT":
            wrong = row | failed("It cannot be deleted")
            return 400, {"Message": "A validation exception occurred", "Elements": [wrong]}
        if endpoint == "Payments":
            self.settle(row, -1)
        row["Status"] = "DELETED"
        return 200, {endpoint: [row]}


def refused_shape(method, endpoint, document):
    """Say what is wrong with a document that is sent: a payment is deleted by its status alone."""
    if (method, endpoint) == ("POST", "Payments"):
        return faults(SHAPES, "PaymentDelete", document, needs=("Status",))
    if list(document) != [endpoint]:
        return [f"{endpoint} are sent as a list of that name"]
    needs = NEEDS[endpoint] if method == "PUT" else ()
    return [
        why
        for row in document[endpoint]
        for why in faults(SHAPES, ROWS[endpoint], row, needs=needs)
    ]


def failed(why):
    return {"StatusAttributeString": "ERROR", "ValidationErrors": [{"Message": why}]}


def shown(day):
    """A day as Xero tells it: milliseconds since 1970, of midnight."""
    since = dt.date.fromisoformat(day) - dt.date(1970, 1, 1)
    return f"/Date({since.days * 86_400_000}+0000)/"


def value_at(row, names):
    for name in names:
        row = (row or {}).get(name)
    return row


def dumped(told):
    return json.dumps(told, default=float).encode()
