"""A small Tryton for contract tests: the shapes that a real 8.0 answered, and the rules that matter, in memory.

What it says is held against the real one by the nightly tests, which run the same cases on both.
"""

from __future__ import annotations

import datetime as dt
import json
from contextlib import contextmanager
from decimal import Decimal
from itertools import count

from tests.plugins.ledgers.serving import serving as serve

OF = {"statement": "account.statement", "origin": "account.statement.origin"}
OF |= {"currency": "currency.currency", "move": "account.move", "country": "country.country"}
# Fields that name several records, by ids in the row itself.
MANY = {"lines_to_pay": "account.move.line", "addresses": "party.address"}
MANY |= {"numbers": "bank.account.number"}
STATEMENT, ORIGIN, LINE, MOVE = OF["statement"], OF["origin"], f"{OF['statement']}.line", OF["move"]
MOMENT = ("year", "month", "day", "hour", "minute", "second", "microsecond")


class Said(Exception):
    """What the server answers as an error: [kind, details]."""


class FakeTryton:
    """The books; each call is a transaction of its own."""

    def __init__(self, invoices=20):
        self.ids = count(1)
        self.tables = {name: {} for name in (STATEMENT, ORIGIN, LINE, MOVE, "account.move.line")}
        self.warns = False
        self.calls = []
        self.clock = dt.datetime(2026, 1, 22, 9, 0, tzinfo=dt.UTC)
        euro = {"id": 1, "code": "EUR"}
        self.tables["currency.currency"] = {1: euro}
        self.tables["account.configuration"] = {1: {"id": 1, "default_account_receivable": 39}}
        self.tables["account.statement.journal"] = {
            1: {"id": 1, "name": "Bank", "currency": 1, "account": 35}
        }
        self.tables["account.account"] = {7: {"id": 7, "code": "EXPENSE"}}
        self.tables["party.party"] = {
            n: {"id": n, "code": f"C{n}", "account_receivable": None, "active": True}
            | {"name": f"Customer {n}", "addresses": [n]}
            for n in range(1, 11)
        }
        self.tables["country.country"] = {1: {"id": 1, "code": "DE"}}
        self.tables["party.address"] = {n: {"id": n, "country": None} for n in range(1, 11)}
        self.tables["bank.account"] = {}
        self.tables["bank.account.number"] = {}
        self.tables["account.invoice"] = {
            n: {"id": n, "number": str(n), "party": (n - 1) % 10 + 1, "account": 39, "currency": 1}
            | {"type": "out", "state": "posted", "amount_to_pay": Decimal(100 + n)}
            | {"total_amount": Decimal(100 + n), "reference": None, "lines_to_pay": [-n]}
            | {"invoice_date": dt.date(2026, 1, 15), "company": "Books"}
            for n in range(1, invoices + 1)
        }
        self.tables["account.move.line"] = {
            -n: {"id": -n, "maturity_date": dt.date(2026, 2, 14)} for n in range(1, invoices + 1)
        }

    def call(self, method, params):
        """Carry out one method."""
        self.calls.append(method)
        if method == "common.db.login":
            return [1, "token", None] if params[1] == {"password": "only-for-tests"} else None
        kind, _, rest = method.partition(".")
        name, _, verb = rest.rpartition(".")
        if kind == "wizard":
            return self.wizard(name, verb, params)
        *given, _context = params
        if verb == "get_preferences":
            return {"company": 1}
        if verb == "search_read":
            return self.search_read(name, *given)
        return getattr(self, verb)(name, *given)

    # ------------------------------------------------------------ reading

    def value(self, row, path):
        """Follow a path such as `statement.state`."""
        first, _, rest = path.partition(".")
        if not rest or first == "company":
            return row.get(first)
        target = self.tables[OF[first]].get(row.get(first))
        return None if target is None else self.value(target, rest)

    def matching(self, model, domain):
        tests = {
            "=": lambda a, b: a == b,
            "!=": lambda a, b: a != b,
            # A field that names several records is in a list where one of them is.
            "in": lambda a, b: bool({*a} & {*b}) if isinstance(a, list) else a in b,
            ">": lambda a, b: a > b,
            "<=": lambda a, b: a <= exact(b),
            "like": lambda a, b: a.startswith(b.rstrip("%")),
        }
        return [
            row
            for row in self.tables[model].values()
            if all(tests[operator](self.value(row, path), arg) for path, operator, arg in domain)
        ]

    def search_count(self, model, domain):
        return len(self.matching(model, domain))

    def search_read(self, model, domain, _offset, limit, order, fields):
        rows = self.matching(model, domain)
        if order and order[-1][1] == "DESC":
            rows.reverse()
        return [self.shown(model, row, fields) for row in rows[:limit]]

    def shown(self, model, row, fields):
        told = {"id": row["id"]}
        for field in fields:
            first, _, rest = field.partition(".")
            if not rest:
                told[field] = plain(row.get(field))
            elif first == "lines":
                lines = [one for one in self.tables[LINE].values() if one["origin"] == row["id"]]
                parts = told.setdefault("lines.", [{"id": one["id"]} for one in lines])
                for part, one in zip(parts, lines, strict=True):
                    part[rest] = plain(one.get(rest))
            elif first in MANY:
                rows = [self.tables[MANY[first]][ident] for ident in row[first]]
                told[f"{first}."] = [self.shown(MANY[first], one, [rest]) for one in rows]
            elif row[first] is None:
                told[f"{first}."] = None
            else:
                target = self.tables[OF[first]][row[first]]
                told.setdefault(f"{first}.", {"id": target["id"]})[rest] = plain(target[rest])
        return told

    # ------------------------------------------------------------ changing

    def create(self, model, values):
        made = []
        for given in values:
            row = {key: exact(value) for key, value in given.items() if key != "origins"}
            row |= {"id": next(self.ids)}
            if model == STATEMENT:
                row |= {"state": "draft", "create_date": self.clock}
                origins = [dict(one, statement=row["id"]) for one in given["origins"][0][1]]
                self.create(ORIGIN, origins)
            if model == LINE:
                self.check_line(row)
                row["move"] = None
            self.tables[model][row["id"]] = row
            made.append(row["id"])
        return made

    def check_line(self, row):
        if row["statement"] not in self.tables[STATEMENT]:
            raise Said("UserError", ["There is no such record.", "", None])
        if "related_to" in row and self.invoice(row)["state"] == "paid":
            raise Said("UserError", ['The value for field "Related To" is not valid.', "", None])

    def invoice(self, row):
        return self.tables["account.invoice"][int(row["related_to"].partition(",")[2])]

    def lines(self, statement):
        return [row for row in self.tables[LINE].values() if row["statement"] == statement]

    def validate_statement(self, _model, ids):
        (ident,) = ids
        statement, lines = self.statement(ids), self.lines(ident)
        if statement["state"] != "draft":
            return
        if statement["start_balance"] + sum(r["amount"] for r in lines) != statement["end_balance"]:
            raise Said("UserError", ["you must change lines to have the end balance", "", None])
        for row in lines:
            if "related_to" in row and row["amount"] > self.invoice(row)["amount_to_pay"]:
                raise Said("UserError", ["the amount is greater than the invoice", "", None])
        if self.warns:
            message = "Validating will remove paid invoices\nfrom other draft statements."
            raise Said("UserWarning", ["1_2", message, ""])
        for row in lines:
            move = {"id": next(self.ids), "state": "draft", "description": None}
            self.tables[MOVE][move["id"]] = move | {"origin": f"{STATEMENT},{ident}"}
            row["move"] = move["id"]
        statement["state"] = "validated"

    def statement(self, ids):
        (ident,) = ids
        if ident not in self.tables[STATEMENT]:
            raise Said("UserError", ["There is no such record.", "", None])
        return self.tables[STATEMENT][ident]

    def post(self, _model, ids):
        (ident,) = ids
        if self.statement(ids)["state"] != "validated":
            return
        self.tables[STATEMENT][ident]["state"] = "posted"
        for row in self.lines(ident):
            self.tables[MOVE][row["move"]]["state"] = "posted"
            if "related_to" in row:
                self.settle(row, row["amount"])

    def settle(self, row, amount):
        invoice = self.invoice(row)
        invoice["amount_to_pay"] -= amount
        invoice["state"] = "posted" if invoice["amount_to_pay"] else "paid"

    def cancel(self, _model, ids):
        statement = self.statement(ids)
        # Tryton leaves out what has no such transition.
        if statement["state"] in {"draft", "validated"}:
            statement["state"] = "cancelled"
            for row in self.lines(ids[0]):
                self.tables[MOVE].pop(row["move"], None)
                row["move"] = None

    def delete(self, _model, ids):
        if self.statement(ids)["state"] not in {"draft", "cancelled"}:
            raise Said("UserError", ["Cancel the statement first.", "", None])
        del self.tables[STATEMENT][ids[0]]
        for name in (ORIGIN, LINE):
            rows = self.tables[name]
            self.tables[name] = {k: row for k, row in rows.items() if row["statement"] != ids[0]}

    def wizard(self, name, verb, params):
        if verb == "create":
            return [1, "default", "end"]
        if verb == "execute" and name == "account.move.cancel":
            _session, values, state, context = params
            assert state == "cancel"
            for move in context["active_ids"]:
                row = {"id": next(self.ids), "state": "posted", "origin": f"{MOVE},{move}"}
                row["description"] = values["default"]["description"]
                self.tables[MOVE][row["id"]] = row
                for line in self.tables[LINE].values():
                    if line["move"] == move and "related_to" in line:
                        self.settle(line, -line["amount"])
        return None


