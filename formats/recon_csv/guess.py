"""Guess a profile from the file itself, and say what is not certain.

In: the table and the user's options. Out: a profile and the questions that stay open; only a guess without open questions
is read. A wrong guess would be a wrong booking, so every doubt is a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon_csv.amounts import Style, glued_currency, looks_like_amount
from recon_csv.columns import Roles, assign_roles, find_header, is_foreign_table
from recon_csv.dates import are_orders, find_formats, in_order, look_like_dates
from recon_csv.draft import Draft, Entries
from recon_csv.fields import column_at
from recon_csv.guess_amounts import guess_amounts
from recon_csv.guess_signs import Signs, names_card
from recon_csv.phrases import BOOKED_STATUSES, UNBOOKED_STATUSES
from recon_csv.preamble import read_surroundings
from recon_csv.profile import Options, Profile
from recon_csv.words import currency_in_name, plain_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_csv.table import Table

    Texts = Sequence[str] | pl.Series

_TEXT_FIELDS: Final = (
    "payer_name",
    "payer_account",
    "payer_bank",
    "remittance",
    "bank_reference",
    "end_to_end_id",
    "mandate_id",
    "structured_reference",
    "customer_reference",
    "cheque_number",
    "transaction_code",
    "transaction_text",
)
_WORDED: Final = r"[^0-9.,' +()-]"
_YES: Final = pl.Series([True])
_JOINED: Final = frozenset({"remittance", "payer_name"})


@dataclass(frozen=True, slots=True)
class Guess:
    """A profile and the questions it leaves open."""

    profile: Profile
    questions: tuple[str, ...]


def guess_profile(table: Table, options: Options) -> Guess | None:
    """Guess the layout of a table with a header; None if no row is the header of a bank statement."""
    place = find_header(table.head)
    if place is None or is_foreign_table(table.head[place]):
        return None
    body = table.cells.slice(place + 1)
    roles = assign_roles(table.head[place], body, options.currency_names)
    draft = Draft()
    booking = _booking_columns(roles, body)
    if not booking:
        draft.questions.append("which column is the booking date")
        return _guess(draft, table, place)
    is_dated = look_like_dates(_first_filled(body, booking))
    dated = body if is_dated.all() else body.filter(is_dated)
    entries = Entries(table, place + 1, is_dated, dated, roles, _are_booked(dated, roles))
    above = table.head[:place]
    signs = Signs(
        options.amount_sign,
        names_account=read_surroundings(above).account is not None,
        names_card=names_card(row[0] for row in above if row),
    )
    guess_amounts(entries, draft, signs)
    _guess_dates(entries, booking, (draft, options), above)
    _guess_texts(entries, draft)
    _guess_status(entries, draft)
    _guess_money(entries, draft, options, above)
    return _guess(draft, table, place)


def _guess(draft: Draft, table: Table, place: int) -> Guess:
    settings = {"date_format": "%Y-%m-%d", "decimal_mark": ".", **draft.settings}
    profile = Profile(
        columns=draft.columns,
        header=[cell for cell in table.head[place] if cell],
        delimiter=table.delimiter,
        **settings,
    )
    return Guess(profile, tuple(draft.questions))


def _are_booked(rows: pl.DataFrame, roles: Roles) -> pl.Series:
    """Say which rows a running balance counts: those that are not marked as pending or failed."""
    if "status" not in roles.by_role:
        return _YES.new_from_index(0, rows.height)
    status = _first_filled(rows, roles.all("status")[:1])
    unbooked = [word for word in status.unique() if plain_words(word) in UNBOOKED_STATUSES]
    return ~status.is_in(unbooked)


def _booking_columns(roles: Roles, body: pl.DataFrame) -> list[int]:
    """Give the booking date; and a second column that stands in where the first is empty on rows with a balance.

    A row that the running balance counts is booked, although some banks leave its booking date empty for a day.
    """
    dated = [
        at for role in ("booking_date", "transaction_date", "value_date") for at in roles.all(role)
    ]
    others = [at for role in ("value_date", "transaction_date") for at in roles.all(role)]
    first = dated[:1]
    second = [at for at in others if at not in first][:1]
    balance = roles.first("balance")
    is_open = _first_filled(body, first) == ""
    if not is_open.any():
        return first
    open_rows = body.filter(is_open)
    open_rows = open_rows.filter(look_like_dates(_first_filled(open_rows, second)))
    is_counted = balance is not None and all(map(looks_like_amount, column_at(open_rows, balance)))
    return [*first, *second] if open_rows.height and is_counted else first


def _first_filled(rows: pl.DataFrame, columns: list[int]) -> pl.Series:
    first, *others = columns or [-1]
    found = column_at(rows, first)
    for at in others:
        found = found.zip_with(found != "", column_at(rows, at))
    return found


def _guess_dates(
    entries: Entries,
    booking: list[int],
    draft_and_options: tuple[Draft, Options],
    above: list[list[str]],
) -> None:
    draft, options = draft_and_options
    roles = entries.roles
    value = next((index for index in roles.all("value_date") if index != booking[0]), None)
    around = list(read_surroundings(above).dates)
    others = [
        entries.cells(index)
        for role in ("value_date", "transaction_date", "booking_date")
        for index in roles.all(role)
    ]
    cells = _first_filled(entries.rows, booking)
    found = settle_dates(cells, [*others, around], options)
    if len(found) != 1 and entries.rows.height:
        draft.questions.append(
            "which is the day and which the month of the dates"
            if found
            else "how the dates are written"
        )
    draft.settings["date_format"] = found[0] if found else "%Y-%m-%d"
    names = [roles.name(index) for index in booking]
    draft.columns["booking_date"] = names if len(names) > 1 else names[0]
    if value is None:
        return
    draft.columns["value_date"] = roles.name(value)
    formats = settle_dates(
        entries.cells(value), [entries.cells(booking[0]), *others, around], options
    )
    if found and formats and are_orders(found[0], formats[0]):
        both = [found[0], formats[0]]
        formats = in_order(both, options.date_order) or both
        draft.settings["date_format"] = formats[0]
    if len(formats) > 1:
        draft.questions.append("which is the day and which the month of the value dates")
    if formats and formats[0] != draft.settings["date_format"]:
        draft.settings["value_date_format"] = formats[0]


def settle_dates(cells: Texts, siblings: Sequence[Texts], options: Options) -> list[str]:
    """Find the format of a column; where it is open, a sibling column of the same shape may tell."""
    formats = find_formats(cells)
    if len(formats) < 2:
        return formats
    for sibling in siblings:
        known = find_formats(sibling)
        if len(known) == 1 and known[0] in formats:
            return known
    return in_order(formats, options.date_order) if options.date_order else formats


def _guess_texts(entries: Entries, draft: Draft) -> None:
    roles = entries.roles
    for field in _TEXT_FIELDS:
        names = [roles.name(index) for index in roles.all(field)]
        if names:
            draft.columns[field] = names if field in _JOINED and len(names) > 1 else names[0]
    detail = roles.first("detail_amount")
    if detail is not None:
        draft.columns["detail_amount"] = roles.name(detail)
    own, some = roles.first("own_account"), roles.first("some_account")
    pocket = roles.first("pocket")
    if own is None and pocket is not None and entries.cells(pocket).n_unique() > 1:
        own = pocket
    if own is not None:
        draft.columns["account"] = roles.name(own)
    if some is not None and own is not None and "payer_account" not in draft.columns:
        draft.columns["payer_account"] = roles.name(some)


def _guess_status(entries: Entries, draft: Draft) -> None:
    """Tell booked from pending; an unknown word beside others leaves it open."""
    status = entries.roles.first("status")
    if status is None:
        return
    words = {cell for cell in entries.cells(status).unique() if cell}
    plain = {word: plain_words(word) for word in words}
    unbooked = sorted(word for word in words if plain[word] in UNBOOKED_STATUSES)
    unknown = sorted(
        word for word in words if plain[word] not in UNBOOKED_STATUSES | BOOKED_STATUSES
    )
    is_text = len(unknown) > 3
    if is_text and not unbooked:
        return
    if unknown and len(words) > 1:
        draft.questions.append(f"which rows are booked: {', '.join(map(repr, sorted(words)[:5]))}")
    draft.columns["status"] = entries.roles.name(status)
    if unbooked:
        draft.settings["unbooked_statuses"] = unbooked


def _guess_money(entries: Entries, draft: Draft, options: Options, above: list[list[str]]) -> None:
    """Find the currency and the account."""
    roles, around = entries.roles, read_surroundings(above)
    numbers = [
        index
        for role in ("amount", "net", "gross", "total", "debit", "credit", "balance")
        for index in roles.all(role)
    ]
    named = {code for index in numbers if (code := currency_in_name(roles.header[index]))}
    beside = {
        code
        for index in numbers
        for cell in _worded(entries, index, draft)
        if (code := glued_currency(cell))
    }
    found = next((codes for codes in (named, beside) if len(codes) == 1), set())
    columns = _currency_columns(roles)
    fixed = next(iter(found), None)
    if columns:
        draft.columns["currency"] = columns if len(columns) > 1 else columns[0]
    if not columns or not entries.rows.height:
        fixed = fixed or around.currency or options.currency
    if fixed:
        draft.settings["currency"] = fixed
    elif not columns:
        draft.questions.append('the currency: set `currency = "EUR"` under [formats.csv]')
    some = roles.first("some_account")
    account = around.account
    if "account" not in draft.columns and some is not None and account is None:
        values = set(entries.cells(some).unique())
        if len(values) == 1 and values != {""}:
            draft.columns["account"] = roles.name(some)
        elif "payer_account" not in draft.columns:
            draft.columns["payer_account"] = roles.name(some)
    elif some is not None and account is not None and "payer_account" not in draft.columns:
        draft.columns["payer_account"] = roles.name(some)
    account = account or options.account
    if account:
        draft.settings["account"] = account


def _worded(entries: Entries, index: int, draft: Draft) -> list[str]:
    """Give the texts that hold more than a bare number, each once."""
    cells = entries.cells(index)
    if "decimal_mark" in draft.settings:
        style = Style(draft.settings["decimal_mark"], draft.settings["thousands_mark"])
        read = entries.hundredths(index, style)
        if not read.null_count():
            return []
        cells = cells.filter(read.is_null())
    return cells.filter(cells.str.contains(_WORDED)).unique().to_list()


def _currency_columns(roles: Roles) -> list[str]:
    """Give the currency's column, or both where debit and credit have one each."""
    found = roles.all("currency")
    names = {"debit currency", "credit currency"}
    sides = [at for at in found if plain_words(roles.header[at]) in names]
    return [roles.name(at) for at in (sides if len(sides) == 2 else found[:1])]
