"""A contract server of ERPNext's REST interface, in memory, from its documentation: each call a transaction of its own."""

from __future__ import annotations

import json
from decimal import Decimal
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "token key-only-for-tests:secret-only-for-tests"


class FakeErpnext:
    """The books: invoice N is SINV-N of (100 + N).00 EUR, for customer C1 to C10 in turn."""

    def __init__(self, invoices=10):
        self.dropped = []
        self.calls = []
        self.tables = {
            "Payment Entry": {},
            "Company": {"X": {"name": "Ours", "default_receivable_account": "Debtors - X"}},
            "Sales Invoice": {
                f"SINV-{n}": {"name": f"SINV-{n}", "customer": f"C{(n - 1) % 10 + 1}"}
                | {"outstanding_amount": Decimal(100 + n), "debit_to": "Debtors - X"}
                | {"currency": "EUR", "docstatus": 1, "party_account_currency": "EUR"}
                | {"customer_name": f"Customer {(n - 1) % 10 + 1}", "is_return": 0}
                | {"grand_total": Decimal(100 + n), "rounded_total": Decimal(0), "po_no": None}
                | {"posting_date": "2026-01-15", "due_date": "2026-02-14", "company": "Books"}
                for n in range(1, invoices + 1)
            },
            "Customer": {
                f"C{n}": {"name": f"C{n}", "customer_name": f"Customer {n}"} for n in range(1, 11)
            },
            "Bank Account": {},
        }

    def left(self, n):
        return self.tables["Sales Invoice"][f"SINV-{n}"]["outstanding_amount"]

    def standing(self):
        rows = self.tables["Payment Entry"].values()
        done = (row["reference_no"] for row in rows if row["docstatus"] == 1)
        return sorted(key for key in done if not key.endswith("+"))

    def cash(self):
        rows = self.tables["Payment Entry"].values()
        paid = (Decimal(str(row["paid_amount"])) for row in rows if row["docstatus"] == 1)
        return sum(paid, Decimal(0))

    def writes(self):
        return [call for call in self.calls if not call.startswith("GET")]

    def answer(self, method, path, headers, body):
        if headers["Authorization"] != TOKEN:
            return 403, {"exc_type": "AuthenticationError", "you sent": headers["Authorization"]}
        parts = urlsplit(path)
        self.calls.append(f"{method} {unquote(parts.path)}")
        asked = json.loads(body, parse_float=Decimal) if body else {}
        if method == "GET" and parts.path.endswith("frappe.client.get_count"):
            query = parse_qs(parts.query)
            return 200, {"message": len(self.matching(query["doctype"][0], query))}
        if method == "GET":
            return 200, self.listed(unquote(parts.path).rpartition("/")[2], parse_qs(parts.query))
        verb = "cancel" if parts.path.endswith("frappe.client.cancel") else "create"
        try:
            told = getattr(self, verb)(asked)
        except ValueError as error:
            said = f"frappe.exceptions.ValidationError: {error}"
            return 417, {"exc_type": "ValidationError", "exception": said}
        if verb in self.dropped:
            self.dropped.remove(verb)
            return None
        return 200, told

    def matching(self, doctype, query):
        tests = {"=": lambda a, b: a == b, "!=": lambda a, b: a != b, "in": lambda a, b: a in b}
        tests |= {">": lambda a, b: a > b, "<=": lambda a, b: a <= b}
        return [
            row
            for row in self.tables[doctype].values()
            if all(
                tests[test](row.get(name), arg)
                for name, test, arg in json.loads(query["filters"][0])
            )
        ]

    def listed(self, doctype, query):
        fields = json.loads(query["fields"][0])
        rows = self.matching(doctype, query)
        if query.get("order_by") == ["name asc"]:
            rows = sorted(rows, key=lambda row: row["name"])
        rows = rows[: int(query["limit_page_length"][0]) or None]
        plain = lambda value: float(value) if isinstance(value, Decimal) else value  # noqa: E731
        return {"data": [{name: plain(row.get(name)) for name in fields} for row in rows]}

    def create(self, row):
        assert row["docstatus"] == 1
        invoices = self.tables["Sales Invoice"]
        allocated = Decimal(0)
        for one in row["references"]:
            amount = Decimal(str(one["allocated_amount"]))
            if invoices[one["reference_name"]]["customer"] != row["party"]:
                raise ValueError(f"{one['reference_name']} is not of {row['party']}")
            if amount > invoices[one["reference_name"]]["outstanding_amount"]:
                raise ValueError("Allocated Amount cannot be greater than outstanding amount.")
            allocated += amount
        deducted = sum(Decimal(str(one["amount"])) for one in row["deductions"])
        row["unallocated_amount"] = Decimal(str(row["paid_amount"])) + deducted - allocated
        assert row["unallocated_amount"] >= 0
        row["name"] = f"ACC-PAY-{len(self.tables['Payment Entry']) + 1:05}"
        self.settle(row, 1)
        self.tables["Payment Entry"][row["name"]] = row
        return {"data": {"name": row["name"]}}

    def cancel(self, asked):
        row = self.tables["Payment Entry"][asked["name"]]
        if row["docstatus"] != 1:
            raise ValueError("Cannot edit cancelled document")
        row["docstatus"] = 2
        self.settle(row, -1)
        return {"message": {"name": row["name"]}}

    def settle(self, row, sign):
        for one in row["references"]:
            invoice = self.tables["Sales Invoice"][one["reference_name"]]
            invoice["outstanding_amount"] -= sign * Decimal(str(one["allocated_amount"]))