def plain(value):
    if isinstance(value, dt.datetime):
        return {"__class__": "datetime"} | {name: getattr(value, name) for name in MOMENT}
    if isinstance(value, dt.date):
        told = {"year": value.year, "month": value.month, "day": value.day}
        return {"__class__": "date"} | told
    return {"__class__": "Decimal", "decimal": str(value)} if isinstance(value, Decimal) else value


def exact(value):
    kind = value.get("__class__") if isinstance(value, dict) else None
    if kind == "datetime":
        return dt.datetime(*(value[name] for name in MOMENT), tzinfo=dt.UTC)
    if kind == "date":
        return dt.date(value["year"], value["month"], value["day"])
    return Decimal(value["decimal"]) if kind == "Decimal" else value


@contextmanager
def serving(books):
    """Serve the books on loopback; gives the URL."""

    def answer(_method, _path, headers, body):
        asked = json.loads(body)
        if "Authorization" not in headers and asked["method"] != "common.db.login":
            return 401, b""
        return 200, said(books, asked)

    with serve(answer) as url:
        yield url


def said(books, asked):
    """Give what Tryton answers to one request."""
    told = {"id": asked["id"]}
    try:
        told["result"] = books.call(asked["method"], asked["params"])
    except Said as error:
        told["error"] = list(error.args)
    return told
