"""Tell a record that is no booking by its cells: blank, a balance, a total, a text, not booked yet. In: cells, layout. Out: why."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from recon_csv.dates import looks_like_date, parse_date
from recon_csv.distinct import distinct_texts
from recon_csv.phrases import TOTAL_WORDS, UNBOOKED_STATUSES, VOID_STATUSES
from recon_csv.preamble import LABEL_LIMIT, balance_label
from recon_csv.words import plain_words

if TYPE_CHECKING:
    import polars as pl

    from recon_csv.layout import Layout

AMOUNTS: Final = ("amount", "debit", "credit")
_DAYS: Final = ("booking_date", "value_date")


def why_no_entry(cells: list[str], layout: Layout, *, is_end: bool) -> str | None:
    """Say why a record is no booking, None if it is one (or should be)."""
    if not any(cells):
        return "blank"
    if layout.header and [c for c in cells if c] == [c for c in layout.header if c]:
        return "repeated header"
    if is_not_booked(layout.text("status", cells), layout):
        return None if is_pending(cells, layout) else "not booked"
    if _has_date(cells, layout):
        is_bare = not has_amount(cells, layout) and not layout.text("detail_amount", cells)
        is_balance = is_end and balance_label(cells)
        if is_balance or (is_bare and layout.text("balance", cells)):
            return "balance"
        return "asset" if is_bare and _is_gift(cells, layout) else None
    return _no_dated_entry(cells, layout)


def _no_dated_entry(cells: list[str], layout: Layout) -> str | None:
    """Say what a record without a date is, None if it should have one."""
    if _is_unbooked(layout.text("booking_date", cells)):
        return None if is_pending(cells, layout) else "not booked"
    if balance_label(cells):
        return "balance"
    if any(plain_words(cell) in TOTAL_WORDS for cell in cells if 0 < len(cell) <= LABEL_LIMIT):
        return "total"
    amounts = amount_texts(cells, layout)
    if layout.text("detail_amount", cells) or not_zero(amounts):
        return None
    if any(char.isdigit() for text in amounts for char in text):
        # A zero that has a value date and no booking date is no booking whose day was lost.
        return "unbooked zero" if layout.text("value_date", cells) else None
    # What a card has reserved in its own currency gets an amount and a day when it is booked.
    return "not booked" if layout.text("original_amount", cells) else "text"


def _is_gift(cells: list[str], layout: Layout) -> bool:
    """Say whether a record moves pieces of an asset that nobody paid for; one with a price lacks its amount."""
    return bool(layout.text("quantity", cells)) and not layout.text("unit_price", cells)


def is_not_booked(status: str, layout: Layout) -> bool:
    """Say whether a text of the status column means that the entry is not booked: pending, or failed."""
    return bool(status) and (status in layout.profile.unbooked_statuses or _is_unbooked(status))


def pending_words(texts: pl.Series, layout: Layout) -> list[str]:
    """Give the texts of a status column that say that an entry is still to be booked."""
    words = distinct_texts(texts)
    return [word for word in words if is_not_booked(word, layout) and not _is_void(word)]


def is_pending(cells: list[str], layout: Layout) -> bool:
    """Say whether a record that is not booked will be: it moves an amount on some day, and nothing has failed."""
    texts = [layout.text(name, cells) for name in ("status", "booking_date")]
    has_day = any(looks_like_date(layout.text(name, cells)) for name in _DAYS)
    return has_day and has_amount(cells, layout) and not any(map(_is_void, texts))


@lru_cache(maxsize=256)
def _is_void(text: str) -> bool:
    return plain_words(text) in VOID_STATUSES


@lru_cache(maxsize=256)
def _is_unbooked(text: str) -> bool:
    return plain_words(text) in UNBOOKED_STATUSES


def _has_date(cells: list[str], layout: Layout) -> bool:
    text = layout.text("booking_date", cells)
    return looks_like_date(text) or parse_date(text, layout.profile.date_format) is not None


def amount_texts(cells: list[str], layout: Layout) -> list[str]:
    """Give the filled cells that hold the amount of a booking."""
    return [text for field in AMOUNTS for text in layout.texts(field, cells)]


def has_amount(cells: list[str], layout: Layout) -> bool:
    """Say whether a record has an amount of its own."""
    return any(layout.text(field, cells) for field in AMOUNTS if field in layout.columns)


def not_zero(amounts: list[str]) -> list[str]:
    """Give the amounts that move money."""
    return [text for text in amounts if re.search("[1-9]", text)]
