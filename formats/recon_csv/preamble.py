"""What stands around the table: account, currency, period and balances in the rows above and below it.

In: rows outside the table. Out: facts, each only if it is said once; two different accounts are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from recon.api import exponents
from recon_csv.amounts import glued_currency, looks_like_amount
from recon_csv.dates import looks_like_date
from recon_csv.phrases import BALANCE_WORDS, CLOSING_WORDS, DEBIT_FLAGS, OPENING_WORDS
from recon_csv.words import plain_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ACCOUNT_WORDS: Final = frozenset(
    {
        "iban",
        "kontonummer",
        "konto",
        "konto nr",
        "account number",
        "account no",
        "account",
        "numero di conto",
        "conto",
    }
    | {
        "numero de compte",
        "num ro de compte",
        "compte",
        "rekeningnummer",
        "rekening",
        "numero conto",
        "numer rachunku",
    }
    | {
        "nr v d rekening",
        "cuenta",
        "kontokorrent",
        "numero cuenta",
        "conto corrente",
        "bank account",
    }
)
_CURRENCY_WORDS: Final = frozenset(
    {
        "wahrung",
        "waehrung",
        "currency",
        "curr",
        "devise",
        "monnaie",
        "valuta",
        "divisa",
        "moneta",
        "munt",
        "waluta",
        "moneda",
    }
    | {"bewertet in", "valued in", "evaluation en", "valutazione in"}
)
LABEL_LIMIT: Final = 48
# What stands around a table stands near it; a book of notes below it is not searched for facts.
_ROWS_AT_ENDS: Final = 500
# Every word for a balance holds one of these; most cells of a large file are passed over by them.
_BALANCE_STEMS: Final = ("sald", "balan", "sold", "kontostand", "bestand", "bertrag")
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BARE_ACCOUNT: Final = re.compile(r"[0-9]{10,20}")
_LABELLED: Final = re.compile(r"\s*([^:]{2,40}?)\s*:\s*(.+)", re.DOTALL)
_CURRENCY_AMOUNT: Final = re.compile(
    r"([A-Z]{3}) ?[-+]?[0-9][0-9.,' ]*|[-+]?[0-9][0-9.,' ]* ?([A-Z]{3})"
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Facts outside the table; a balance is kept as text until the style of numbers is known."""

    account: str | None
    currency: str | None
    dates: tuple[str, ...]
    opening: str | None
    closing: str | None


def read_surroundings(rows: Sequence[Sequence[str]]) -> Surroundings:
    """Read the rows above and below the table, of very many the first and the last."""
    if len(rows) > 2 * _ROWS_AT_ENDS:
        rows = [*rows[:_ROWS_AT_ENDS], *rows[-_ROWS_AT_ENDS:]]
    pairs = [pair for row in rows for pair in _labelled(row)]
    cells = [cell for row in rows for cell in row if cell]
    ibans = {compact for cell in cells if _IBAN.fullmatch(compact := cell.replace(" ", ""))}
    accounts = ibans or {
        value.replace(" ", "")
        for label, value in pairs
        if label in _ACCOUNT_WORDS and any(char.isdigit() for char in value)
    }
    accounts = accounts or {row[0] for row in rows if _is_bare_account_row(row)}
    return Surroundings(
        account=_only(accounts),
        currency=_only(_currencies(pairs, cells)),
        dates=tuple(cell for cell in cells if looks_like_date(cell)),
        opening=_only(_balances(rows, pairs, OPENING_WORDS)),
        closing=_only(_balances(rows, pairs, CLOSING_WORDS)),
    )


def _is_bare_account_row(row: Sequence[str]) -> bool:
    """Say whether a row says account, day and balance without a label; the numbers of cards are masked."""
    return (
        len(row) > 1
        and _BARE_ACCOUNT.fullmatch(row[0]) is not None
        and any(map(looks_like_date, row[1:]))
        and any("," in cell or "." in cell for cell in row[1:] if looks_like_amount(cell))
    )


def balance_label(cells: Sequence[str]) -> str | None:
    """Give the words of a row that is a balance and no booking, None if no cell says so alone."""
    if not _has_stem("\n".join(cells)):
        return None
    for cell in cells:
        if len(cell) > LABEL_LIMIT or not _has_stem(cell):
            continue
        words = re.sub(r"[0-9 ]+$", "", plain_words(cell))
        if words in OPENING_WORDS or words in CLOSING_WORDS or words in BALANCE_WORDS:
            return cell
    return None


def _has_stem(text: str) -> bool:
    lower = text.lower()
    return any(stem in lower for stem in _BALANCE_STEMS)


def _labelled(row: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give (label, value) of `IBAN: | CH93` and of `Saldo: CHF 45.00`, labels in plain words."""
    for place, cell in enumerate(row):
        following = next((other for other in row[place + 1 :] if other), "")
        if found := _LABELLED.fullmatch(cell):
            yield plain_words(found[1]), found[2].strip()
        elif cell and following:
            yield _label_words(cell), following


def _currencies(pairs: Sequence[tuple[str, str]], cells: Sequence[str]) -> set[str]:
    labelled = {
        value for label, value in pairs if label in _CURRENCY_WORDS and value in exponents()
    }
    if labelled:
        return labelled
    alone = {cell for cell in cells if cell in exponents()}
    beside = {code for cell in cells if (code := _beside_amount(cell))}
    return alone | beside


def _beside_amount(cell: str) -> str | None:
    found = _CURRENCY_AMOUNT.fullmatch(cell.rpartition(":")[2].strip())
    code = (found[1] or found[2]) if found else None
    if code in exponents():
        return code
    return glued_currency(cell) if looks_like_amount(cell) else None


def _balances(
    rows: Sequence[Sequence[str]], pairs: Sequence[tuple[str, str]], words: frozenset[str]
) -> set[str]:
    """Give the balances said beside these words: in one cell, or in the first cell with an amount to the right."""
    inline = {value for label, value in pairs if label in words and looks_like_amount(value)}
    return inline | {
        text
        for row in rows
        for place, cell in enumerate(row)
        if _label_words(cell) in words and (text := _amount_after(row[place + 1 :]))
    }


def _label_words(cell: str) -> str:
    """Reduce a label to its words; the date in "Kontostand vom 31.03.2025" is no part of them."""
    return re.sub(r"( (vom|al|au|del|as of|per))?( [0-9]+)+$", "", plain_words(cell))


def _amount_after(cells: Sequence[str]) -> str | None:
    """Give the first amount, with a minus if a debit flag follows it (`22.257,11 | S`)."""
    at = next((at for at, cell in enumerate(cells) if looks_like_amount(cell)), None)
    if at is None:
        return None
    is_debit = any(plain_words(cell) in DEBIT_FLAGS for cell in cells[at + 1 :] if cell)
    return f"-{cells[at]}" if is_debit else cells[at]


def _only(values: set[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None
