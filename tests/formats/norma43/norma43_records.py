"""Write records of Norma 43 column by column, for tests: the mirror of what the reader cuts."""

from __future__ import annotations

from typing import Any

ACCOUNT = "210004180200051332"


def placed(*fields: tuple[int, str]) -> str:
    """Give a record of 80 columns with each text at its column, counted from 1."""
    record = [" "] * 80
    for first, text in fields:
        record[first - 1 : first - 1 + len(text)] = text
    assert len(record) == 80, len(record)
    return "".join(record)


def key(minor: int) -> str:
    return "1" if minor < 0 else "2"


def head(minor: int, account: str = ACCOUNT, currency: str = "978") -> str:
    return placed(
        (1, "11"), (3, account), (21, "260101"), (27, "260131"), (33, key(minor)),
        (34, f"{abs(minor):014}"), (48, currency), (51, "3"), (52, "PUERTA VERDE S.L."),
    )  # fmt: skip


def movement(minor: int, **columns: Any) -> str:
    """Give a record 22; columns: booked, value, concept, document, first, second, key."""
    return placed(
        (1, "22"), (7, "0418"), (11, columns.get("booked", "260105")),
        (17, columns.get("value", "260106")), (23, columns.get("concept", "04007")),
        (28, columns.get("key", key(minor))), (29, f"{abs(minor):014}"),
        (43, columns.get("document", "0000000000")), (53, columns.get("first", "000000000000")),
        (65, columns.get("second", "")),
    )  # fmt: skip


def concept(text: str, number: int = 1) -> str:
    return placed((1, "23"), (3, f"{number:02}"), (5, text[:76]))


def exchange(minor: int, currency: str = "840") -> str:
    return placed((1, "24"), (3, "01"), (5, currency), (8, f"{minor:014}"))


def totals(movements: list[str], closing: int, account: str = ACCOUNT, **columns: Any) -> str:
    """Count and sum the movements as the bank does."""
    sums = [[int(each[28:42]) for each in movements if each[27] == sign] for sign in "12"]
    return placed(
        (1, "33"), (3, account), (21, f"{len(sums[0]):05}"), (26, f"{sum(sums[0]):014}"),
        (40, f"{len(sums[1]):05}"), (45, f"{sum(sums[1]):014}"),
        (59, columns.get("key", key(closing))), (60, f"{abs(closing):014}"),
        (74, columns.get("currency", "978")),
    )  # fmt: skip


def account(*inner: str, opening: int = 100_000, **columns: Any) -> list[str]:
    """Give the records of one account; the closing balance follows from the movements."""
    movements = [each for each in inner if each[:2] == "22"]
    booked = sum((-1 if each[27] == "1" else 1) * int(each[28:42]) for each in movements)
    number = columns.get("account", ACCOUNT)
    currency = columns.get("currency", "978")
    return [
        head(opening, number, currency),
        *inner,
        totals(movements, columns.get("closing", opening + booked), number, currency=currency),
    ]


def whole(records: list[str], newline: str = "\r\n") -> str:
    """Give a file with its end record."""
    end = placed((1, "88"), (3, "9" * 18), (21, f"{len(records):06}"))
    return newline.join([*records, end]) + newline
