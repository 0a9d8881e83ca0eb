"""Read text by the format `csv` as the engine would."""

from __future__ import annotations

from typing import Any

from recon.api import ParsedStatements, SourceFile
from recon_csv.plugin import CsvFormat


def read_text(text: str | bytes, **options: Any) -> ParsedStatements:
    data = text if isinstance(text, bytes) else text.encode()
    return CsvFormat().read(SourceFile("bank.csv", data), options)


def read_account(text: str | bytes, **options: Any) -> ParsedStatements:
    """Read an export whose signs the user has settled, as one without balance, account and payer needs it."""
    return read_text(text, **{"amount_sign": "credit_positive"} | options)


def amounts(parsed: ParsedStatements) -> list[int]:
    return parsed.lines["amount"].to_list()


def days(parsed: ParsedStatements) -> list[str]:
    return [str(day) for day in parsed.lines["booking_date"]]
