"""Guess how a table states what was moved: columns, decimal marks, signs, fees; and say what stays open.

In: rows that have a booking date, and the roles of the columns. Out: settings of a profile, each either certain or named
as a question. The running balance, where there is one, is the arithmetic proof.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from recon_csv.amounts import Style, find_styles, proof_units
from recon_csv.phrases import DEBIT_FLAGS
from recon_csv.proof import Order, Pair, is_turned, proven_order
from recon_csv.words import plain_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from recon_csv.columns import Roles

_CARD_WORDS: Final = (
    "card",
    "karte",
    "carta",
    "carte",
    "kredietkaart",
    "kaart",
    "kreditkort",
    "卡号",
)
_OUR_BOOKS_WORDS: Final = frozenset({"own_account", "some_account", "balance"})
# Cards have merchants; who names a payer receives money.
_PAYER_WORDS: Final = frozenset(
    [
        "payer",
        "remitter",
        "debtor",
        "sender",
        "ordering",
        "auftraggeber",
        "zahlungspflichtiger",
        "ordinante",
        "ordenante",
        "nadawca",
    ]
)
# What is said of bank accounts and never of cards, which have neither value dates nor SEPA references.
_BANK_ROLES: Final = _OUR_BOOKS_WORDS | {
    "value_date",
    "payer_bank",
    "mandate_id",
    "end_to_end_id",
    "structured_reference",
}


Units = list[int | None]


@dataclass(slots=True)
class Draft:
    """A profile in the making: settings by key, columns by field, and the questions that stay open."""

    columns: dict[str, str | list[str]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Entries:
    """The rows that have a booking date, by column; what a column gives in a style is read once."""

    rows: list[list[str]]
    roles: Roles
    is_booked: list[bool]
    read: dict[tuple[int | None, Style], Units] = field(default_factory=dict)

    def cells(self, index: int | None) -> list[str]:
        """Give one column, a blank text for each cell it lacks."""
        return ["" if index is None or index >= len(row) else row[index] for row in self.rows]

    def groups(self, pairs: Sequence[Pair]) -> list[list[Pair]]:
        """Part the booked rows by account and currency: each has a balance of its own."""
        keys = zip(
            self.cells(self.roles.first("own_account")),
            self.cells(self.roles.first("currency")),
            strict=True,
        )
        parted: dict[tuple[str, str], list[Pair]] = {}
        for key, pair, is_booked in zip(keys, pairs, self.is_booked, strict=True):
            if is_booked:
                parted.setdefault(key, []).append(pair)
        return list(parted.values())


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known about the sign: settled by the user, or hinted at by the rows above the table."""

    settled: str | None
    names_account: bool
    names_card: bool


def names_card(texts: Iterable[str]) -> bool:
    """Say whether a name or a label is one of cards."""
    return any(word in plain_words(text) for text in texts for word in _CARD_WORDS)


def guess_amounts(entries: Entries, draft: Draft, signs: Signs) -> None:
    """Settle amount, sign, marks, fees, balance and order of rows.

    Args:
        entries: the rows with a booking date.
        draft: takes the settings, the columns and the open questions.
        signs: what is known about the sign before the numbers are read.
    """
    chosen = _choose_columns(entries, draft)
    if not chosen or not entries.rows:
        return
    fee = entries.roles.first("fee") if entries.roles.first("net") not in chosen else None
    texts = [cell for index in chosen for cell in entries.cells(index)]
    texts += entries.cells(fee) if fee is not None else []
    styles = find_styles(texts)
    if not styles:
        draft.questions.append("which is the decimal mark: the amounts contradict each other")
        return
    balance = entries.roles.first("balance")
    balance_styles = find_styles(entries.cells(balance)) if balance is not None else []
    trials = [
        _Trial(style, held, mode, *_try(entries, chosen, (fee, mode), (balance, style, held)))
        for style, held, mode in product(
            styles, balance_styles or styles[:1], _fee_modes(entries, fee)
        )
    ]
    best = _pick(trials, styles, draft)
    _settle_signs(entries, chosen, draft, _Proof(best.order != "unknown", signs))
    _write(draft, entries.roles, best, (balance if balance_styles else None, fee))
    if is_turned(best.groups) and signs.settled is None:
        draft.questions.append("which sign is money in: the running balance moves against the sign")


