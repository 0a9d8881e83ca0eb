"""Find the 8-bit code page of bytes that are no Unicode. In: bytes. Out: page and how well its letters fit a language.

A wrong page turns letters into quotes inside words, capitals inside small words, and letters of several languages side
by side. So each page is scored by the one language that its letters fit best. No statistics, no randomness: the
same bytes give the same page everywhere.
"""

# ruff: noqa: RUF001 -- signs that look alike are the subject here
from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Equal scores leave the earlier one: Windows before DOS before Macintosh, west before east.
PAGES: Final = (
    "cp1252",
    "iso8859_15",
    "cp1250",
    "iso8859_2",
    "cp1254",
    "cp1257",
    "cp1251",
    "cp850",
    "cp852",
    "cp866",
    "mac_roman",
    "gb18030",
    "cp932",
    "latin-1",
)
# Pages with characters of two bytes and more.
WIDE_PAGES: Final = frozenset({"gb18030", "cp932"})
# A few accents side by side may be anything in them.
_FEWEST_WIDE: Final = 12
# A single sign does not make a file of today one of DOS or of an old Macintosh.
# Nor do three accents of a Nordic word make one of Russia.
_SELDOM: Final = {"cp850": 3, "cp852": 3, "cp866": 3, "mac_roman": 3, "cp1251": 3}
_WINDOWS: Final = 2_000
_SIDE_BYTES: Final = 24

# Letters beyond a to z. Source: the languages' standard orthographies.
_ALPHABETS: Final = (
    "äöüß",  # German
    "àâæçéèêëîïôœùûüÿ",  # French
    "áéíóúñüç",  # Spanish, Catalan
    "áâãàçéêíóôõúü",  # Portuguese
    "àèéìíòóù",  # Italian
    "åäöæøé",  # Nordic
    "áðéíóúýþæö",  # Icelandic
    "éëïöüèáóú",  # Dutch
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "ăâîșțşţ",  # Romanian
    "čćđšž",  # Croatian, Slovene
    "çğıöşüâî",  # Turkish
    "āčēģīķļņšūžąęėįųõäöü",  # Baltic
    "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ",  # Cyrillic
)
_LETTERS: Final = tuple(frozenset(one + one.upper() + "İ" * ("ı" in one)) for one in _ALPHABETS)
# These may stand beside a word; inside one they are the mark of a wrong page.
_SIGNS: Final = frozenset("€£§°–—‘’“”„«»…·²³ª№\u00a0´")
_INSIDE_WORDS: Final = frozenset("’·\u00a0´")
# The half-width ones are single bytes, and so are accents in any other page: they prove nothing.
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
# A run of high bytes, with such lower bytes between them as end a character of two bytes.
_RUN: Final = re.compile(rb"[\x80-\xff](?:[\x40-\x7e]?[\x80-\xff])*")
_BEFORE: Final = re.compile(rb"[A-Za-z]*\Z")
_AFTER: Final = re.compile(rb"[\x40-\x7e]*")


@dataclass(frozen=True, slots=True)
class Fit:
    """One page that decodes the bytes, and how well: about 2 a letter of the language, less for what is odd."""

    page: str
    score: int
    is_plausible: bool


def fitting_pages(data: bytes, pages: Sequence[str] = PAGES) -> list[Fit]:
    """Score each page by the first 2,000 places that have high bytes, best first; equals stand in the given order."""
    words = list(dict.fromkeys(islice(_words(data), _WINDOWS)))
    # Odd signs are no reason to refuse a file; only noise, with control characters in it, is below this.
    least = -4 * sum(byte > 0x7F for word in words for byte in word)
    fits = [
        Fit(page, score, score >= least)
        for page in pages
        if (score := _score(words, page)) is not None
    ]
    return sorted(fits, key=lambda fit: -fit.score)


def _words(data: bytes) -> Iterable[bytes]:
    """Each run of high bytes with the letters around it; bounded, so that the time is linear in any input."""
    for run in _RUN.finditer(data):
        before = _BEFORE.search(data[max(0, run.start() - _SIDE_BYTES) : run.start()])
        after = _AFTER.match(data[run.end() : run.end() + _SIDE_BYTES])
        assert before is not None  # both match the empty text
        assert after is not None
        yield before[0] + run[0][: 8 * _SIDE_BYTES] + after[0]


def _score(words: Iterable[bytes], page: str) -> int | None:
    """Add up how well each word fits; None where the page does not know a byte, or cannot be told."""
    signs = wide = 0
    by_language = [0] * len(_LETTERS)
    for word in words:
        try:
            text = word.decode(page)
        except UnicodeDecodeError:
            return None
        if page in WIDE_PAGES:
            wide += sum(not letter.isascii() for letter in text)
            signs += _score_of_wide(word, text, page)
            continue
        for place, letter in enumerate(text):
            if letter.isascii():
                continue
            if letter.isalpha() and letter not in "ªº":
                signs += _score_of_place(text, place)
                weight = 2 if _is_in_word(text, place) else 0
                for number, letters in enumerate(_LETTERS):
                    by_language[number] += weight if letter in letters else -2
            else:
                signs += _score_of_sign(text, place)
    if page in WIDE_PAGES and wide < _FEWEST_WIDE:
        return None
    return signs + max(by_language) - _SELDOM.get(page, 0)


def _is_in_word(text: str, place: int) -> bool:
    """A letter that stands alone says nothing of its page."""
    return text[place - 1 : place].isalpha() or text[place + 1 : place + 2].isalpha()


def _score_of_place(text: str, place: int) -> int:
    """Capitals stand at the start of a word or among capitals, and Latin accents alone."""
    letter, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if letter.isupper() and before.islower():
        return -4
    if letter.islower() and before.isupper() and after.isupper():
        return -2
    is_cyrillic = "\u0400" <= letter <= "\u04ff"
    if before.isalpha() and before.isascii() == is_cyrillic:
        return -3 if is_cyrillic else -1
    return 0


def _score_of_sign(text: str, place: int) -> int:
    sign, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if "\x7f" <= sign <= "\x9f" or (not sign.isprintable() and sign != "\u00a0"):
        return -10
    if before.isalpha() and after.isalpha() and sign not in _INSIDE_WORDS:
        return -4
    return 1 if sign in _SIGNS else -2


def _score_of_wide(word: bytes, text: str, page: str) -> int:
    """Chinese and Japanese: common characters only, since nearly any two bytes are some character of these pages."""
    wide = [letter for letter in text if not letter.isascii()]
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    if page == "cp932":
        return 3 * kana + han - 4 * (len(wide) - kana - han) if kana else -4 * len(wide)
    # GB 2312 has both bytes high, and its first level the common characters.
    common = len(re.findall(rb"[\xb0-\xd7][\xa1-\xfe]", word))
    seldom = len(wide) - common
    return 5 * common - 4 * seldom if len(wide) > 1 else -4 * len(wide)
