"""Structured references as sellers print them, each with its own check digits; written here from the rules alone.

In: the digits that tell a document. Out: the reference as it stands on the invoice. The schemes: RF (ISO 11649),
Dutch betalingskenmerk, Swiss QR reference, Belgian OGM-VCS, Norwegian KID (modulo 10), Swedish OCR, Finnish viite.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_KENMERK_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
# Two digits are no check digit.
_WRITTEN = {10: 1, 11: 0}
_QR_TABLE = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)
_VIITE_WEIGHTS = (7, 3, 1)


def creditor_reference(digits: str) -> str:
    """Write an RF reference over these digits (ISO 11649).

    >>> creditor_reference("539007547034")
    'RF18539007547034'
    """
    return f"RF{98 - int(digits + '271500') % 97:02d}{digits}"


def kenmerk(digits: str) -> str:
    """Write a betalingskenmerk of 16 digits, the check digit first (rule of Betaalvereniging Nederland).

    >>> kenmerk("56789012345")
    '5000056789012345'
    """
    body = digits.rjust(15, "0")
    total = sum(
        int(digit) * _KENMERK_WEIGHTS[place % 10] for place, digit in enumerate(reversed(body))
    )
    check = 11 - total % 11
    return f"{_WRITTEN.get(check, check)}{body}"


def qr_reference(digits: str) -> str:
    """Write a Swiss QR reference of 27 digits (modulo 10, recursive; Swiss implementation guidelines QR-bill).

    >>> qr_reference("21000000000313947143000901")
    '210000000003139471430009017'
    """
    body, carry = digits.rjust(26, "0"), 0
    for digit in body:
        carry = _QR_TABLE[(carry + int(digit)) % 10]
    return f"{body}{(10 - carry) % 10}"


def ogm(digits: str) -> str:
    """Write a Belgian structured communication (modulo 97, 0 written 97; Febelfin).

    >>> ogm("0909337554")
    '+++090/9337/55493+++'
    """
    body = digits.rjust(10, "0")
    whole = f"{body}{int(body) % 97 or 97:02d}"
    return f"+++{whole[:3]}/{whole[3:7]}/{whole[7:]}+++"


def luhn(digits: str) -> str:
    """Put the Luhn digit behind: Norwegian KID by modulo 10, Swedish OCR.

    >>> luhn("60224")
    '602243'
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 - place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{digits}{-total % 10}"


def viite(digits: str) -> str:
    """Write a Finnish viite (weights 7, 3, 1 from the right; Finance Finland).

    >>> viite("123456")
    '1234561'
    """
    total = sum(
        int(digit) * _VIITE_WEIGHTS[place % 3] for place, digit in enumerate(reversed(digits))
    )
    return f"{digits}{-total % 10}"


PRINT: MappingProxyType[str, Callable[[str], str]] = MappingProxyType(
    {
        "RF": creditor_reference,
        "kenmerk": kenmerk,
        "QRR": qr_reference,
        "OGM": ogm,
        "KID": luhn,
        "OCR": luhn,
        "viite": viite,
    }
)
