"""Read the real CSV exports of the corpus, and hold each to its facts or to the arithmetic that proves another reading.

Tests and the table of the corpus judge by the same rules. No profile is declared; all that is settled is a currency for the many
exports that name none, and the words that the sources' anonymisers put in the place of currency codes.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from recon.api import MalformedFile, ParsedStatements, SourceFile, exponent
from recon_csv.plugin import CsvFormat
from tests.corpus_csv_facts import PROVEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.corpus_csv_facts import Reading
    from tests.corpus_index import Case

ANONYMISED = "RED MOR MEN TEM RIT FUN TAE VIT PRA ANT MOX LAM COR ICA USA ARI SED PRO RET CET LII PER tes por RIS HAT SET LAC URA BRE XXX"
NAMES = {**dict.fromkeys(ANONYMISED.split(), "CHF"), "人民币": "CNY", "RUR": "RUB"}
SIGNS = {"$": "USD", "£": "GBP", "¥": "CNY"}
_BALANCES = ("saldo", "solde", "balance")
_PARTS = ("individual amount", "einzelbetrag", "sous-montant", "importo singolo")


def outcome(path: Path) -> ParsedStatements | MalformedFile:
    """Read a file as the engine would, or give its refusal."""
    return _outcome(path)


@cache
def _outcome(path: Path) -> ParsedStatements | MalformedFile:
    data = path.read_bytes()
    text = data.decode("utf-8", errors="replace")
    currency = next((code for sign, code in SIGNS.items() if sign in text), "EUR")
    options = {"currency": currency, "currency_names": NAMES}
    try:
        return CsvFormat().read(SourceFile(path.name, data), options)
    except MalformedFile as error:
        return error


def booked(parsed: ParsedStatements) -> pl.DataFrame:
    """Give the lines that count in balances: the sources' importers leave out what is pending."""
    return parsed.lines.filter(pl.col("status") == "booked")


def totals(parsed: ParsedStatements) -> tuple[Decimal, Decimal]:
    """Give credits and debits, both without a sign, as plain numbers over all currencies."""
    amounts = [
        Decimal(minor).scaleb(-exponent(currency))
        for minor, currency in booked(parsed).select("amount", "currency").iter_rows()
    ]
    credits_ = sum((amount for amount in amounts if amount > 0), Decimal(0))
    return credits_, credits_ - sum(amounts, Decimal(0))


def agrees(case: Case, parsed: ParsedStatements) -> bool:
    """Say whether the count and, where the source states them, the totals are those of the index.

    Sources leave out entries of zero, and some state one net total with either sign.
    """
    lines, rejects = booked(parsed).height, parsed.rejects.height
    moved = booked(parsed).filter(pl.col("amount") != 0).height
    counts = {lines, lines + rejects, moved, parsed.lines.height}
    if not case.from_source:
        return int(case.facts["rows"]) in counts
    stated = Decimal(case.facts["credits"]), Decimal(case.facts["debits"])
    credits_, debits = totals(parsed)
    is_same = (credits_, debits) == (abs(stated[0]), abs(stated[1]))
    return int(case.facts["tx"]) in counts and (
        is_same or credits_ - debits == stated[0] - stated[1]
    )


def judge(case: Case, parsed: ParsedStatements) -> str:
    """Say what the file's facts make of our reading; "wrong" where neither the index nor a proof bears it out."""
    proven = PROVEN.get(case.name)
    if proven is not None:
        if not is_proven(case, parsed, proven):
            return "wrong"
        return "with rejects" if parsed.rejects.height else "differs with proof"
    if not agrees(case, parsed):
        return "wrong"
    if parsed.rejects.height:
        return "with rejects"
    return "right by source" if case.from_source else "right by estimate"


def is_proven(case: Case, parsed: ParsedStatements, proven: Reading) -> bool:
    """Say whether we read what the table of proofs states, and its arithmetic holds."""
    credits_, debits = totals(parsed)
    read = (booked(parsed).height, credits_, debits)
    if read != (proven.lines, Decimal(proven.credits), Decimal(proven.debits)):
        return False
    if proven.ends and Decimal(proven.ends[0]) + credits_ - debits != Decimal(proven.ends[1]):
        return False
    followed = running_balance(case.path, parsed)
    return not proven.links or followed == (proven.links, proven.breaks)


def running_balance(path: Path, parsed: ParsedStatements) -> tuple[int, int]:
    """Count where the bank's balance column follows from our amounts, and where it does not.

    The file is split here a second time, by nothing of the reader's. A balance belongs to one currency; parts of a batch count
    with the row above them; the rows run in the direction in which fewer balances break.
    """
    steps: dict[str, list[tuple[Decimal, Decimal | None]]] = {}
    read = {
        line: (Decimal(minor).scaleb(-exponent(currency)), currency)
        for line, minor, currency in booked(parsed)
        .select("line_number", "amount", "currency")
        .iter_rows()
    }
    for row_lines, held in _batches(path, set(read)):
        amount = sum((read[line][0] for line in row_lines), Decimal(0))
        steps.setdefault(read[row_lines[0]][1], []).append((amount, held))
    links = breaks = 0
    for rows in steps.values():
        found = min(_follow(rows), _follow(rows[::-1]), key=lambda count: count[1])
        links += found[0]
        breaks += found[1]
    return links, breaks


def _batches(path: Path, read: set[int]) -> list[tuple[list[int], Decimal | None]]:
    """Give per row of the table, parts taken together, the text lines that were read and the balance beside them."""
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    mark = ";" if text.count(";") > text.count(",") else ","
    found: list[tuple[list[int], Decimal | None]] = []
    balance = part = None
    reader = csv.reader(text.splitlines(keepends=True), delimiter=mark)
    line = 1
    for row in reader:
        names = [name.strip(" \ufeff").lower() for name in row]
        if balance is None:
            at = [place for place, name in enumerate(names) if name.startswith(_BALANCES)]
            if at and len(row) > 5:
                balance = at[-1]
                part = next((names.index(name) for name in _PARTS if name in names), None)
        else:
            is_part = part is not None and part < len(row) and bool(row[part])
            if is_part and found and line in read:
                found[-1][0].append(line)
            elif not is_part and balance < len(row):
                held = _number(row[balance])
                if line in read or held is not None:
                    found.append(([line] if line in read else [], held))
        line = reader.line_num + 1
    return [batch for batch in found if batch[0]]


def _number(text: str) -> Decimal | None:
    found = re.fullmatch(
        r"([+-]?)([0-9.,' ]*[0-9])(?:[.,]([0-9]{1,2}))|([+-]?)([0-9' ]+)", text.strip()
    )
    if not found:
        return None
    sign, whole, cents = (found[1] or found[4] or ""), (found[2] or found[5]), (found[3] or "")
    return Decimal(sign + re.sub("[^0-9]", "", whole) + cents).scaleb(-len(cents))


def _follow(rows: Sequence[tuple[Decimal, Decimal | None]]) -> tuple[int, int]:
    links = breaks = 0
    last: Decimal | None = None
    between = Decimal(0)
    for amount, held in rows:
        between += amount
        if held is None:
            continue
        if last is not None:
            links += last + between == held
            breaks += last + between != held
        last, between = held, Decimal(0)
    return links, breaks
