"""How figures look to a person on the page: grouped amounts, percentages, counts, reason codes in words.

In: integers and codes. Out: text. Integer arithmetic only, so that a figure shown is the figure summed.
"""

from __future__ import annotations

from recon.money import format_minor

# Narrow no-break space: groups digits without claiming that comma or point is the decimal mark (ISO 80000-1).
_GROUP = "\u202f"


def amount(minor: int, currency: str) -> str:
    r"""Write an amount with grouped digits.

    >>> amount(-123456789, "EUR"), amount(1200, "JPY")
    ('-1\u202f234\u202f567.89', '1\u202f200')
    """
    whole, point, fraction = format_minor(minor, currency).partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{number(int(digits))}{point}{fraction}"


def number(count: int) -> str:
    """Write a count with grouped digits."""
    return f"{count:,}".replace(",", _GROUP)


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Write a count with its noun.

    >>> counted(1, "line"), counted(2, "entry", "entries")
    ('1 line', '2 entries')
    """
    return f"{number(count)} {noun if count == 1 else plural or noun + 's'}"


def share(part: int, whole: int) -> str:
    """Write a part as a percentage with one decimal, cut and not rounded, so that 100.0 % means all of it.

    >>> share(9999, 10000), share(1, 3), share(0, 0)
    ('99.9 %', '33.3 %', '-')
    """
    if whole <= 0 or part < 0:
        return "-"
    permille = part * 1000 // whole
    return f"{permille // 10}.{permille % 10} %"


def probability(ppm: int) -> str:
    """Write parts per million as a percentage with four decimals.

    >>> probability(999987)
    '99.9987 %'
    """
    return f"{ppm // 10_000}.{ppm % 10_000:04d} %"


def words(code: str) -> str:
    """Write a code as words.

    >>> words("duplicate_payment"), words("no-amount")
    ('Duplicate payment', 'No amount')
    """
    text = code.replace("_", " ").replace("-", " ")
    return text[:1].upper() + text[1:]
