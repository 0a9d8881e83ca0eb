"""Dates: read text by a format, and find the one format that a whole column allows.

In: text. Out: dates, as the bank wrote them (a time after the date is left out, nothing is shifted).
A date is never half-guessed: where day and month could be swapped, the column is reported as open.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import polars as pl

from recon_csv.distinct import by_run, distinct_texts, translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_TOKENS: Final = {
    "%d": r"(?P<d>[0-9]{1,2})",
    "%m": r"(?P<m>[0-9]{1,2})",
    "%Y": r"(?P<Y>[0-9]{4})",
    "%y": r"(?P<y>[0-9]{2})",
    "%b": r"(?P<b>[A-Za-z]{3,9})",
}
_TIME: Final = r"(?:[T ,-]+\(?[0-9]{1,2}[:.][0-9]{2}.*)?"
_SHAPE: Final = re.compile(
    r"([0-9]{1,4})([-./: ])([0-9]{1,2}|[A-Za-z]{3,9})[-./: ]([0-9]{1,4})(\.?)" + _TIME
)
_COMPACT: Final = re.compile(r"(?:19|20)[0-9]{6}(?:[0-9]{6}.*)?")
# Dates outside are no dates of a statement: 1111/11/11 is an anonymised one, 0025 a year that lost its century.
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2100
_LEAST_DAYS: Final = 5
# A day in so many, or one, that no month has may be damaged; more are proof of another order.
_ODD_SHARE: Final = 10
_WITHOUT_MARKS: Final = frozenset({"%Y%m%d", "%d%m%Y"})
_MANY_TEXTS: Final = 20_000
_FIRST_TOKENS: Final = {"day_first": "%d", "month_first": "%m", "year_first": "%y"}

Part = tuple[str, str, str]


@lru_cache(maxsize=4096)
def looks_like_date(text: str) -> bool:
    """Say whether the text has the shape of a date, in any order of its parts."""
    return bool(_SHAPE.fullmatch(text) or _COMPACT.fullmatch(text))


def look_like_dates(texts: pl.Series) -> pl.Series:
    """Do `looks_like_date` for a column."""
    shape = f"^(?:{_SHAPE.pattern}|{_COMPACT.pattern})$"
    return by_run(texts, lambda column: column.str.contains(shape))


@cache
def _pattern(date_format: str) -> re.Pattern[str]:
    return re.compile(_day(date_format) + _rest(date_format))


def _day(date_format: str) -> str:
    """Write the pattern of the day alone."""
    parts = re.split(r"(%[dmYyb])", date_format)
    body = "".join(_TOKENS.get(part) or re.escape(part) for part in parts)
    return body.replace("{1,2}", "{2}") if date_format in _WITHOUT_MARKS else body


def _rest(date_format: str) -> str:
    """Write the pattern of what may stand behind the day: a time of day, which is not read."""
    return ("(?:[0-9]{6}.*)?" if date_format in _WITHOUT_MARKS else "") + _TIME


def check_format(date_format: str) -> bool:
    """Say whether a declared format names day, month and year once each."""
    tokens = sorted(token.lower().replace("b", "m") for token in re.findall("%(.)", date_format))
    return tokens == ["d", "m", "y"]


@lru_cache(maxsize=4096)
def parse_date(text: str, date_format: str) -> dt.date | None:
    """Read a date; None if the text is no date of this format or the day does not exist.

    >>> parse_date("30.04.26", "%d.%m.%y"), parse_date("30.02.2015", "%d.%m.%Y")
    (datetime.date(2026, 4, 30), None)
    >>> parse_date("2026-01-15 23:10:01", "%Y-%m-%d")
    datetime.date(2026, 1, 15)
    """
    found = _pattern(date_format).fullmatch(text)
    if not found:
        return None
    parts = found.groupdict()
    year = int(parts["Y"]) if parts.get("Y") else 2000 + int(parts["y"])
    if year == 2000 + int(parts.get("y") or 0) and year > 2068:
        year -= 100
    month = int(parts["m"]) if parts.get("m") else _month(parts["b"])
    try:
        day = dt.date(year, month, int(parts["d"]))
    except ValueError:
        return None
    return day if _FIRST_YEAR <= year <= _LAST_YEAR else None


def read_dates(texts: pl.Series, date_format: str) -> pl.Series:
    """Do `parse_date` for a column: dates, null where the text is none of this format."""
    return by_run(texts, lambda runs: _read_distinct(runs, date_format))


def _read_distinct(texts: pl.Series, date_format: str) -> pl.Series:
    if len(texts) > _MANY_TEXTS and texts.n_unique() > _MANY_TEXTS:
        # A time of day makes every text another one; the days are few.
        texts = texts.str.extract(f"^({_day(date_format)}){_rest(date_format)}$", 1)
    found = distinct_texts(texts)
    read = {text: day for text in found if text and (day := parse_date(text, date_format))}
    return translated(texts, read, pl.Date)


def _month(name: str) -> int:
    short = name[:3].casefold()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def find_formats(texts: Sequence[str] | pl.Series) -> list[str]:
    """Give every format that the whole column allows; one means certain, more mean that it is open.

    Args:
        texts: the cells of one column, in file order, blank ones left out.

    Cells without the shape of a date are passed over: they belong to footers, and a reader rejects the rest.
    """
    # Bookings of one day stand together, so runs of equal texts say as much as all of them.
    column = pl.Series("text", texts, dtype=pl.String)
    runs = column.rle().struct.unnest()
    if runs.height > _MANY_TEXTS:
        # A time of day makes every text another one; it says nothing about the form of the day.
        runs = column.str.extract(f"^(.*?){_TIME}$", 1).fill_null("").rle().struct.unnest()
    shaped = [(text, count) for count, text in runs.rows() if text and looks_like_date(text)]
    if not shaped:
        return []
    by_text = {text: _candidates(text) for text, _ in shaped}
    seen: Counter[tuple[str, ...]] = Counter()
    for text, count in shaped:
        seen[by_text[text]] += count
    candidates = seen.most_common(1)[0][0]
    alike = [text for text, _ in shaped if by_text[text] == candidates]
    if len(candidates) == 1:
        return list(candidates)
    fitting = [name for name in candidates if not _out_of_range(set(alike), name)]
    if len(fitting) > 1:
        return _by_order(alike, fitting)
    return [*fitting, *_run_but_for_few(alike, fitting)]


def are_orders(one: str, other: str) -> bool:
    """Say whether two formats write the same parts in another order, as no two columns of one table do.

    >>> are_orders("%d/%m/%Y", "%m/%d/%Y"), are_orders("%d.%m.%Y", "%Y-%m-%d")
    (True, False)
    """
    return one != other and sorted(one) == sorted(other)


def _candidates(text: str) -> tuple[str, ...]:
    """Formats that the shape of one text allows, before any look at the numbers' ranges."""
    if _COMPACT.fullmatch(text) and not _SHAPE.fullmatch(text):
        return ("%Y%m%d",)
    found = _SHAPE.fullmatch(text)
    assert found is not None
    first, mark, middle, last, dot = found.groups()
    if not middle.isdigit():
        year = "%Y" if len(last) == 4 else "%y"
        return (f"%d{mark}%b{mark}{year}",)
    if len(first) == 4:
        return (f"%Y{mark}%m{mark}%d{dot}",)
    if len(last) == 4:
        # No country writes the month first between full stops.
        orders = ("%d.%m.%Y",) if mark == "." else (f"%d{mark}%m{mark}%Y", f"%m{mark}%d{mark}%Y")
        return tuple(order + dot for order in orders)
    if mark == ".":
        return ("%d.%m.%y" + dot,)
    return (f"%d{mark}%m{mark}%y", f"%m{mark}%d{mark}%y", f"%y{mark}%m{mark}%d")


