"""Guess how a table states what was moved: columns, decimal marks, signs, fees; and say what stays open.

In: rows that have a booking date, and the roles of the columns. Out: settings of a profile, each either certain or named
as a question. The running balance, where there is one, is the arithmetic proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import and_
from typing import TYPE_CHECKING, Final

import polars as pl

from recon_csv.guess_signs import Proof, Signs, settle_signs
from recon_csv.phrases import DEBIT_FLAGS
from recon_csv.proof import Order, is_turned, proven_order
from recon_csv.words import plain_words

if TYPE_CHECKING:
    from recon_csv.amounts import Style
    from recon_csv.columns import Roles
    from recon_csv.draft import Draft, Entries
    from recon_csv.proof import Moves

_NONE: Final = pl.Series([None], dtype=pl.Int64)


def guess_amounts(entries: Entries, draft: Draft, signs: Signs) -> None:
    """Settle amount, sign, marks, fees, balance and order of rows.

    Args:
        entries: the rows with a booking date.
        draft: takes the settings, the columns and the open questions.
        signs: what is known about the sign before the numbers are read.
    """
    chosen = _choose_columns(entries, draft)
    if not chosen or not entries.rows.height:
        return
    fee = entries.roles.first("fee") if entries.roles.first("net") not in chosen else None
    read = chosen if fee is None else (*chosen, fee)
    styles = entries.styles(*read)
    if not styles:
        draft.questions.append("which is the decimal mark: the amounts contradict each other")
        return
    balance = entries.roles.first("balance")
    balance_styles = entries.styles(balance) if balance is not None else []
    trials = [
        _Trial(style, held, mode, *_try(entries, chosen, (fee, mode), (balance, style, held)))
        for style, held, mode in product(
            styles, balance_styles or styles[:1], _fee_modes(entries, fee)
        )
    ]
    best = _pick(trials, styles, draft)
    is_proven = best.order != "unknown"
    settle_signs(entries, (chosen, best.style), draft, Proof(is_proven, signs))
    _write(draft, entries.roles, best, (balance if balance_styles else None, fee))
    if not is_proven and is_turned(best.groups) and signs.settled is None:
        draft.questions.append("which sign is money in: the running balance moves against the sign")


@dataclass(slots=True)
class _Trial:
    """One reading of the numbers and whether the running balance bears it out."""

    style: Style
    balance_style: Style
    fee: str
    order: Order
    groups: list[Moves]


def _choose_columns(entries: Entries, draft: Draft) -> tuple[int, ...]:
    """Give the amount column, or the debit and the credit column."""
    roles = entries.roles
    debit, credit = roles.first("debit"), roles.first("credit")
    singles = [
        index
        for role in ("net", "amount", "total", "gross")
        for index in roles.all(role)
        if _is_filled(entries, index) or not entries.rows.height
    ]
    if roles.first("net") in singles:
        singles = singles[:1]
    has_pair = debit is not None and credit is not None
    if has_pair and (_is_filled(entries, debit) or _is_filled(entries, credit) or not singles):
        assert debit is not None
        assert credit is not None
        draft.columns |= {"debit": roles.name(debit), "credit": roles.name(credit)}
        return debit, credit
    if not singles:
        draft.questions.append("which column is the amount")
        return ()
    different = [
        index for index in singles[1:] if not entries.cells(index).equals(entries.cells(singles[0]))
    ]
    if different:
        names = ", ".join(repr(roles.header[index]) for index in [singles[0], *different])
        draft.questions.append(f"which column is the amount: {names}")
    draft.columns["amount"] = roles.name(singles[0])
    return (singles[0],)


def _is_filled(entries: Entries, index: int | None) -> bool:
    return bool((entries.cells(index) != "").any())


def _fee_modes(entries: Entries, fee: int | None) -> list[str]:
    if fee is None:
        return ["included"]
    is_charged = entries.cells(fee).str.contains("[1-9]").any()
    return ["included", "subtract", "add"] if is_charged else ["included"]


def _movements(entries: Entries, chosen: tuple[int, ...], style: Style) -> pl.Series:
    """Read what each row moved, with the sign it shows; debit/credit by the rule of `settle_signs`.

    A row without any amount goes on with the row above it, or is a part of it: it moved nothing.
    """
    columns = [entries.units(index, style) for index in chosen]
    is_blank = reduce(and_, [entries.cells(index) == "" for index in chosen])
    moved = _signed(entries, columns)
    nothing = pl.Series([0], dtype=pl.Int64)
    return nothing.zip_with(is_blank, moved) if is_blank.any() else moved


def _signed(entries: Entries, columns: list[pl.Series]) -> pl.Series:
    if len(columns) == 2:
        out, into = columns
        is_read = out.is_not_null() | into.is_not_null()
        turned = -1 if (out < 0).any() and not (out > 0).any() else 1
        moved = into.fill_null(0) - turned * out.fill_null(0)
        return moved.zip_with(is_read, _NONE)
    flag = entries.roles.first("flag")
    if flag is None:
        return columns[0]
    words = entries.cells(flag)
    size = columns[0].abs()
    debits = [word for word in words.unique() if plain_words(word) in DEBIT_FLAGS]
    return (-size).zip_with(words.is_in(debits), size)


def _try(
    entries: Entries,
    chosen: tuple[int, ...],
    fee: tuple[int | None, str],
    balance: tuple[int | None, Style, Style],
) -> tuple[Order, list[Moves]]:
    column, style, held = balance
    moved = _movements(entries, chosen, style)
    fee_column, mode = fee
    if fee_column is not None and mode != "included":
        sign = 1 if mode == "add" else -1
        moved = moved + sign * entries.units(fee_column, style).fill_null(0)
    held_units = (
        _NONE.new_from_index(0, len(moved)) if column is None else entries.units(column, held)
    )
    groups = entries.groups(moved, held_units)
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
