"""How the parts of narratives are numbered and named, and the dialects in which they are written.

Sources: the German banks' appendix 3 (sub-fields ?00 to ?63, keywords EREF+ to SVWZ+), the code words of the Dutch banks'
MT940 structured (`/EREF/`, `/REMI/`).
"""

from __future__ import annotations

from typing import Final

PLAIN, SLASH, WORDED = 0, 1, 2  # other dialects: the code of the sub-fields' separator

# Names of parts: sub-fields by their own number, then words, then what no code announces.
GVC, FREE, PLAIN_TEXT, STRUCTURED = 100, 101, 102, 103
PURPOSE, PAYER = 20, 32
KEYWORDS: Final = (
    "EREF", "KREF", "MREF", "CRED", "DEBT", "SVWZ", "ABWA", "ABWE", "COAM", "OAMT", "RREF", "PURP", "IBAN", "BIC",
)  # fmt: skip
SLASH_CODES: Final = (
    "EREF", "IBAN", "BIC", "PURP", "KREF", "TRTP", "NAME", "REMI", "MARF", "CSID", "CNTP", "ORDP", "BENM", "ULTD",
    "ULTC", "ULTB", "ISDT", "RTRN", "PREF", "NRTX", "SVCL", "ADDR", "EXCH", "CHGS", "OCMT", "TRCD", "ID", "PT", "OSDR",
)  # fmt: skip
# Words of mBank's plain text that have no column.
PLAIN_WORDS: Final = ("TNR", "ID IPH", "DATA STEMPLA")
_WORDS: Final = tuple(dict.fromkeys((*KEYWORDS, *SLASH_CODES, *PLAIN_WORDS)))
WORD: Final = {word: 110 + number for number, word in enumerate(_WORDS)}
NAMES: Final = {
    **{number: f"?{number:02d}" for number in range(100)},
    **{number: word for word, number in WORD.items()},
}
