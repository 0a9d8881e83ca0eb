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
# Invoices that an advice and a settlement report take.
ENOUGH = 3
FOLDERS = ("remittances", "batches")
SETTINGS = "".join(
    f'{name} = "{where}"\n'
    for name, where in (
        ("open_items", "open_items.csv"),
        ("customers", "customers.csv"),
        *((name, name) for name in FOLDERS),
    )
)


@dataclass(slots=True)
class Invoice:
    number: str
    customer: int
    amount: int
    issued: dt.date
    open: int
    is_announced: bool = False


@dataclass(slots=True)
class Announced:
    """A payment that somebody told of beforehand: what its line will say, and what it pays."""

    payer: str
    text: str
    invoices: list[Invoice]
    fee: int = 0


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
    announced: list[Announced] = field(default_factory=list)
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
        for one in self.announced:
            rows += self._announced_line(date, one)
        self.announced.clear()
        rows += [f":62F:C{date:%y%m%d}EUR{_money(self.balance)}", "-", ""]
        return f"day{self.day:05d}.sta", "\n".join(rows).encode()

    def announce(self):
        """Give an advice for invoices of one customer, and a settlement report of one payment: name and bytes by folder.

        The next statement has a line that pays each. Nothing where too little is open.
        """
        due = [one for one in self.invoices if one.open and not one.is_announced]
        if len(due) < ENOUGH:
            return {}
        advised = [one for one in due if one.customer == due[0].customer][:2]
        settled = due[-1]
        _, name, _ = CUSTOMERS[due[0].customer]
        self.announced = [
            Announced(name, f"ADVICE A{self.day}", [one for one in advised if one is not settled]),
            Announced("STRIPE", f"PO-{self.day}", [settled], fee=3),
        ]
        for one in (*advised, settled):
            one.is_announced = True
        total = _cents(sum(one.open for one in self.announced[0].invoices))
        advice = ["advice_id,payer_name,total,currency,item_number,amount"]
        advice += [
            f"A{self.day},{name},{total},EUR,{one.number},{_cents(one.open)}"
            for one in self.announced[0].invoices
        ]
        batch = ["batch_reference,provider,currency,net_amount,reference,gross_amount,fee"]
        paid = settled.open
        batch += [
            f"PO-{self.day},Stripe,EUR,{_cents(paid - 3)},{settled.number},{_cents(paid)},0.03"
        ]
        return {
            "remittances": (f"advice{self.day}.csv", "\n".join([*advice, ""]).encode()),
            "batches": (f"payout{self.day}.csv", "\n".join([*batch, ""]).encode()),
        }

    def _announced_line(self, date, announced):
        reference = f"R{self.seed}N{len(self.references)}"
        self.references.append(reference)
        amount = sum(one.open for one in announced.invoices) - announced.fee
        for one in announced.invoices:
            one.open = 0
        self.balance += amount
        return [
            f":61:{date:%y%m%d}{date:%m%d}C{_money(amount)}NTRFNONREF//{reference}",
            f":86:166?00GUTSCHRIFT?20SVWZ+{announced.text}?32{announced.payer[:27]}",
        ]

    def _line(self, date):
        due = [one for one in self.invoices if one.open and not one.is_announced]
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
    for name in ("inbox", *FOLDERS):
        (folder / name).mkdir(parents=True)
    (folder / "recon.toml").write_text(f'store = "{store}"\n{settings}', "utf-8")
    (folder / "customers.csv").write_bytes(customers())
    first = f"OLD,invoice,OLD,C1,{CUSTOMERS[0][1]},EUR,10.00,10.00,2025-12-01,2025-12-31"
    (folder / "open_items.csv").write_text(f"{HEADER}\n{first}\n", "utf-8")
    return folder


def put_announced(workspace, bank):
    """Lay down what payers and providers announce of the next statement."""
    for folder, announced in bank.announce().items():
        put(Path(workspace) / folder, *announced)


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
