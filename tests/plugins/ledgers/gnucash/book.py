"""A book as GnuCash 4.13 writes it in SQLite: the tables that are read and written, with posted invoices."""

from __future__ import annotations

from recon.api import sqlite_library

TABLES = """
BEGIN;
CREATE TABLE gnclock (Hostname varchar(255), PID int);
CREATE TABLE books (guid text(32) PRIMARY KEY NOT NULL, root_account_guid text(32) NOT NULL,
 root_template_guid text(32) NOT NULL);
CREATE TABLE commodities (guid text(32) PRIMARY KEY NOT NULL, namespace text(2048) NOT NULL,
 mnemonic text(2048) NOT NULL, fraction integer NOT NULL);
CREATE TABLE accounts (guid text(32) PRIMARY KEY NOT NULL, name text(2048) NOT NULL,
 account_type text(2048) NOT NULL, commodity_guid text(32), commodity_scu integer NOT NULL,
 parent_guid text(32), placeholder integer);
CREATE TABLE transactions (guid text(32) PRIMARY KEY NOT NULL, currency_guid text(32) NOT NULL,
 num text(2048) NOT NULL, post_date text(19), enter_date text(19), description text(2048));
CREATE TABLE splits (guid text(32) PRIMARY KEY NOT NULL, tx_guid text(32) NOT NULL,
 account_guid text(32) NOT NULL, memo text(2048) NOT NULL, action text(2048) NOT NULL,
 reconcile_state text(1) NOT NULL, reconcile_date text(19), value_num bigint NOT NULL,
 value_denom bigint NOT NULL, quantity_num bigint NOT NULL, quantity_denom bigint NOT NULL,
 lot_guid text(32));
CREATE TABLE slots (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, obj_guid text(32) NOT NULL,
 name text(4096) NOT NULL, slot_type integer NOT NULL, int64_val bigint, string_val text(4096),
 gdate_val text(8));
CREATE TABLE invoices (guid text(32) PRIMARY KEY NOT NULL, id text(2048) NOT NULL,
 currency text(32) NOT NULL, owner_type integer, post_txn text(32), post_lot text(32),
 post_acc text(32));
INSERT INTO books VALUES ('book', 'root', 'template');
INSERT INTO commodities VALUES ('eur', 'CURRENCY', 'EUR', 100);
INSERT INTO commodities VALUES ('usd', 'CURRENCY', 'USD', 100);
INSERT INTO accounts VALUES ('root', 'Root Account', 'ROOT', NULL, 0, NULL, 0);
INSERT INTO accounts VALUES ('template', 'Template Root', 'ROOT', NULL, 0, NULL, 0);
INSERT INTO accounts VALUES ('assets', 'Assets', 'ASSET', 'eur', 100, 'root', 1);
INSERT INTO accounts VALUES ('bank', 'Bank', 'BANK', 'eur', 100, 'assets', 0);
INSERT INTO accounts VALUES ('owed', 'Receivable', 'RECEIVABLE', 'eur', 100, 'assets', 0);
INSERT INTO accounts VALUES ('sales', 'Sales', 'INCOME', 'eur', 100, 'root', 0);
INSERT INTO accounts VALUES ('expenses', 'Expenses', 'EXPENSE', 'eur', 100, 'root', 0);
INSERT INTO accounts VALUES ('discounts', 'Discounts', 'EXPENSE', 'eur', 100, 'expenses', 0);
INSERT INTO accounts VALUES ('deposits', 'Deposits', 'LIABILITY', 'eur', 100, 'root', 0);
INSERT INTO accounts VALUES ('lost', 'Nowhere', 'BANK', 'eur', 100, 'gone', 0);
COMMIT;
"""
SPLIT = "INSERT INTO splits VALUES (?, ?, ?, '', 'Invoice', 'n', NULL, ?, 100, ?, 100, ?)"


def make_book(path, invoices=10):
    """Write a book in which invoice N is INV-N of (100 + N).00 EUR, and CN-1 a credit note of 20.00."""
    connection = sqlite_library().connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    connection.executescript(TABLES)
    owed = {f"INV-{n}": (100 + n) * 100 for n in range(1, invoices + 1)} | {"CN-1": -20_00}
    for number, amount in owed.items():
        lot, posted = f"lot {number}", f"posted {number}"
        connection.execute(
            "INSERT INTO transactions VALUES (?, 'eur', ?, '2026-01-01 10:59:00', '', 'ACME')",
            (posted, number),
        )
        connection.execute(SPLIT, (f"a{number}", posted, "owed", amount, amount, lot))
        connection.execute(SPLIT, (f"b{number}", posted, "sales", -amount, -amount, None))
        connection.execute(
            "INSERT INTO invoices VALUES (?, ?, 'eur', 2, ?, ?, 'owed')",
            (f"i{number}", number, posted, lot),
        )
    connection.commit()
    connection.close()
    return path


def ask(path, query, *values):
    """Give the rows of a query, read by another connection."""
    connection = sqlite_library().connect(path)
    rows = connection.execute(query, values).fetchall()
    connection.close()
    return rows


def change(path, query, *values):
    """Change the book behind the ledger's back."""
    connection = sqlite_library().connect(path)
    connection.execute(query, values)
    connection.commit()
    connection.close()


def left(path, number):
    """Give what is open in the lot of an invoice, minor units."""
    ((total,),) = ask(path, "SELECT SUM(value_num) FROM splits WHERE lot_guid = ?", f"lot {number}")
    return total


def balance(path, account):
    """Give the balance of an account, minor units."""
    ((total,),) = ask(
        path, "SELECT COALESCE(SUM(value_num), 0) FROM splits WHERE account_guid = ?", account
    )
    return total
