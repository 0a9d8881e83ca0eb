"""Entries, the file ledgers, and the real programs that judge their files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

import recon_beancount.plugin
import recon_hledger.plugin
import recon_journal_csv.plugin
from recon.api import Entries

TYPES = {
    kind.name: kind
    for plugin in (recon_beancount.plugin, recon_hledger.plugin, recon_journal_csv.plugin)
    for kind in plugin.recon_register_ledgers()
}


def entry_rows(key="K1", postings=None, **fields):
    """Rows of one entry; postings are (role, account, amount, currency)."""
    postings = postings or [
        ("cash", "Assets:Bank:DE02120300000000202051", 12_345, "EUR"),
        ("receivable", "Assets:Receivable", -12_345, "EUR"),
    ]
    common = {
        "entry_key": key,
        "line_id": "Labcdefghijklmnop",
        "date": dt.date(2026, 1, 15),
        "item_number": "INV-1001",
        "customer_id": "C7",
        "description": "ACME GmbH, invoice INV-1001",
        "evidence": "number INV-1001 (20.1 bits); exact amount (9.3 bits)",
    } | fields
    return [
        common
        | {"posting": at, "role": role, "account": account, "amount": amount, "currency": currency}
        for at, (role, account, amount, currency) in enumerate(postings, start=1)
    ]


def entries_of(*entries):
    """One frame of whole entries."""
    rows = [row for entry in entries for row in entry]
    return Entries.validate(pl.DataFrame(rows, schema=Entries.create_empty().schema))


def balances_of(frame, rename=lambda account: account):
    """What the entries themselves say: account and currency to amount."""
    totals = defaultdict(Decimal)
    decimals = {"EUR": 2, "GBP": 2, "USD": 2, "JPY": 0, "KWD": 3}
    for row in frame.iter_rows(named=True):
        place = rename(row["account"]), row["currency"]
        totals[place] += Decimal(row["amount"]).scaleb(-decimals[row["currency"]])
    return {place: total for place, total in totals.items() if total}


def check_with_beancount(path):
    """`bean-check` and beancount's own loader; gives its balances and transactions."""
    program = Path(sys.executable).with_name("bean-check")
    done = subprocess.run([program, path], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout + done.stderr == ""

    from beancount import loader
    from beancount.core.data import Transaction

    loaded, errors, _ = loader.load_file(str(path))
    assert not errors
    transactions = [entry for entry in loaded if isinstance(entry, Transaction)]
    totals = defaultdict(Decimal)
    for transaction in transactions:
        for posting in transaction.postings:
            totals[posting.account, posting.units.currency] += posting.units.number
    return {place: total for place, total in totals.items() if total}, transactions


def check_with_hledger(path):
    """`hledger check --strict`; gives its balances, computed by hledger."""
    run_hledger(path, "check", "--strict")
    rows, _ = json.loads(run_hledger(path, "balance", "--flat", "--no-elide", "-O", "json"))
    totals = {}
    for account, _, _, amounts in rows:
        for amount in amounts:
            quantity = amount["aquantity"]
            number = Decimal(quantity["decimalMantissa"]).scaleb(-quantity["decimalPlaces"])
            totals[account, amount["acommodity"]] = number
    return {place: total for place, total in totals.items() if total}


def check_with_ledger_cli(path):
    """`ledger --strict --pedantic`; gives its balances, computed by ledger-cli."""
    told = run_hledger(
        path, "--strict", "--pedantic", "csv", "--csv-format",
        "%(quoted(account)),%(quoted(quantity(amount))),%(quoted(commodity(amount)))\n",
        program="ledger",
    )  # fmt: skip
    totals = defaultdict(Decimal)
    for account, number, currency in csv.reader(io.StringIO(told)):
        totals[account, currency] += Decimal(number)
    return {place: total for place, total in totals.items() if total}


def run_hledger(path, *arguments, program="hledger"):
    name, program = program, shutil.which(program)
    if program is None:
        pytest.skip(f"{name} is NOT TESTED: it is not installed (Debian: apt-get install {name})")
    done = subprocess.run(
        [program, "-f", path, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
    )

    assert done.returncode == 0, done.stderr
    return done.stdout