@dataclass(slots=True)
class _Trial:
    """One reading of the numbers and whether the running balance bears it out."""

    style: Style
    balance_style: Style
    fee: str
    order: Order
    groups: list[list[Pair]]


@dataclass(frozen=True, slots=True)
class _Proof:
    is_proven: bool
    signs: Signs


def _choose_columns(entries: Entries, draft: Draft) -> tuple[int, ...]:
    """Give the amount column, or the debit and the credit column."""
    roles = entries.roles
    debit, credit = roles.first("debit"), roles.first("credit")
    singles = [
        index
        for role in ("net", "amount", "total", "gross")
        for index in roles.all(role)
        if any(entries.cells(index)) or not entries.rows
    ]
    if roles.first("net") in singles:
        singles = singles[:1]
    has_pair = debit is not None and credit is not None
    if has_pair and (any(entries.cells(debit)) or any(entries.cells(credit)) or not singles):
        assert debit is not None
        assert credit is not None
        draft.columns |= {"debit": roles.name(debit), "credit": roles.name(credit)}
        return debit, credit
    if not singles:
        draft.questions.append("which column is the amount")
        return ()
    different = [
        index for index in singles[1:] if entries.cells(index) != entries.cells(singles[0])
    ]
    if different:
        names = ", ".join(repr(roles.header[index]) for index in [singles[0], *different])
        draft.questions.append(f"which column is the amount: {names}")
    draft.columns["amount"] = roles.name(singles[0])
    return (singles[0],)


def _fee_modes(entries: Entries, fee: int | None) -> list[str]:
    is_charged = any(unit for unit in _units(entries, fee, Style(".", ""), any_style=True))
    return ["included", "subtract", "add"] if is_charged else ["included"]


def _units(entries: Entries, index: int | None, style: Style, *, any_style: bool = False) -> Units:
    cells = entries.cells(index)
    if any_style:
        return [int(any(char in "123456789" for char in cell)) for cell in cells]
    if (index, style) not in entries.read:
        entries.read[index, style] = proof_units(cells, style)
    return entries.read[index, style]


def _movements(entries: Entries, chosen: tuple[int, ...], style: Style) -> Units:
    """Read what each row moved, with the sign it shows; debit/credit by the rule of `_settle_signs`.

    A row without any amount goes on with the row above it, or is a part of it: it moved nothing.
    """
    columns = [_units(entries, index, style) for index in chosen]
    blank = [not any(cells) for cells in zip(*map(entries.cells, chosen), strict=True)]
    moved = _signed(entries, columns)
    return [0 if is_blank else unit for is_blank, unit in zip(blank, moved, strict=True)]


def _signed(entries: Entries, columns: list[Units]) -> Units:
    if len(columns) == 2:
        out, into = columns
        turned = -1 if {unit > 0 for unit in out if unit} == {False} else 1
        return [
            None if debit is None and credit is None else (credit or 0) - turned * (debit or 0)
            for debit, credit in zip(out, into, strict=True)
        ]
    flag = entries.roles.first("flag")
    if flag is None:
        return columns[0]
    return [
        None if unit is None else (-abs(unit) if plain_words(word) in DEBIT_FLAGS else abs(unit))
        for unit, word in zip(columns[0], entries.cells(flag), strict=True)
    ]


def _try(
    entries: Entries,
    chosen: tuple[int, ...],
    fee: tuple[int | None, str],
    balance: tuple[int | None, Style, Style],
) -> tuple[Order, list[list[Pair]]]:
    column, style, held = balance
    moved = _movements(entries, chosen, style)
    fee_column, mode = fee
    if mode != "included":
        sign = 1 if mode == "add" else -1
        fees = _units(entries, fee_column, style)
        moved = [
            None if unit is None else unit + sign * (cost or 0)
            for unit, cost in zip(moved, fees, strict=True)
        ]
    balances: Units = _units(entries, column, held) if column is not None else [None] * len(moved)
    groups = entries.groups(list(zip(moved, balances, strict=True)))
    return proven_order(groups), groups


def _pick(trials: list[_Trial], styles: list[Style], draft: Draft) -> _Trial:
    """Take the reading that the balance proves; without proof ask for what is open."""
    proven = [trial for trial in trials if trial.order != "unknown"]
    left = proven or trials
    if len({trial.style for trial in left}) > 1 and len(styles) > 1:
        draft.questions.append("which is the decimal mark: every amount is like 1.234")
    if len({trial.fee for trial in left}) > 1:
        draft.questions.append("whether the fee is part of the amount")
    return left[0]


