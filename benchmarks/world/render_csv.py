"""The CSV export of a British bank: one file for the month, ISO dates, one signed amount, a running balance."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.world.desk import Line
    from benchmarks.world.sellers import Seller

HEADER = (
    "Date",
    "Value date",
    "Amount",
    "Currency",
    "Payer",
    "Payer account",
    "Remittance",
    "Reference",
    "Balance",
)


# What a treasurer declares once for such an export; nothing is left to be guessed.
PROFILE = """\
[formats.csv.profiles.british_bank]
header = ["Date", "Payer", "Payer account", "Remittance"]
delimiter = ","
date_format = "%Y-%m-%d"
order = "oldest_first"
account = "{account}"

[formats.csv.profiles.british_bank.columns]
booking_date = "Date"
value_date = "Value date"
amount = "Amount"
currency = "Currency"
payer_name = "Payer"
payer_account = "Payer account"
remittance = "Remittance"
bank_reference = "Reference"
balance = "Balance"
"""


def money(minor: int) -> str:
    """Write minor units of a currency with two decimals.

    >>> money(-5), money(123456)
    ('-0.05', '1234.56')
    """
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def render_csv(seller: Seller, lines: list[Line], opening: int) -> Iterator[tuple[str, bytes]]:
    """Write one file for all lines.

    Args:
        seller: whose account it is.
        lines: in order of booking.
        opening: balance before the first line, minor units.

    Yields:
        name and bytes of the file.
    """
    if not lines:
        return
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    balance = opening
    for line in lines:
        balance += line.amount
        day = date.fromordinal(line.day).isoformat()
        writer.writerow(
            (
                day,
                day,
                money(line.amount),
                seller.currency,
                line.name,
                line.account,
                line.text,
                line.reference,
                money(balance),
            )
        )
    month = date.fromordinal(lines[0].day)
    yield f"{seller.key.lower()}_{month:%Y-%m}.csv", out.getvalue().encode()
