"""A small bank and its customer's books, made from a seed: a statement a day, and an extract of the open items a day.

In: a seed. Out: MT940 bytes and a list of items as CSV; the references of all lines, which must come out again.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

ACCOUNT = "DE89370400440532013000"
FIRST_DAY = dt.date(2026, 1, 5)
LONG_AGO = 1_767_000_000
CUSTOMERS = (
    ("C1", "Alpenblick Sport GmbH", "AT483200000012345864"),
    ("C2", "Cargo Nord Logistik AG", "DE02500105170137075030"),
    ("C3", "Fjordkraft Verktoey AS", "NO9386011117947"),
    ("C4", "Dubois Decoration SARL", "FR1420041010050500013M02606"),
)
HEADER = (
    "item_id,kind,number,customer_id,customer_name,currency,amount,open_amount,issue_date,due_date"
)
SETTINGS = 'open_items = "open_items.csv"\ncustomers = "customers.csv"\n'


@dataclass(slots=True)
class Invoice:
    number: str
    customer: int
    amount: int
    issued: dt.date
    open: int


@dataclass(slots=True)
class Bank:
    """The bank and the books, one day after the other."""

    seed: int
    lines_a_day: int = 5
    chance: np.random.Generator = field(init=False)
    invoices: list[Invoice] = field(default_factory=list)
    balance: int = 1_000_000
    day: int = 0
    references: list[str] = field(default_factory=list)
    # The books of the day, as they are before its payments are known there.
    items: bytes = b""

    def __post_init__(self):
        self.chance = np.random.default_rng(self.seed)

    def next_day(self):
        """Give the statement of the next day as a name and bytes."""
        date = FIRST_DAY + dt.timedelta(days=self.day)
        self.day += 1
        for _ in range(self.lines_a_day):
            amount = int(self.chance.integers(1_000, 900_000))
            number = f"RE-{2026_0000 + len(self.invoices)}"
            customer = int(self.chance.integers(len(CUSTOMERS)))
            self.invoices.append(Invoice(number, customer, amount, date, amount))
        self.items = self._extract()
        rows = [":20:STARTUMSE", f":25:{ACCOUNT}", f":28C:{self.day}/1"]
        rows.append(f":60F:C{date:%y%m%d}EUR{_money(self.balance)}")
        for _ in range(int(self.chance.integers(1, self.lines_a_day + 1))):
            rows += self._line(date)
        rows += [f":62F:C{date:%y%m%d}EUR{_money(self.balance)}", "-", ""]
        return f"day{self.day:05d}.sta", "\n".join(rows).encode()

    def announce(self):
        """Give an advice for two open invoices, and a settlement report of one payment: name and bytes by folder."""
        due = [one for one in self.invoices if one.open][:2]
        _, name, _ = CUSTOMERS[due[0].customer]
        total = _cents(sum(one.open for one in due))
        advice = ["advice_id,payer_name,total,currency,item_number,amount"]
        advice += [f"A{self.day},{name},{total},EUR,{one.number},{_cents(one.open)}" for one in due]
        batch = ["batch_reference,provider,currency,net_amount,reference,gross_amount,fee"]
        paid = due[-1].open
        batch += [
            f"PO-{self.day},Stripe,EUR,{_cents(paid - 3)},{due[-1].number},{_cents(paid)},0.03"
        ]
        return {
            "remittances": (f"advice{self.day}.csv", "\n".join([*advice, ""]).encode()),
            "batches": (f"payout{self.day}.csv", "\n".join([*batch, ""]).encode()),
        }

    def _line(self, date):
        due = [one for one in self.invoices if one.open]
        reference = f"R{self.seed}N{len(self.references)}"
        self.references.append(reference)
        if not due or self.chance.random() < 0.1:
            amount = int(self.chance.integers(100, 5_000))
            self.balance -= amount
            return [
                f":61:{date:%y%m%d}{date:%m%d}D{_money(amount)}NCHGNONREF//{reference}",
                ":86:808?20Fee",
            ]
        paid = due[int(self.chance.integers(len(due)))]
        _, name, account = CUSTOMERS[paid.customer]
        kind = self.chance.random()
        amount = paid.open if kind < 0.8 else max(paid.open // 2, 1)
        paid.open -= amount
        self.balance += amount
        text = paid.number if self.chance.random() < 0.8 else "thank you"
        return [
            f":61:{date:%y%m%d}{date:%m%d}C{_money(amount)}NTRFNONREF//{reference}",
            f":86:166?00GUTSCHRIFT?20SVWZ+{text}?31{account}?32{name[:27]}",
        ]

    def _extract(self):
        rows = [HEADER]
        for one in (one for one in self.invoices if one.open):
            customer, name, _ = CUSTOMERS[one.customer]
            rows.append(
                f"{one.number},invoice,{one.number},{customer},{name},EUR,{_cents(one.amount)},{_cents(one.open)},"
                f"{one.issued},{one.issued + dt.timedelta(days=30)}"
            )
        return "\n".join([*rows, ""]).encode()


def customers():
    """List the customers."""
    rows = [f"{one},{name},{account}" for one, name, account in CUSTOMERS]
    return "\n".join(["customer_id,name,iban", *rows, ""]).encode()


def make_workspace(folder, store="recon.db", settings=SETTINGS):
    """Set up a workspace in a folder: no statement yet, and one item in the books."""
    folder = Path(folder)
    (folder / "inbox").mkdir(parents=True)
    (folder / "recon.toml").write_text(f'store = "{store}"\n{settings}', "utf-8")
    (folder / "customers.csv").write_bytes(customers())
    first = f"OLD,invoice,OLD,C1,{CUSTOMERS[0][1]},EUR,10.00,10.00,2025-12-01,2025-12-31"
    (folder / "open_items.csv").write_text(f"{HEADER}\n{first}\n", "utf-8")
    return folder


def put(folder, name, data):
    """Lay a file down that has been whole for long."""
    path = Path(folder) / name
    path.write_bytes(data)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def _money(minor):
    return f"{minor // 100},{minor % 100:02d}"


def _cents(minor):
    return f"{minor // 100}.{minor % 100:02d}"
