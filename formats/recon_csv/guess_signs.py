"""Settle which amounts are money in; what nothing in the file proves is a question.

In: the amounts of the rows, in either one signed column, one beside a flag, or a debit and a credit column. Out: settings of the
profile, or questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from recon_csv.phrases import DEBIT_FLAGS
from recon_csv.words import plain_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from recon_csv.amounts import Style
    from recon_csv.columns import Roles
    from recon_csv.draft import Draft, Entries

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
# Czech and Slovak payments between accounts carry these numbers; purchases by card have none.
_PAYMENT_NUMBERS: Final = (
    "variable symbol",
    "constant symbol",
    "variabilni symbol",
    "konstantni symbol",
    "konstantny symbol",
)
# Whole texts of money in, and words within the text of money out, of a bank account.
_TEXTS_IN: Final = frozenset(
    [
        "bareinzahlung",
        "cash deposit",
        "deposit",
        "depot",
        "einzahlung",
        "gehalt",
        "lohn",
        "salaire",
        "salaris",
        "salary",
        "stipendio",
    ]
)
_WORDS_OUT: Final = ("by debit card", "debit card purchase", "pos debit")
# What is said of bank accounts and never of cards, which have neither value dates nor SEPA references.
_BANK_ROLES: Final = _OUR_BOOKS_WORDS | {
    "value_date",
    "payer_bank",
    "mandate_id",
    "end_to_end_id",
    "structured_reference",
}


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known about the sign: settled by the user, or hinted at by the rows above the table."""

    settled: str | None
    names_account: bool
    names_card: bool


def names_card(texts: Iterable[str]) -> bool:
    """Say whether a name or a label is one of cards."""
    return any(word in plain_words(text) for text in texts for word in _CARD_WORDS)


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the running balance bears the reading out, and what is known beside it."""

    is_proven: bool
    signs: Signs


def settle_signs(
    entries: Entries, written: tuple[tuple[int, ...], Style], draft: Draft, proof: Proof
) -> None:
    """Settle the sign of one signed column, of an amount beside its flag, or of a debit and a credit column.

    Args:
        entries: the rows with a booking date.
        written: the column or the columns of the amount, and how they are written.
        draft: takes the settings and the open questions.
        proof: what is known beside the amounts.
    """
    chosen, style = written
    columns = [entries.units(index, style) for index in chosen]
    if len(columns) == 2:
        _settle_pair(columns, draft, proof)
    elif entries.roles.first("flag") is not None:
        _settle_flag(entries, columns[0], draft)
    else:
        _settle_single(entries, chosen[0], columns[0], (draft, proof))


def _settle_pair(columns: list[pl.Series], draft: Draft, proof: Proof) -> None:
    """A debit column holds one sign and a credit column no minus, unless the balance proves the exception."""
    debits, credits_ = (_signs(column) for column in columns)
    if len(debits) > 1 and not proof.is_proven:
        draft.questions.append("what a negative debit is: the debit column holds both signs")
    if False in credits_ and not proof.is_proven:
        draft.questions.append("what a negative credit is")
    draft.settings["debit_sign"] = "negative" if debits == {False} else "positive"


def _settle_flag(entries: Entries, units: pl.Series, draft: Draft) -> None:
    """Both flags must come with one sign each; then the flag alone decides."""
    flag = entries.roles.first("flag")
    assert flag is not None
    cells = entries.cells(flag)
    words: dict[bool, set[str]] = {True: set(), False: set()}
    for word in cells.unique():
        words[plain_words(word) in DEBIT_FLAGS].add(word)
    signs = {side: _signs(units.filter(cells.is_in(list(found)))) for side, found in words.items()}
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
    entries: Entries, column: int, units: pl.Series, draft_and_proof: tuple[Draft, Proof]
) -> None:
    draft, proof = draft_and_proof
    if proof.signs.settled:
        draft.settings["amount_sign"] = proof.signs.settled
        return
    moved = entries.cells(column).filter(units != 0)
    if proof.is_proven or not len(moved):
        return
    has_minus = bool((units < 0).any())
    has_plus_sign = bool(moved.str.contains("+", literal=True).all())
    if _is_card(entries.roles, proof.signs):
        # Card companies write purchases with a plus as often as with a minus.
        draft.questions.append("which sign is a purchase on this card")
    elif not has_minus and not has_plus_sign:
        draft.questions.append("which amounts are money out: none has a sign")
    elif not (
        proof.signs.names_account
        or _is_bank_account(entries.roles)
        or _texts_agree(entries, column, units)
    ):
        # Exports of cards differ from those of accounts in nothing but the sign, if they do not name the card.
        draft.questions.append(
            "which sign is money in: no balance, account, value date or payer shows that this is a bank account and no card; "
            'set `amount_sign = "credit_positive"` under [formats.csv] if it is'
        )


def _signs(units: pl.Series) -> set[bool]:
    """Give the signs that a column has: True for plus."""
    return set((units.filter(units != 0) > 0).unique())


def _is_bank_account(roles: Roles) -> bool:
    names = {word for name in roles.header for word in plain_words(name).split()}
    has_number = any(
        plain_words(name).startswith(_PAYMENT_NUMBERS) for name in roles.header if name
    )
    return bool(has_number or _BANK_ROLES & set(roles.by_role) or _PAYER_WORDS & names)


def _texts_agree(entries: Entries, column: int, units: pl.Series) -> bool:
    """Say whether texts that only money in or only money out has are there, and none of them contradicts the sign."""
    seen = []
    for at in range(len(entries.roles.header)):
        if at == column:
            continue
        for text, unit in zip(entries.cells(at), units, strict=True):
            words = plain_words(text)
            if unit and words in _TEXTS_IN:
                seen.append(unit > 0)
            elif unit and any(word in words for word in _WORDS_OUT):
                seen.append(unit < 0)
    return bool(seen) and all(seen)


def _is_card(roles: Roles, signs: Signs) -> bool:
    if _OUR_BOOKS_WORDS & set(roles.by_role):
        return False
    return signs.names_card or names_card(roles.header)
