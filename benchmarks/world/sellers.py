"""The sellers: companies of one group, each with its own bank, currency, language, numbering and file format.

The last two are one company with an account in each of two currencies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


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
        is_ascii: its bank has no other letters.
        name_limit: names are cut there, as by two sub-fields of MT940 or the 32 characters of OFX.
        text_limit: texts are cut there: SEPA's remittance, a BACS reference, the memo of many American banks.
        scheme: of its structured references, see `references.PRINT`.
        prints_reference: share of its customers whose invoices carry one.
        plain_start: what plain running numbers begin after.
        format: mt940 (sub-fields with `?`), mt940_slash, ofx, csv or camt.
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
    is_ascii: bool = False
    has_end_to_end: bool = False
    name_limit: int = 60
    text_limit: int = 140
    scheme: str = ""
    prints_reference: float = 0.0
    plain_start: int = 0
    format: str = "camt"

    @property
    def shows_mandate(self) -> bool:
        """Whether its bank passes on the mandate of a direct debit; the columns of its CSV and OFX have none."""
        return self.format in {"mt940", "mt940_slash", "camt"}

    def number(self, prefix: str, year: int, running: int, width: int) -> str:
        """Write the number of a document.

        >>> GERMAN.number("RE", 2026, 123, 5), BRITISH.number("INV", 2026, 123, 5)
        ('RE202600123', 'INV-2026-00123')
        """
        if not self.has_year:
            # Plain running numbers of six or seven digits, as small American packages print them.
            return f"{prefix}{self.plain_start + running}"
        return self.separator.join([prefix, str(year), f"{running:0{width}d}"])


def iban(country: str, account_part: str) -> str:
    """Put the check digits before the national part (ISO 13616, mod 97-10 of ISO 7064).

    >>> iban("DE", "370400440532013000"), iban("GB", "WEST12345698765432")
    ('DE89370400440532013000', 'GB82WEST12345698765432')
    """
    digits = "".join(str(int(char, 36)) for char in account_part + country + "00")
    return f"{country}{98 - int(digits) % 97:02d}{account_part}"


GERMAN = Seller(
    key="D",
    name="Nordhafen Technik GmbH",
    share=0.36,
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
    is_ascii=True,
    has_end_to_end=True,
    name_limit=54,
    scheme="RF",
    prints_reference=0.25,
    format="mt940",
)
AMERICAN = Seller(
    key="U",
    name="Northport Technologies Inc",
    share=0.14,
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
    name_limit=32,
    text_limit=32,
    plain_start=410_000,
    format="ofx",
)
BRITISH = Seller(
    key="G",
    name="Northport Engineering Ltd",
    share=0.14,
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
    text_limit=18,
    format="csv",
)
DUTCH = Seller(
    key="N",
    name="Noordhaven Techniek B.V.",
    share=0.09,
    currency="EUR",
    country="NL",
    language="nl",
    account=iban("NL", "ABNA0417164300"),
    second_account=iban("NL", "ABNA0417164399"),
    bank="ABNANL2A",
    invoice_prefix="VF",
    credit_prefix="CR",
    separator="",
    has_year=True,
    shows_account=True,
    is_ascii=True,
    has_end_to_end=True,
    scheme="kenmerk",
    prints_reference=0.4,
    format="mt940_slash",
)
SWISS = Seller(
    key="C",
    name="Nordhafen Technik AG",
    share=0.07,
    currency="CHF",
    country="CH",
    language="de",
    account=iban("CH", "30808001234567890"),
    second_account=iban("CH", "00762011623852957"),
    bank="POFICHBEXXX",
    invoice_prefix="RG",
    credit_prefix="GU",
    separator="-",
    has_year=True,
    shows_account=True,
    has_end_to_end=True,
    scheme="QRR",
    prints_reference=0.8,
)
BELGIAN = Seller(
    key="B",
    name="Noordhaven Techniek NV",
    share=0.06,
    currency="EUR",
    country="BE",
    language="nl",
    account=iban("BE", "001234567803"),
    second_account=iban("BE", "310123456737"),
    bank="GEBABEBB",
    invoice_prefix="VK",
    credit_prefix="CN",
    separator="/",
    has_year=True,
    shows_account=True,
    has_end_to_end=True,
    scheme="OGM",
    prints_reference=0.6,
)
NORWEGIAN = Seller(
    key="O",
    name="Nordhavn Teknikk AS",
    share=0.05,
    currency="NOK",
    country="NO",
    language="no",
    account=iban("NO", "86011117947"),
    second_account=iban("NO", "86011117955"),
    bank="DNBANOKK",
    invoice_prefix="",
    credit_prefix="9",
    separator="",
    has_year=False,
    shows_account=True,
    has_end_to_end=True,
    scheme="KID",
    prints_reference=0.8,
    plain_start=550_000,
)
SWEDISH = Seller(
    key="S",
    name="Nordhamn Teknik AB",
    share=0.03,
    currency="SEK",
    country="SE",
    language="sv",
    account=iban("SE", "50000000058398257466"),
    second_account=iban("SE", "50000000058398257477"),
    bank="ESSESESS",
    invoice_prefix="",
    credit_prefix="9",
    separator="",
    has_year=False,
    shows_account=True,
    has_end_to_end=True,
    scheme="OCR",
    prints_reference=0.7,
    plain_start=2_710_000,
)
FINNISH = Seller(
    key="F",
    name="Nordhamn Teknik Oy",
    share=0.02,
    currency="EUR",
    country="FI",
    language="sv",
    account=iban("FI", "12345600000785"),
    second_account=iban("FI", "12345600000786"),
    bank="NDEAFIHH",
    invoice_prefix="LA",
    credit_prefix="HY",
    separator="-",
    has_year=True,
    shows_account=True,
    has_end_to_end=True,
    scheme="viite",
    prints_reference=0.8,
)
TRADING_EURO = Seller(
    key="E",
    name="Noordhaven Trading B.V.",
    share=0.02,
    currency="EUR",
    country="NL",
    language="en",
    account=iban("NL", "INGB0001234567"),
    second_account=iban("NL", "INGB0007654321"),
    bank="INGBNL2A",
    invoice_prefix="TE",
    credit_prefix="TC",
    separator="-",
    has_year=True,
    shows_account=True,
    has_end_to_end=True,
)
TRADING_DOLLAR = replace(
    TRADING_EURO,
    key="X",
    currency="USD",
    account=iban("NL", "INGB0002345678"),
    second_account=iban("NL", "INGB0008765432"),
    invoice_prefix="TU",
    credit_prefix="TD",
)
SELLERS = (
    GERMAN,
    AMERICAN,
    BRITISH,
    DUTCH,
    SWISS,
    BELGIAN,
    NORWEGIAN,
    SWEDISH,
    FINNISH,
    TRADING_EURO,
    TRADING_DOLLAR,
)
