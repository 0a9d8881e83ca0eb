"""Send entries to every ledger, kill it half-way, resume, send all again, and compare balances: `python benchmarks/ledgers.py`.

In: nothing; entries are made. Out: a row a ledger on stdout, and with `--write` `plugins/figures.json`, out of which
`python docs/generate.py` writes the table of `plugins/README.md`. Programs that are not installed are left out, and named.
`--only NAME` takes one; tryton is made first where it is missing (two minutes of CPU).
"""

# ruff: noqa: SLF001 - it kills ledgers, and asks their books behind their back

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "formats"), str(ROOT / "plugins")]

from tests.plugins.ledgers import killing, oracles  # noqa: E402 - found by the line above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIGURES = ROOT / "plugins" / "figures.json"
BANK, RECEIVABLE = "Assets:Bank:DE02120300000000202051", "Assets:Receivable"


@dataclass
class Target:
    """A ledger under test: how it is opened and killed, and what its own books say."""

    connect: Callable[[], Any]
    kill: Callable[[Any, int], Any]
    copies: Callable[[], Counter[str]]
    balance: Callable[[], Decimal]
    entries: Callable[[int, int], Any]
    count: int
    # The call at which it dies; 0: at as many calls as a quarter of the entries.
    dies_at: int = 0


def made(first: int, last: int) -> Any:
    """Make receipts of full payments, each of its own amount."""

    def postings(n: int) -> list[tuple[str, str, int, str]]:
        return [
            ("cash", BANK, 100 + n, "EUR"),
            ("receivable", RECEIVABLE, -100 - n, "EUR"),
        ]

    return oracles.entries_of(
        *(
            oracles.entry_rows(f"K{n:05}", postings(n), line_id=f"L{n:05}")
            for n in range(first, last)
        )
    )


@contextmanager
def dying_disk(_ledger: Any, _count: int) -> Iterator[None]:
    """The process dies when the new file is written, before it takes the old one's place."""
    with mock.patch.object(os, "fsync", side_effect=killing.Killed):
        yield


def file_target(
    name: str, program: str | None, check: Callable[[Path], Any]
) -> Callable[..., Target]:
    """Describe a file ledger that a real program judges."""

    def target(folder: Path, _stack: ExitStack) -> Target:
        if program and not (
            shutil.which(program) or Path(sys.executable).with_name(program).exists()
        ):
            raise NotInstalled(program)
        kind = oracles.TYPES[name]
        path = folder / kind.file_name

        def copies() -> Counter[str]:
            told = path.read_text(encoding="utf-8")
            return Counter(
                word.strip('",')
                for word in told.replace(",", " ").split()
                if word.strip('",').startswith("K0")
            )

        def balance() -> Decimal:
            checked = check(path)
            totals = checked[0] if isinstance(checked, tuple) else checked
            return sum((v for (account, _), v in totals.items() if account == BANK), Decimal(0))

        return Target(
            lambda: kind.connect({"path": path}), dying_disk, copies, balance, made, 1_000
        )

    return target


def csv_balances(path: Path) -> dict[tuple[str, str], Decimal]:
    """Add the journal up."""
    import csv

    totals: dict[tuple[str, str], Decimal] = {}
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            place = row["account"], row["currency"]
            amount = Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)
            totals[place] = totals.get(place, Decimal(0)) + amount
    return totals


class NotInstalled(Exception):
    """The program is not here."""