def _settle_signs(entries: Entries, chosen: tuple[int, ...], draft: Draft, proof: _Proof) -> None:
    style = find_styles([cell for index in chosen for cell in entries.cells(index)])[0]
    columns = [_units(entries, index, style) for index in chosen]
    if len(columns) == 2:
        _settle_pair(columns, draft, proof)
    elif entries.roles.first("flag") is not None:
        _settle_flag(entries, columns[0], draft)
    else:
        _settle_single(entries, chosen[0], columns[0], (draft, proof))


def _settle_pair(columns: list[Units], draft: Draft, proof: _Proof) -> None:
    """A debit column holds one sign and a credit column no minus, unless the balance proves the exception."""
    debits, credits_ = ({unit > 0 for unit in column if unit} for column in columns)
    if len(debits) > 1 and not proof.is_proven:
        draft.questions.append("what a negative debit is: the debit column holds both signs")
    if False in credits_ and not proof.is_proven:
        draft.questions.append("what a negative credit is")
    draft.settings["debit_sign"] = "negative" if debits == {False} else "positive"


def _settle_flag(entries: Entries, units: Units, draft: Draft) -> None:
    """Both flags must come with one sign each; then the flag alone decides."""
    flag = entries.roles.first("flag")
    assert flag is not None
    signs: dict[bool, set[bool]] = {True: set(), False: set()}
    words: dict[bool, set[str]] = {True: set(), False: set()}
    for unit, word in zip(units, entries.cells(flag), strict=True):
        is_debit = plain_words(word) in DEBIT_FLAGS
        words[is_debit].add(word)
        if unit:
            signs[is_debit].add(unit > 0)
    if any(len(found) > 1 for found in signs.values()):
        draft.questions.append(
            "what a negative amount is: the sign and the flag contradict each other"
        )
    draft.columns["flag"] = entries.roles.name(flag)
    draft.settings |= {
        "debit_flags": sorted(words[True] - {""}) or ["debit"],
        "credit_flags": sorted(words[False] - {""}) or ["credit"],
    }


def _settle_single(
    entries: Entries, column: int, units: Units, draft_and_proof: tuple[Draft, _Proof]
) -> None:
    draft, proof = draft_and_proof
    if proof.signs.settled:
        draft.settings["amount_sign"] = proof.signs.settled
        return
    has_minus = any(unit < 0 for unit in units if unit)
    cells = entries.cells(column)
    has_plus_sign = all("+" in cell for cell, unit in zip(cells, units, strict=True) if unit)
    if proof.is_proven or not any(units):
        return
    if _is_card(entries.roles, proof.signs):
        # Card companies write purchases with a plus as often as with a minus.
        draft.questions.append("which sign is a purchase on this card")
    elif not has_minus and not has_plus_sign:
        draft.questions.append("which amounts are money out: none has a sign")
    elif not (proof.signs.names_account or _is_bank_account(entries.roles)):
        # Exports of cards differ from those of accounts in nothing but the sign, if they do not name the card.
        draft.questions.append(
            "which sign is money in: no balance, account, value date or payer shows that this is a bank account and no card; "
            'set `amount_sign = "credit_positive"` under [formats.csv] if it is'
        )


def _is_bank_account(roles: Roles) -> bool:
    names = {word for name in roles.header for word in plain_words(name).split()}
    return bool(_BANK_ROLES & set(roles.by_role) or _PAYER_WORDS & names)


def _is_card(roles: Roles, signs: Signs) -> bool:
    if _OUR_BOOKS_WORDS & set(roles.by_role):
        return False
    return signs.names_card or names_card(roles.header)


def _write(
    draft: Draft, roles: Roles, best: _Trial, columns: tuple[int | None, int | None]
) -> None:
    balance, fee = columns
    draft.settings |= {
        "decimal_mark": best.style.decimal,
        "thousands_mark": best.style.thousands,
        "order": best.order,
    }
    if fee is not None and best.fee != "included":
        draft.columns["fee"] = roles.name(fee)
        draft.settings["fee"] = best.fee
    if balance is not None:
        draft.columns["balance"] = roles.name(balance)
        if best.balance_style != best.style:
            draft.settings |= {
                "balance_decimal_mark": best.balance_style.decimal,
                "balance_thousands_mark": best.balance_style.thousands,
            }
