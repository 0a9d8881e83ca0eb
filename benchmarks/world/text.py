"""Text as banks deliver it: names spelled their way, numbers written the payer's way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.world.spelling import ascii_letters
from benchmarks.world.texts import PHRASES

if TYPE_CHECKING:
    from benchmarks.world.chance import Chance
    from benchmarks.world.customers import Customer
    from benchmarks.world.sellers import Seller

MANGLINGS = (
    "lower_case",
    "blanks",
    "lost_prefix",
    "lost_zeros",
    "other_separator",
    "glued_to_word",
    "wrapped",
)


def spell_name(seller: Seller, customer: Customer, chance: Chance, noise: float) -> str:
    """Spell a customer's name as some bank would.

    Args:
        seller: whose bank shows it; each format has its length.
        customer: the payer.
        chance: the draws.
        noise: 0 (as in the books) to 1 (always changed).
    """
    name = customer.name
    if chance.happens(0.3 * noise):
        name = customer.base
    if chance.happens(0.1 * noise):
        name = name.replace(" & ", f" {PHRASES[seller.language]['and']} ")
    if seller.is_ascii or chance.happens(0.5 * noise):
        name = ascii_letters(name)
    if chance.happens(0.5 * noise):
        name = name.upper()
    return name[: seller.name_limit].strip()


def parts_of(seller: Seller, item_number: str) -> tuple[str, str, str]:
    """Take a number apart: prefix, year, running digits (prefix and year are empty for plain numbers)."""
    if not seller.has_year:
        return "", "", item_number
    if seller.separator:
        prefix, year, running = item_number.split(seller.separator)
        return prefix, year, running
    return item_number[:2], item_number[2:6], item_number[6:]


def mangle_number(seller: Seller, number: str, how: str, chance: Chance) -> str:
    """Write a number in one of the ways of MANGLINGS; the digits that tell it stay."""
    prefix, year, running = parts_of(seller, number)
    word = PHRASES[seller.language]["invoice"]
    if how == "glued_to_word":
        return f"{word}{prefix}{year}{running}"
    if how == "wrapped":
        # Put across the border of two sub-fields of 27 characters (of which SVWZ+ takes five).
        return f"{word} Nr.".ljust(chance.between(14, 20), ".") + number
    if not prefix:
        return _mangle_plain(running, how)
    return {
        "lower_case": number.lower(),
        "blanks": f"{prefix} {year} {running}",
        "lost_prefix": f"{year}{seller.separator}{running}",
        "lost_zeros": f"{prefix}{year}/{running.lstrip('0')}",
        "other_separator": chance.pick("/_.").join((prefix, year, running)),
    }[how]


def _mangle_plain(running: str, how: str) -> str:
    return {
        "lower_case": f"no.{running}",
        "blanks": f"{running[:3]} {running[3:]}",
        "lost_prefix": f"#{running}",
        "lost_zeros": f"000{running}",
        "other_separator": f"{running[:3]}-{running[3:]}",
    }[how]


def mistype(number: str, chance: Chance) -> str:
    """Change one of the last digits, or swap two that differ."""
    digits = [place for place, char in enumerate(number) if char.isdigit()][-5:]
    place = chance.pick(digits)
    if place + 1 < len(number) and number[place] != number[place + 1] and chance.happens(0.3):
        swapped = number[place + 1] + number[place]
        return number[:place] + swapped + number[place + 2 :]
    other = str((int(number[place]) + chance.between(1, 9)) % 10)
    return number[:place] + other + number[place + 1 :]


def letters_for_digits(number: str, chance: Chance) -> str:
    """Write O for each 0 of the number's last five digits, or I for each 1; the rest stays.

    >>> from benchmarks.world.chance import Chance
    >>> letters_for_digits("410000", Chance(1, "")) in {"41OOOO", "4IOOOO", "41000O", "4I0000"}
    True
    """
    swaps = [pair for pair in (("0", "O"), ("1", "I")) if pair[0] in number[-5:]]
    if not swaps:
        return number
    digit, letter = chance.pick(swaps)
    return number[:-5] + number[-5:].replace(digit, letter)


def swap_digits(number: str, chance: Chance) -> str:
    """Swap two neighbours of the last five characters that are digits and differ; the number itself if none do."""
    places = [
        place
        for place in range(max(0, len(number) - 5), len(number) - 1)
        if number[place : place + 2].isdigit() and number[place] != number[place + 1]
    ]
    if not places:
        return number
    place = chance.pick(places)
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


def fold_range(first: str, last: str, chance: Chance) -> str:
    """Write first and last of consecutive numbers: both in full, or the last by its telling digits.

    >>> from benchmarks.world.chance import Chance
    >>> fold_range("1001", "1005", Chance(1, "")) in {"1001-1005", "1001 - 1005", "1001-05", "1001-005"}
    True
    """
    differing = next(place for place in range(len(first)) if first[place] != last[place])
    kept = min(differing, len(first) - 2)
    return chance.pick(
        (f"{first}-{last}", f"{first} - {last}", f"{first}-{last[kept:]}", f"{first}-{last[-3:]}")
    )


def fold_tail(first: str, tails: list[str]) -> str:
    """Write the first number in full and the last digits of the others.

    >>> fold_tail("RE20260418", ["19", "20"])
    'RE20260418/19/20'
    """
    return "/".join([first, *tails])


def reorder_name(name: str, chance: Chance) -> str:
    """Put the last word of a name first, as banks do that keep names of persons by surname."""
    words = name.split(" ")
    if len(words) < 2 or chance.happens(0.4):
        return name
    return " ".join([words[-1], *words[:-1]])
