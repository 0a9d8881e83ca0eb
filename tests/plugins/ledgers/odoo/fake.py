"""A contract server of Odoo's JSON-2 interface, in memory, from its documentation: each call a transaction of its own.

Like Odoo it lets two moves have one reference, posts only what balances, and matches receivable lines with one another.
"""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import count

KEY = "only-for-tests"
MOVE, LINE = "account.move", "account.move.line"
RECEIVABLE, BANK, DISCOUNT = 11, 12, 13


class Refused(Exception):
    """What Odoo says against a call."""


class FakeOdoo:
    """The books: invoice N is INV/N of (100 + N).00 EUR, for customer C1 to C10 in turn."""

    def __init__(self, invoices=10):
        self.ids = count(100)
        self.dropped = []
        self.calls = []
        kinds = {RECEIVABLE: "asset_receivable", BANK: "asset_cash", DISCOUNT: "expense"}
        self.tables = {
            MOVE: {},
            LINE: {},
            "account.journal": {1: {"id": 1, "code": "BNK1"}},
            "account.account": {
                n: {"id": n, "code": str(1000 + n), "account_type": kind}
                for n, kind in kinds.items()
            },
            "res.partner": {n: partner(n, f"C{n}") for n in range(1, 11)},
            "res.partner.bank": {},
            "res.currency": {
                1: {"id": 1, "name": "EUR", "active": True},
                2: {"id": 2, "name": "JPY", "active": False},
            },
        }
        for n in range(1, invoices + 1):
            self.add_invoice(n)

    def add_invoice(self, n):
        move = {"id": n, "name": f"INV/{n}", "move_type": "out_invoice", "state": "posted"}
        move |= {"partner_id": (n - 1) % 10 + 1, "ref": False, "currency_id": 1}
        move |= {"invoice_origin": False, "commercial_partner_id": move["partner_id"]}
        move |= {"invoice_date": "2026-01-15", "invoice_date_due": "2026-02-14"}
        move |= {"payment_reference": f"INV/{n}", "amount_total": Decimal(100 + n)}
        self.tables[MOVE][n] = move
        line = {"debit": 100 + n, "credit": 0, "account_id": RECEIVABLE, "name": f"INV/{n}"}
        self.add_line(n, line | {"partner_id": move["partner_id"]})

    def add_line(self, move, vals):
        row = dict(vals, id=next(self.ids), move_id=move)
        row["balance"] = row["residual"] = Decimal(str(row["debit"])) - Decimal(str(row["credit"]))
        row["account_type"] = self.tables["account.account"][row["account_id"]]["account_type"]
        row["reconciled"] = row["account_type"] == "asset_receivable" and not row["residual"]
        self.tables[LINE][row["id"]] = row

    def lines(self, move):
        return [row for row in self.tables[LINE].values() if row["move_id"] == move]

    def residual(self, n):
        return sum(row["residual"] for row in self.lines(n))

    # ------------------------------------------------------------ what the books say

    left = residual

    def standing(self):
        moves = self.tables[MOVE].values()
        return sorted(move["ref"] for move in moves if move["ref"] and move["state"] == "posted")

    def cash(self):
        posted = {move["id"] for move in self.tables[MOVE].values() if move["state"] == "posted"}
        rows = self.tables[LINE].values()
        ours = [row for row in rows if row["account_id"] == BANK and row["move_id"] in posted]
        return sum((row["balance"] for row in ours), Decimal(0))

    def writes(self):
        return [call for call in self.calls if not call.endswith(".search_read")]

    # ------------------------------------------------------------ HTTP

    def answer(self, _method, path, headers, body):
        if headers["Authorization"] != f"bearer {KEY}" or headers["X-Odoo-Database"] != "books":
            return 401, {"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"}
        _, _, _, model, method = path.split("/")
        self.calls.append(f"{model}.{method}")
        try:
            told = getattr(self, method)(model, **json.loads(body, parse_float=Decimal))
        except Refused as error:
            return 422, {
                "name": "odoo.exceptions.UserError",
                "message": str(error),
                "arguments": [],
            }
        if method in self.dropped:
            # It is done, and the answer never arrives.
            self.dropped.remove(method)
            return None
        return 200, json.dumps(told, default=float).encode()

    # ------------------------------------------------------------ methods

    def value(self, model, row, name):
        first, _, rest = name.partition(".")
        if first == "company_id":
            return row.get("company", "Books")
        if first == "amount_residual":
            return abs(self.residual(row["id"]))
        return self.tables["account.account"][row[first]][rest] if rest else row.get(first)

    def matching(self, model, domain):
        tests = {"=": lambda a, b: a == b, "!=": lambda a, b: a != b, "in": lambda a, b: a in b}
        tests |= {">": lambda a, b: a > b, "<=": lambda a, b: a <= b}
        # What is archived is left out, unless the search speaks of it.
        speaks = any(name == "active" for name, _, _ in domain)
        return [
            row
            for _, row in sorted(self.tables[model].items())
            if (speaks or row.get("active", True))
            and all(tests[test](self.value(model, row, name), arg) for name, test, arg in domain)
        ]

    def search_count(self, model, domain):
        return len(self.matching(model, domain))

    def search_read(self, model, domain, fields, order, limit=None):
        assert order == "id"
        rows = self.matching(model, domain)[:limit]
        linked = {"partner_id", "account_id", "move_id", "journal_id", "currency_id"}
        linked |= {"property_account_receivable_id", "commercial_partner_id", "parent_id"}
        return [
            {"id": row["id"]}
            | {
                name: [value, "shown"] if name in linked and value else value
                for name in fields
                for value in [self.value(model, row, name)]
            }
            for row in rows
        ]

    def create(self, model, vals_list):
        assert model == MOVE
        made = []
        for vals in vals_list:
            lines = [row for _, _, row in vals.pop("line_ids")]
            if sum(Decimal(str(r["debit"])) - Decimal(str(r["credit"])) for r in lines):
                raise Refused("The entry is not balanced.")
            move = {"invoice_origin": False, "name": "/", "partner_id": False, **vals}
            move |= {"id": next(self.ids), "state": "draft"}
            self.tables[MOVE][move["id"]] = move
            for row in lines:
                self.add_line(move["id"], row | {k: vals[k] for k in ("date", "journal_id")})
            made.append(move["id"])
        return made

    def action_post(self, _model, ids):
        for move in ids:
            if self.tables[MOVE][move]["state"] != "draft":
                raise Refused("The entry must be in draft.")
            self.tables[MOVE][move]["state"] = "posted"
        return False

    def js_assign_outstanding_line(self, _model, ids, line_id):
        (invoice,) = ids
        owed = [row["id"] for row in self.lines(invoice) if row["account_id"] == RECEIVABLE]
        return self.reconcile(LINE, [*owed, line_id])

    def reconcile(self, _model, ids):
        rows = [self.tables[LINE][line] for line in ids]
        if any(row["reconciled"] for row in rows):
            raise Refused("You are trying to reconcile some entries that are already reconciled.")
        debits = [row for row in rows if row["residual"] > 0]
        for credit in (row for row in rows if row["residual"] < 0):
            for debit in debits:
                part = min(debit["residual"], -credit["residual"])
                debit["residual"] -= part
                credit["residual"] += part
                if part:
                    debit.setdefault("with", []).append((credit["id"], part))
                    credit.setdefault("with", []).append((debit["id"], part))
        for row in rows:
            row["reconciled"] = not row["residual"]

    def remove_move_reconcile(self, _model, ids):
        for line in ids:
            row = self.tables[LINE][line]
            for other, part in row.pop("with", []):
                side = 1 if row["balance"] > 0 else -1
                row["residual"] += side * part
                peer = self.tables[LINE][other]
                peer["residual"] -= side * part
                peer["with"] = [one for one in peer["with"] if one[0] != line]
                peer["reconciled"] = row["reconciled"] = False


def partner(n, ref, **more):
    """A customer; one of Odoo's fields that is empty is false."""
    row = {"id": n, "ref": ref, "property_account_receivable_id": RECEIVABLE, "active": True}
    return row | {"name": f"Customer {n}", "country_code": "DE", "parent_id": False} | more
