"""A contract server of QuickBooks Online's Accounting API, in memory, after its documentation: each call a transaction of its own.

Like QuickBooks it lets two payments have one reference, answers a known request id as the first time, refuses an old `SyncToken`,
and finds text whatever its case. Where the documentation leaves it open it does the worst: voiding loses the note, and what is
linked is not deleted. What is sent and told is held against `described.py`; with `faults_are_200` refusals come with status 200.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from itertools import count
from urllib.parse import parse_qs, urlsplit

from tests.plugins.ledgers.described import faults
from tests.plugins.ledgers.quickbooks.described import (
    FILTERABLE,
    LONGEST_REQUEST_ID,
    MOST_RESULTS,
    NEEDS,
    SHAPES,
)

TOKEN, COMPANY = "token-only-for-tests", "4620816365"
BANK, DISCOUNT, GAINS, OWED = "35", "86", "45", "84"
QUERY = re.compile(
    r"^SELECT \* FROM (\w+) WHERE (\w+) IN \((.*)\) STARTPOSITION (\d+) MAXRESULTS (\d+)$"
)
TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")
# The shape of what is told; fields of ours begin with an underscore, and are not told.
ENTITIES = {"payment": "Payment", "journalentry": "JournalEntry"}


class Refused(Exception):
    """What QuickBooks says against a document."""


class FakeQuickBooks:
    """The books: invoice N is INV/N of (100 + N).00 EUR, for customer C1 to C10 in turn; CN/1 is a credit note of 20.00 for C1."""

    def __init__(self, invoices=10):
        self.ids = count(100)
        self.dropped, self.busy, self.faults_are_200 = [], 0, False
        self.calls, self.answers = [], {}
        self.tables = {entity: {} for entity in FILTERABLE}
        euro = {"CurrencyRef": {"value": "EUR"}}
        kinds = {BANK: "Bank", DISCOUNT: "Expense", GAINS: "Income", OWED: "Accounts Receivable"}
        for ident, kind in kinds.items():
            row = {"Id": ident, "Name": f"Account {ident}", "AccountType": kind}
            self.tables["Account"][ident] = row | euro
        for n in range(1, 11):
            self.tables["Customer"][f"C{n}"] = {"Id": f"C{n}", "DisplayName": f"Customer {n}"}
        for n in range(1, invoices + 1):
            self.add_owed("Invoice", f"INV/{n}", f"C{(n - 1) % 10 + 1}", 100 + n)
        self.add_owed("CreditMemo", "CN/1", "C1", 20)

    def add_owed(self, entity, number, customer, amount):
        row = {"DocNumber": number, "CustomerRef": {"value": customer}, "Balance": Decimal(amount)}
        return self.add(entity, row | {"CurrencyRef": {"value": "EUR"}})

    def add(self, entity, row):
        row = {**row, "Id": str(next(self.ids)), "SyncToken": "0"}
        self.tables[entity][row["Id"]] = row
        return row

    # ------------------------------------------------------------ what the books say

    def left(self, n):
        (row,) = [r for r in self.tables["Invoice"].values() if r["DocNumber"] == f"INV/{n}"]
        return row["Balance"]

    def standing(self):
        rows = [row for row in self.tables["Payment"].values() if row["TotalAmt"]]
        last = [row for row in rows if not row["PaymentRefNum"].startswith(("P", "U-"))]
        return sorted(row["PrivateNote"].split()[1] for row in last)

    def cash(self):
        return sum((row["TotalAmt"] for row in self.tables["Payment"].values()), Decimal(0))

    def writes(self):
        return [call for call in self.calls if not call.startswith("GET")]

    # ------------------------------------------------------------ HTTP

    def answer(self, method, path, headers, body):
        if headers["Authorization"] != f"Bearer {TOKEN}":
            error = {"message": "message=AuthenticationFailed", "code": "3200"}
            return 401, {"fault": {"error": [error], "type": headers["Authorization"]}}
        if self.busy:
            self.busy -= 1
            error = {"Message": "message=ThrottleExceeded; errorCode=003001; statusCode=429"}
            return 429, {"Fault": {"Error": [error | {"code": "3001"}]}}
        parts = urlsplit(path)
        query = {name: value for name, (value,) in parse_qs(parts.query).items()}
        assert query["minorversion"] == "75"
        _, _, _, company, what = parts.path.split("/")
        assert company == COMPANY
        self.calls.append(f"{method} {what} {query.get('operation', '')}".strip())
        if method == "GET":
            return 200, dumped({"QueryResponse": self.queried(query["query"])})
        return self.written(what, query, json.loads(body, parse_float=Decimal))

    def written(self, what, query, row):
        ident = query["requestid"]
        assert len(ident) <= LONGEST_REQUEST_ID
        if ident not in self.answers:
            entity = ENTITIES[what]
            verb = query.get("include") or query.get("operation") or "save"
            try:
                shown = self.carried_out(verb, what, entity, row)
                self.answers[ident] = 200, dumped({entity: shown})
            except Refused as error:
                said = {"Message": "A business validation error", "Detail": str(error)}
                fault = {"Error": [said | {"code": "6000", "element": ""}]}
                fault["type"] = "ValidationFault"
                status = 200 if self.faults_are_200 else 400
                self.answers[ident] = status, dumped({"Fault": fault})
        if self.calls[-1] in self.dropped:
            self.dropped.remove(self.calls[-1])
            return None
        return self.answers[ident]

    def carried_out(self, verb, what, entity, row):
        shape = {"void": "Voided", "delete": "Named"}.get(verb, entity)
        if wrong := faults(SHAPES, shape, row, needs=NEEDS[shape]):
            raise Refused("; ".join(wrong))
        told = getattr(self, f"{verb}_{what}")(row)
        return self.shown("Gone" if verb == "delete" else entity, told)

    def shown(self, shape, row):
        """Show what is told of a row, and hold it against the description."""
        told = {name: value for name, value in row.items() if not name.startswith("_")}
        wrong = faults(SHAPES, shape, told)
        assert not wrong, wrong
        return told

    def queried(self, text):
        entity, name, values, start, most = QUERY.match(text).groups()
        assert name in FILTERABLE[entity], f"{entity}.{name} is not queryable"
        assert int(most) <= MOST_RESULTS
        wanted = {re.sub(r"\\(.)", r"\1", value).lower() for value in TEXT.findall(values)}
        found = [
            row
            for row in self.tables[entity].values()
            if str(value_of(row.get(name))).lower() in wanted
        ]
        page = [self.shown(entity, row) for row in found[int(start) - 1 :][: int(most)]]
        return {entity: page} if page else {}

    # ------------------------------------------------------------ documents

    def current(self, entity, row):
        there = self.tables[entity].get(row["Id"])
        if there is None:
            raise Refused("Object Not Found")
        if there["SyncToken"] != row["SyncToken"]:
            raise Refused("Stale Object Error")
        return there

    def changed(self, there, fields):
        there |= fields | {"SyncToken": str(int(there["SyncToken"]) + 1)}
        return there

    def save_payment(self, row):
        assert len(row["PaymentRefNum"]) <= 21
        there = self.current("Payment", row) if "Id" in row else None
        if there:
            self.apply(there, -1)
        try:
            row["TotalAmt"] = Decimal(str(row["TotalAmt"]))
            self.check(row)
        except Refused:
            if there:
                self.apply(there, 1)
            raise
        self.apply(row, 1)
        return self.changed(there, row) if there else self.add("Payment", row)

    def check(self, row):
        if row["CustomerRef"]["value"] not in self.tables["Customer"]:
            raise Refused("Invalid Reference Id : CustomerRef")
        applied = Decimal(0)
        for line, owed, entity in self.linked(row):
            payer = value_of(owed.get("CustomerRef") or owed.get("_customer"))
            if payer != row["CustomerRef"]["value"]:
                raise Refused("You can only link transactions of one customer")
            if Decimal(str(line["Amount"])) > owed[left_in(owed)]:
                raise Refused("Amount you've entered is more than the open balance")
            credit = entity == "CreditMemo" or owed.get("_is_credit")
            applied += -line["Amount"] if credit else line["Amount"]
        if applied > row["TotalAmt"]:
            raise Refused("The amount applied is more than the amount received")

    def linked(self, row):
        for line in row["Line"]:
            (link,) = line["LinkedTxn"]
            yield line, self.tables[link["TxnType"]][link["TxnId"]], link["TxnType"]

    def apply(self, row, sign):
        for line, owed, _ in self.linked(row):
            owed[left_in(owed)] -= sign * Decimal(str(line["Amount"]))
            owed["SyncToken"] = str(int(owed["SyncToken"]) + 1)

    def void_payment(self, row):
        assert row["sparse"] is True
        there = self.current("Payment", row)
        self.apply(there, -1)
        return self.changed(there, {"TotalAmt": Decimal(0), "Line": [], "PrivateNote": "Voided"})

    def delete_payment(self, row):
        there = self.current("Payment", row)
        self.apply(there, -1)
        del self.tables["Payment"][row["Id"]]
        return {"Id": row["Id"], "status": "Deleted"}

    def save_journalentry(self, row):
        assert len(row["DocNumber"]) <= 21
        total = Decimal(0)
        owed = {}
        for line in row["Line"]:
            detail = line["JournalEntryLineDetail"]
            amount = Decimal(str(line["Amount"]))
            assert amount > 0
            total += amount if detail["PostingType"] == "Debit" else -amount
            if detail["AccountRef"]["value"] == OWED:
                owed = {"_customer": detail["Entity"]["EntityRef"], "_open": amount}
                owed["_is_credit"] = detail["PostingType"] == "Credit"
        if total:
            raise Refused("Transaction is not in balance")
        return self.add("JournalEntry", row | owed | {"_whole": owed.get("_open")})

    def delete_journalentry(self, row):
        there = self.current("JournalEntry", row)
        if there["_open"] != there["_whole"]:
            raise Refused("It is linked to other transactions")
        del self.tables["JournalEntry"][row["Id"]]
        return {"Id": row["Id"], "status": "Deleted"}


def left_in(owed):
    """Name the field of what is left: a journal entry tells none."""
    return "Balance" if "Balance" in owed else "_open"


def value_of(value):
    return value["value"] if isinstance(value, dict) else value


def dumped(told):
    return json.dumps(told, default=float).encode()
