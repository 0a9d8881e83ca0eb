"""The sellers: three companies of one group, each with its own bank, currency, language and numbering."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seller:
    """One company whose bank lines and open items are generated.

    Attributes:
        key: one letter, first of every bank reference and id.
        share: its part of all lines and items.
        invoice_prefix: put before the year and the running number.
        separator: between the parts of a number.
        has_year: whether the year is part of the number.
        shows_account: whether its bank names the payer's account.
        has_end_to_end: whether its bank passes on the payer's own id.
    """

    key: str
    name: str
    share: float
    currency: str
    country: str
    language: str
    account: str
    second_account: str
    bank: str
    invoice_prefix: str
    credit_prefix: str
    separator: str
    has_year: bool
    shows_account: bool
    has_end_to_end: bool = False

    def number(self, prefix: str, year: int, running: int, width: int) -> str:
        """Write the number of a document.

        >>> GERMAN.number("RE", 2026, 123, 5), BRITISH.number("INV", 2026, 123, 5)
        ('RE202600123', 'INV-2026-00123')
        """
        if not self.has_year:
            # Plain running numbers of six or seven digits, as small American packages print them.
            return f"{prefix}{_PLAIN_START + running}"
        return self.separator.join([prefix, str(year), f"{running:0{width}d}"])


_PLAIN_START = 410_000


def iban(country: str, account_part: str) -> str:
    """Put the check digits before the national part (ISO 13616, mod 97-10 of ISO 7064).

    >>> iban("DE", "370400440532013000"), iban("GB", "WEST12345698765432")
    ('DE89370400440532013000', 'GB82WEST12345698765432')
    """
    digits = "".join(str(int(char, 36)) for char in account_part + country + "00")
    return f"{country}{98 - int(digits) % 97:02d}{account_part}"


def creditor_reference(digits: str) -> str:
    """Write an RF reference over these digits (ISO 11649).

    >>> creditor_reference("539007547034")
    'RF18539007547034'
    """
    return f"RF{98 - int(digits + '271500') % 97:02d}{digits}"


GERMAN = Seller(
    key="D",
    name="Nordhafen Technik GmbH",
    share=0.6,
    currency="EUR",
    country="DE",
    language="de",
    account=iban("DE", "370400440532013000"),
    second_account=iban("DE", "200505501234567890"),
    bank="COBADEFFXXX",
    invoice_prefix="RE",
    credit_prefix="GS",
    separator="",
    has_year=True,
    shows_account=True,
    has_end_to_end=True,
)
AMERICAN = Seller(
    key="U",
    name="Northport Technologies Inc",
    share=0.2,
    currency="USD",
    country="US",
    language="en",
    account="4830091122",
    second_account="4830097788",
    bank="121000248",
    invoice_prefix="",
    credit_prefix="9",
    separator="",
    has_year=False,
    shows_account=False,
)
BRITISH = Seller(
    key="G",
    name="Northport Engineering Ltd",
    share=0.2,
    currency="GBP",
    country="GB",
    language="en",
    account=iban("GB", "WEST12345698765432"),
    second_account=iban("GB", "WEST12345612345678"),
    bank="WESTGB2L",
    invoice_prefix="INV",
    credit_prefix="CN",
    separator="-",
    has_year=True,
    shows_account=True,
)
SELLERS = (GERMAN, AMERICAN, BRITISH)
