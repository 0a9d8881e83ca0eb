"""Write CFONB records column by column, for tests: the mirror of what the reader cuts."""

from __future__ import annotations

from typing import Any

ACCOUNT = "00012345678"


def placed(*fields: tuple[int, str]) -> str:
    """Give a record of 120 columns with each text at its column, counted from 1."""
    record = [" "] * 120
    for first, text in fields:
        record[first - 1 : first - 1 + len(text)] = text
    assert len(record) == 120, len(record)
    return "".join(record)


def signed(minor: int) -> str:
    """Write fourteen digits with the sign in the last one."""
    digits = f"{abs(minor):014}"
    return digits[:-1] + ("}JKLMNOPQR" if minor < 0 else "{ABCDEFGHI")[int(digits[-1])]


def head(kind: str, **columns: Any) -> tuple[tuple[int, str], ...]:
    return (
        (1, kind), (3, "30002"), (12, "00550"), (17, columns.get("currency", "EUR")),
        (20, columns.get("decimals", "2")), (22, columns.get("account", ACCOUNT)),
    )  # fmt: skip


def balance(kind: str, minor: int, date: str = "050126", **columns: Any) -> str:
    return placed(*head(kind, **columns), (35, date), (91, columns.get("amount", signed(minor))))


def movement(minor: int, label: str = "VIREMENT", **columns: Any) -> str:
    """Give a record 04; columns: code, booked, value, reject, number, amount, reference, currency, account."""
    return placed(
        *head("04", **columns), (8, "0421"), (33, columns.get("code", "05")),
        (35, columns.get("booked", "050126")), (41, columns.get("reject", "")),
        (43, columns.get("value", "060126")), (49, label[:31]), (82, columns.get("number", "0000000")),
        (89, "00"), (91, columns.get("amount", signed(minor))), (105, columns.get("reference", "")),
    )  # fmt: skip


def complement(qualifier: str, text: str, **columns: Any) -> str:
    return placed(
        *head("05", **columns), (8, "0421"), (33, columns.get("code", "05")),
        (35, columns.get("booked", "050126")), (46, qualifier), (49, text[:70]),
    )  # fmt: skip


def statement(
    *inner: str, opening: int = 100_000, closing: int = 0, newline: str = "\n", **columns: Any
) -> str:
    records = [
        balance("01", opening, "040126", **columns),
        *inner,
        balance("07", closing, **columns),
    ]
    return newline.join(records) + newline