def in_order(formats: Iterable[str], order: str | None) -> list[str]:
    """Give the formats of a known order, none where no order is known.

    >>> in_order(["%d/%m/%Y", "%m/%d/%Y"], "month_first")
    ['%m/%d/%Y']
    """
    first = _FIRST_TOKENS.get(order or "")
    return [name for name in formats if first and name.lower().startswith(first)]


def _out_of_range(texts: Iterable[str], date_format: str) -> set[str]:
    """Give the texts that contradict the order of day and month (a 31st of June is left to the reader)."""
    if "%m" not in date_format:
        return set()
    odd = set()
    for text in texts:
        found = _pattern(date_format).fullmatch(text)
        if not found or int(found["m"]) > 12 or int(found["d"]) > 31:
            odd.add(text)
    return odd


def nearly_fitting(texts: Iterable[str], date_format: str) -> list[str]:
    """Give the other orders of a format that only few of its texts exclude, which may be damaged.

    >>> nearly_fitting(["01/02/2026", "13/02/2026", "05/01/2026"], "%d/%m/%Y")
    ['%m/%d/%Y']
    """
    days = {text for text in set(texts) if _pattern(date_format).fullmatch(text)}
    if not days:
        return []
    others = [name for name in _candidates(min(days)) if are_orders(name, date_format)]
    few = max(1, len(days) // _ODD_SHARE)
    return [name for name in others if len(_out_of_range(days, name)) <= few]


def _run_but_for_few(texts: list[str], fitting: list[str]) -> list[str]:
    """Give the formats in which the rows run one way in time but for a few texts that they exclude.

    Such a text may be damaged, and is no proof that all others have the order in which they do not run.
    """
    # Mostly many days exclude the other orders, and the rows need not be looked at.
    others = nearly_fitting(set(texts), fitting[0]) if len(fitting) == 1 else []
    if not others or _runs_one_way(texts, fitting[0]):
        return []
    found = []
    for name in others:
        odd = _out_of_range(set(texts), name)
        left = [text for text in texts if text not in odd]
        if len(set(left)) >= _LEAST_DAYS and _runs_one_way(left, name):
            found.append(name)
    return found


def _by_order(texts: list[str], formats: list[str]) -> list[str]:
    """Keep the formats in which the rows run one way in time, if that is not all of them.

    Five days in any order run one way by chance in 1 of 60 cases, and exports are not in any order.
    """
    if len(set(texts)) < _LEAST_DAYS:
        return formats
    running = [name for name in formats if _runs_one_way(texts, name)]
    return running or formats


def _runs_one_way(texts: list[str], date_format: str) -> bool:
    days = [day for text in texts if (day := parse_date(text, date_format))]
    return days in (sorted(days), sorted(days, reverse=True))