def sql_target(engine: str) -> Callable[..., Target]:
    """Describe the journal in a database."""

    def target(folder: Path, stack: ExitStack) -> Target:
        from sqlalchemy import event, func, select

        from recon_sql_journal.database import open_database, reading
        from recon_sql_journal.plugin import SqlJournalType
        from recon_sql_journal.tables import journal_tables
        from tests.stores import fresh_url, server

        if engine == "sqlite":
            url = f"sqlite:///{folder / 'journal.db'}"
        else:
            stack.callback(lambda: server().end())
            url = stack.enter_context(fresh_url(engine, folder))
        tables = journal_tables("recon_entries", "recon_postings")

        @contextmanager
        def kill(ledger: Any, _count: int) -> Iterator[None]:
            def die(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
                if statement.startswith("INSERT INTO recon_postings"):
                    raise killing.Killed

            event.listen(ledger._engine, "after_cursor_execute", die)
            yield

        def ask(query: Any) -> list[Any]:
            with reading(open_database(url, None)) as connection:
                return list(connection.execute(query))

        rows = tables.postings.c
        where = select(func.sum(rows.amount)).where(rows.account == BANK)
        return Target(
            lambda: SqlJournalType().connect({"url": url}),
            kill,
            lambda: Counter(
                key for (key,) in ask(select(tables.entries.c.entry_key)) for _ in (1, 2)
            ),
            lambda: Decimal(ask(where)[0][0]).scaleb(-2),
            made,
            1_000,
        )

    return target


@contextmanager
def dying_network(ledger: Any, count: int) -> Iterator[None]:
    """The process dies half-way through its calls, when the server has done the last one."""
    gateway = getattr(ledger, "_gateway", None) or ledger._rpc
    killing.kill_after(gateway._remote, count)
    yield


def http_target(_folder: Path, stack: ExitStack) -> Target:
    """Describe the service that the tests play."""
    from recon_http_json.plugin import HttpJsonType
    from tests.plugins.ledgers.http_json.books import SECRET, Books
    from tests.plugins.ledgers.serving import serving

    os.environ["RECON_BENCH_SECRET"] = SECRET
    books = Books()
    url = stack.enter_context(serving(books.answer))
    options = {"url": url, "secret_env": "RECON_BENCH_SECRET"}

    def balance() -> Decimal:
        rows = (row for kept in books.kept.values() for row in kept["postings"])
        return sum((Decimal(row["amount"]) for row in rows if row["account"] == BANK), Decimal(0))

    copies = lambda: Counter(key for key in books.kept for _ in (1, 2))  # noqa: E731
    return Target(
        lambda: HttpJsonType().connect(options), dying_network, copies, balance, made, 1_000
    )


def tryton_target(folder: Path, stack: ExitStack) -> Target:
    """Describe a real Tryton with open invoices."""
    from tests.plugins.ledgers.tryton import cases, environment

    os.environ["TRYTON_PASSWORD"] = environment.PASSWORD
    url = stack.enter_context(environment.server(folder / "tryton"))
    asking = cases.connect(url)

    def copies() -> Counter[str]:
        domain = [["statement.state", "=", "posted"]]
        rows = asking._rpc.search_read("account.statement.origin", domain, ("number",))
        return Counter(row["number"] for row in rows for _ in (1, 2))

    def balance() -> Decimal:
        domain = [["account.code", "=", "CASH"], ["move.state", "=", "posted"]]
        rows = asking._rpc.search_read("account.move.line", domain, ("debit", "credit"))
        sides = ((Decimal(row[side]["decimal"]) for row in rows) for side in ("debit", "credit"))
        debits, credits_ = (sum(side, Decimal(0)) for side in sides)
        return debits - credits_

    def entries(first: int, last: int) -> Any:
        each = (cases.paid(f"K{n:05}", n + 1) for n in range(first, last))
        return oracles.entries_of(*each)

    return Target(
        lambda: cases.connect(url), dying_network, copies, balance, entries, 200, dies_at=7
    )


def contract_target(name: str, count: int, dies_at: int = 0) -> Callable[..., Target]:
    """Describe a ledger against the server that plays its system after the documentation."""

    def target(_folder: Path, stack: ExitStack) -> Target:
        from tests.plugins.ledgers.serving import serving

        module = importlib.import_module(f"tests.plugins.ledgers.{name}.system")
        system = getattr(module, name.upper())
        os.environ.update(system.variables)
        books = system.books(count)
        url = stack.enter_context(serving(books.answer))

        @contextmanager
        def kill(ledger: Any, number: int) -> Iterator[None]:
            killing.kill_after(system.remote(ledger), number)
            yield

        def entries(first: int, last: int) -> Any:
            return oracles.entries_of(*(system.paid(f"K{n:05}", n + 1) for n in range(first, last)))

        copies = lambda: Counter(key for key in books.standing() for _ in (1, 2))  # noqa: E731
        return Target(
            lambda: system.connect(url), kill, copies, books.cash, entries, count, dies_at
        )

    return target


def gnucash_target(folder: Path, _stack: ExitStack) -> Target:
    """Describe a book that GnuCash itself makes, with an invoice for each entry, and reads back."""
    from recon_gnucash import ledger as ledger_module
    from tests.plugins.ledgers.gnucash import book, cases, real

    if not real.has_gnucash():
        raise NotInstalled("gnucash")
    path, count = folder / "books.gnucash", 1_000
    real.with_gnucash("make", path, count)

    @contextmanager
    def kill(_ledger: Any, number: int) -> Iterator[None]:
        write, left = ledger_module._write, [number]

        def dying(*request: Any) -> None:
            left[0] -= 1
            if not left[0]:
                raise killing.Killed
            write(*request)

        with mock.patch.object(ledger_module, "_write", dying):
            yield

    def copies() -> Counter[str]:
        rows = book.ask(path, "SELECT num FROM transactions")
        return Counter(num for (num,) in rows for _ in (1, 2))

    def balance() -> Decimal:
        return Decimal(real.with_gnucash("read", path)["accounts"]["Assets:Bank"]).scaleb(-2)

    def entries(first: int, last: int) -> Any:
        return oracles.entries_of(*(cases.paid(f"K{n:05}", n + 1) for n in range(first, last)))

    return Target(lambda: cases.connect(path), kill, copies, balance, entries, count)


TARGETS: dict[str, Callable[..., Target]] = {
    "beancount": file_target("beancount", "bean-check", oracles.check_with_beancount),
    "hledger": file_target("hledger", "hledger", oracles.check_with_hledger),
    "ledger-cli": file_target("ledger-cli", "ledger", oracles.check_with_ledger_cli),
    "journal-csv": file_target("journal-csv", None, csv_balances),
    "sql-journal (SQLite)": sql_target("sqlite"),
    "sql-journal (PostgreSQL)": sql_target("postgresql"),
    "http-json (contract server)": http_target,
    "tryton": tryton_target,
    "gnucash": gnucash_target,
    "odoo (contract server)": contract_target("odoo", 200),
    "erpnext (contract server)": contract_target("erpnext", 1_000),
    "xero (contract server)": contract_target("xero", 1_000, dies_at=60),
    "quickbooks-online (contract server)": contract_target("quickbooks", 1_000),
}


def tried(name: str) -> dict[str, Any]:
    """Send, kill, resume, send again; gives the figures of one ledger."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ledgers")))
        target = TARGETS[name](folder, stack)
        half = target.count // 2
        first, second = target.entries(0, half), target.entries(half, target.count)
        ledger = target.connect()
        began = time.perf_counter()
        outcomes = ledger.post(first)
        seconds = time.perf_counter() - began
        accepted = outcomes.filter(outcome="accepted").height
        dying = target.connect()
        with target.kill(dying, target.dies_at or max(5, half // 2)):
            try:
                dying.post(second)
                raise RuntimeError(f"{name} was not killed")
            except killing.Killed:
                pass
        resumed = killing.deliver(target.connect(), second)
        again = target.connect().post(target.entries(0, target.count))
        copies = target.copies()
        keys = set(first["entry_key"]) | set(second["entry_key"])
        ours = first.vstack(second).filter(role="cash")["amount"].sum()
        return {
            "ledger": name,
            "sent": target.count,
            "accepted": accepted + len(resumed),
            "again_new": again.filter(outcome="accepted").height,
            "lost": len(keys - set(target.connect().find(sorted(keys)))),
            "twice": sum(1 for key in keys if copies[key] > expected(name)),
            "difference": str(target.balance() - Decimal(int(ours)).scaleb(-2)),
            "seconds_per_1000": round(seconds / half * 1000, 2),
        }


def expected(name: str) -> int:
    """Say how often a key stands in the books for one entry: rows of the CSV journal are postings."""
    return 1 if name in {"beancount", "hledger", "ledger-cli"} else 2


def main() -> int:
    """Try what was asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", choices=sorted(TARGETS))
    asked.add_argument("--write", action="store_true")
    given = asked.parse_args()
    kept = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else []
    rows = {row["ledger"]: row for row in kept}
    for name in [given.only] if given.only else TARGETS:
        try:
            rows[name] = tried(name)
        except NotInstalled as error:
            print(f"{name}: NOT TRIED, {error} is not installed", file=sys.stderr)
            continue
        print(json.dumps(rows[name]))
    if given.write:
        told = [rows[name] for name in sorted(rows)]
        FIGURES.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
