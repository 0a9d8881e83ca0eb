"""Write CODA records column by column, for tests: the mirror of what the reader cuts."""

from __future__ import annotations

from typing import Any

IBAN = "BE68539007547034"


def placed(*fields: tuple[int, str]) -> str:
    """Give a record of 128 columns with each text at its column, counted from 1."""
    record = [" "] * 128
    for first, text in fields:
        record[first - 1 : first - 1 + len(text)] = text
    assert len(record) == 128, len(record)
    return "".join(record)


def thousandths(minor: int, decimals: int = 2) -> str:
    """Write minor units as fifteen digits with three decimals."""
    return f"{abs(minor) * 10 ** (3 - decimals):015}"


def sign(minor: int) -> str:
    return "1" if minor < 0 else "0"


def header(version: str = "2", application: str = "00000", duplicate: str = " ") -> str:
    return placed(
        (1, "0000005012653905"), (17, duplicate), (25, "0000000001"), (35, "GREEN DOOR NV"),
        (61, "KREDBEBB"), (72, "00412345678"), (84, application), (128, version),
    )  # fmt: skip


def old_balance(minor: int, currency: str = "EUR", number: str = "007", decimals: int = 2) -> str:
    return placed(
        (1, "12"), (3, number), (6, IBAN), (40, currency), (43, sign(minor)),
        (44, thousandths(minor, decimals)), (59, "040126"), (65, "GREEN DOOR NV"),
        (91, "CURRENT ACCOUNT"), (126, number),
    )  # fmt: skip


def movement(number: int, minor: int, **columns: Any) -> str:
    """Give a record 21; columns: detail, code, text, structured, booked, value, reference, next, link, decimals."""
    text = columns.get("text", "")
    return placed(
        (1, "21"), (3, f"{number:04}"), (7, f"{columns.get('detail', 0):04}"),
        (11, columns.get("reference", f"REF{number:04}KBCTRANSFER")), (32, sign(minor)),
        (33, thousandths(minor, columns.get("decimals", 2))), (48, columns.get("value", "050126")),
        (54, columns.get("code", "00150000")), (62, "1" if columns.get("structured") else "0"),
        (63, text[:53]), (116, columns.get("booked", "050126")), (122, "007"), (125, "0"),
        (126, columns.get("next", "0")), (128, columns.get("link", "0")),
    )  # fmt: skip


def second(number: int, text: str = "", **columns: Any) -> str:
    return placed(
        (1, "22"), (3, f"{number:04}"), (7, f"{columns.get('detail', 0):04}"), (11, text[:53]),
        (64, columns.get("reference", "")), (99, columns.get("bic", "")),
        (113, columns.get("returned", "")), (118, columns.get("category", "")),
        (122, columns.get("purpose", "")), (126, "1"), (128, "0"),
    )  # fmt: skip


def third(number: int, account: str, name: str, text: str = "", **columns: Any) -> str:
    return placed(
        (1, "23"), (3, f"{number:04}"), (7, f"{columns.get('detail', 0):04}"), (11, account),
        (45, columns.get("currency", "")), (48, name), (83, text[:43]), (126, "0"), (128, "0"),
    )  # fmt: skip


def information(
    number: int, detail: int, text: str, form: str = "", further: str = ""
) -> list[str]:
    """Give a record 31 and, for further text, a record 32."""
    place = (3, f"{number:04}"), (7, f"{detail:04}")
    head = placed(
        (1, "31"), *place, (11, f"REF{number:04}KBCTRANSFER"), (32, "00150000"),
        (40, "1" if form else "0"), (41, (form + text)[:73]), (126, "1" if further else "0"), (128, "0"),
    )  # fmt: skip
    tail = [placed((1, "32"), *place, (11, further[:105]), (126, "0"), (128, "0"))]
    return [head, *(tail if further else [])]


def new_balance(minor: int, currency: str = "EUR", number: str = "007", decimals: int = 2) -> str:
    return placed(
        (1, "8"), (2, number), (5, IBAN), (39, currency), (42, sign(minor)),
        (43, thousandths(minor, decimals)), (58, "050126"), (128, "0"),
    )  # fmt: skip


def free(text: str) -> str:
    return placed((1, "4"), (3, "0001"), (7, "0001"), (33, text), (128, "0"))


def trailer(records: list[str], goes_on: bool = False) -> str:
    """Count and sum the records as the bank does."""
    mains = [each for each in records if each[:2] == "21" and each[6:10] == "0000"]
    sums = [sum(int(each[32:47]) for each in mains if each[31] == key) for key in "10"]
    counted = sum(each[0] in "1238" for each in records)
    return placed(
        (1, "9"), (17, f"{counted:06}"), (23, f"{sums[0]:015}"), (38, f"{sums[1]:015}"),
        (128, "1" if goes_on else "2"),
    )  # fmt: skip


def statement(
    *inner: str | list[str], opening: int = 100_000, closing: int | None = None, **columns: Any
) -> str:
    """Give a whole file of one statement; the closing balance follows from the bookings if it is not given."""
    middle = [each for one in inner for each in ([one] if isinstance(one, str) else one)]
    decimals = columns.get("decimals", 2)
    booked = sum(
        (-1 if each[31] == "1" else 1) * int(each[32:47]) // 10 ** (3 - decimals)
        for each in middle
        if each[:2] == "21" and each[6:10] == "0000"
    )
    end = opening + booked if closing is None else closing
    money = {"currency": columns.get("currency", "EUR"), "decimals": decimals}
    records = [
        header(columns.get("version", "2"), columns.get("application", "00000")),
        old_balance(opening, **money),
        *[each for each in middle if each[0] != "4"],
        new_balance(end, **money),
        *[each for each in middle if each[0] == "4"],
    ]
    return "\r\n".join([*records, trailer(records, columns.get("goes_on", False))]) + "\r\n"
