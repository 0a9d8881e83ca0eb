"""What field `:86:` says about one entry: who, which account, what for.

In: the lines of the field. Out: a `Narrative`. The dialect is recognised by the text itself; a text that is of none is
remittance as it stands. Every part that has no column of its own goes to `extras` under the bank's own name.

Sources: the German banks' appendix 3 (sub-fields ?00 to ?63, keywords EREF+ to SVWZ+), the code words of the Dutch
banks' MT940 structured (`/EREF/`, `/REMI/`), and public samples of Polish banks.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import Final

# A full sub-field breaks its text wherever it is full; a shorter one ended with a word.
SUBFIELD_WIDTH: Final = 27
# The wrap of a line of 65; some banks cut the blanks at its end, and the first line lacks the tag.
WRAPPED_FROM: Final = 60

# Business code, then the separator that the bank chose, then two digits of a known sub-field.
_SUBFIELDS: Final = re.compile(r"(?P<code>[0-9A-Z]{0,3})(?P<mark>[?<>+^~|§&$])(?:00|10|20|30)")
_SUBFIELD_CODES: Final = "00|10|2[0-9]|3[0-9]|6[0-5]|99"
_KEYWORDS: Final = "EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|COAM|OAMT|RREF|PURP|IBAN|BIC"
_KEYWORD: Final = re.compile(rf"(?:^|(?<=[^A-Z0-9]))({_KEYWORDS})(?:\+|: )")
_KEYWORD_START: Final = re.compile(rf"(?:{_KEYWORDS})(?:\+|: )")
_SLASH_CODES: Final = (
    "TRTP|IBAN|BIC|NAME|REMI|EREF|MARF|CSID|CNTP|ORDP|BENM|ULTD|ULTC|ULTB|PURP|ISDT|RTRN|PREF|NRTX|SVCL|ADDR|"
    "EXCH|CHGS|OCMT|TRCD|KREF|ID"
)
_SLASH: Final = re.compile(rf"/({_SLASH_CODES})/")
_SLASH_START: Final = re.compile(rf"(?:[0-9]{{3}})?/(?:{_SLASH_CODES})/")
# Words of Dutch plain texts and of mBank, each with its colon; `: ` ends the word, the next word ends the value.
_NAMED: Final = re.compile(
    r"(?:^|(?<=[\s;/]))(REK|NAAM|IBAN|BIC|OMSCHRIJVING|KENMERK|MACHTIGING|INCASSANT|"
    r"Z RACH\.|NA RACH\.|OD|DLA|TYT\.|TNR|ID IPH|DATA STEMPLA):\s"
)
_NAMED_START: Final = re.compile(r"SEPA |REK: |NAAM: |[0-9]{3} [A-Z]|.*[\s/]NAAM: ", re.DOTALL)
_BOOKING_TEXT: Final = re.compile(r"SEPA |[0-9]{3} ")
_NOT_PROVIDED: Final = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF"})


@dataclass(slots=True)
class Narrative:
    """The parts of one `:86:`; `remittance` is '' where there is none."""

    remittance: str = ""
    payer_name: str | None = None
    payer_account: str | None = None
    payer_bank: str | None = None
    end_to_end_id: str | None = None
    mandate_id: str | None = None
    structured_reference: str | None = None
    customer_reference: str | None = None
    transaction_code: str | None = None
    transaction_text: str | None = None
    extras: dict[str, str] = field(default_factory=dict)


def read_narrative(lines: list[str]) -> Narrative:
    """Read the lines of one `:86:` field (the tag taken off), in whichever dialect they are."""
    kept = [line for line in lines if line.strip()]
    if not kept:
        return Narrative()
    subfields = _SUBFIELDS.match(kept[0])
    if subfields:
        return _german(kept, subfields["code"], subfields["mark"])
    if _SLASH_START.match(kept[0]):
        return _slash_codes(kept)
    joined = join_wrapped(kept)
    if _NAMED_START.match(joined) and _NAMED.search(joined):
        return _named_words(joined)
    return Narrative(remittance=_squeeze(joined))


def join_wrapped(lines: list[str], mark: str = "/") -> str:
    """Join wrapped lines: without a blank where a line is full or a code begins, else with one."""
    text = lines[0]
    for before, line in itertools.pairwise(lines):
        is_wrap = (
            len(before) >= WRAPPED_FROM or line.startswith(mark) or before.endswith((mark, " "))
        )
        text += line if is_wrap else " " + line
    return text


def join_subfields(parts: list[str]) -> str:
    r"""Join the purpose sub-fields; a keyword begins a text line of its own.

    >>> join_subfields(["SVWZ+Invoice 2026-000123 of", "the 5th"])
    'SVWZ+Invoice 2026-000123 ofthe 5th'
    >>> join_subfields(["Invoice", "1001", "EREF+X"])
    'Invoice 1001\\nEREF+X'
    """
    text = ""
    for before, part in zip(["", *parts], parts, strict=False):
        if _KEYWORD_START.match(part) and text:
            text += "\n" + part
        elif len(before) >= SUBFIELD_WIDTH or not text or before.endswith(" "):
            text += part
        else:
            text += " " + part
    return text


def _german(lines: list[str], code: str, mark: str) -> Narrative:
    text = join_wrapped(lines, mark)
    pieces = re.split(rf"{re.escape(mark)}({_SUBFIELD_CODES})", text)
    # re.split gives: what stands before, then code and text in turns.
    parts = list(zip(pieces[1::2], pieces[2::2], strict=True))
    purpose = [value for name, value in parts if name[0] in "26"]
    names = [value for name, value in parts if name in {"32", "33"}]
    single: dict[str, str] = {}
    repeated: dict[str, str] = {}
    for name, value in parts:
        if name[0] in "26" or name in {"32", "33"}:
            continue
        if name in single and single[name] != value.strip():
            # A payer can write `?31` into the text: two accounts are no account, and both are shown.
            repeated[name] = f"{repeated.get(name, single[name])} | {value.strip()}"
        single[name] = value.strip()
    for name in repeated:
        del single[name]
    # What the bank says in its own sub-fields comes first; keywords in the purpose only fill what is missing.
    narrative = Narrative(
        payer_name=_squeeze(join_subfields(names)) or None,
        payer_account=_compact(single.pop("31", "") or single.pop("38", "")) or None,
        payer_bank=_compact(single.pop("30", "")) or None,
        transaction_code=code or None,
        transaction_text=single.pop("00", "") or None,
    )
    others = single | repeated
    narrative.extras.update({f"?{name}": value for name, value in others.items() if value})
    _read_purpose(narrative, join_subfields(purpose))
    return narrative


def _read_purpose(narrative: Narrative, text: str) -> None:
    """Split a joined purpose at its keywords: EREF+, MREF+, SVWZ+ and their like, or `EREF: ` with some banks."""
    pieces = _KEYWORD.split(text)
    free = [pieces[0]]
    for keyword, value in zip(pieces[1::2], pieces[2::2], strict=True):
        if keyword == "SVWZ":
            free.append(value)
        else:
            _place(narrative, keyword, value.strip())
    narrative.remittance = _squeeze(" ".join(free))


def _slash_codes(lines: list[str]) -> Narrative:
    pieces = _SLASH.split(join_wrapped(lines))
    narrative = Narrative()
    free = [pieces[0].strip()]
    for keyword, value in zip(pieces[1::2], pieces[2::2], strict=True):
        content = value.strip().strip("/") if keyword != "REMI" else value.strip()
        if keyword == "REMI":
            _remittance(narrative, content, free)
        elif keyword == "CNTP":
            # Account, BIC, name and town of the other party, each ended by a slash.
            account, bank, name, *rest = [*(part.strip() for part in value.split("/")), "", ""]
            for part, text in (("IBAN", account), ("BIC", bank), ("NAME", name)):
                _place(narrative, part, text)
            _place(narrative, "CNTP", " ".join(part for part in rest if part))
        elif keyword in {"OCMT", "CHGS", "EXCH"}:
            # An amount or a rate ends at its slash; what some banks write behind it is the payer's text.
            amount, _, rest_of_text = content.partition("/")
            _place(narrative, keyword, amount)
            free.append(rest_of_text)
        else:
            _place(narrative, keyword, content)
    narrative.remittance = _squeeze(" ".join(text for text in free if text))
    return narrative


def _remittance(narrative: Narrative, content: str, free: list[str]) -> None:
    if content.startswith("STRD/"):
        # /REMI/STRD/CUR/9001200112341234/: the issuer's code, then the creditor reference.
        issuer, _, reference = content.removeprefix("STRD/").strip("/").partition("/")
        narrative.structured_reference = _compact(reference or issuer)
        narrative.extras["REMI"] = content
    else:
        free.append(content.removeprefix("USTD//").removeprefix("USTD/").removesuffix("/"))


def _named_words(text: str) -> Narrative:
    pieces = _NAMED.split(text)
    narrative = Narrative()
    head = _squeeze(pieces[0]).strip("; ")
    # `SEPA OVERBOEKING`, `911 TRANSAKCJA IPH`: the booking text. Other words in front are the payer's own.
    if _BOOKING_TEXT.match(head):
        narrative.transaction_text, free = head, []
    else:
        free = [head]
    for keyword, value in zip(pieces[1::2], pieces[2::2], strict=True):
        content = _squeeze(value).rstrip(";/ ")
        if keyword.endswith("RACH."):
            content, _, rest = content.partition(";")
            free.append(rest.strip())
        if keyword in {"OMSCHRIJVING", "TYT."}:
            free.append(content)
        else:
            _place(narrative, keyword, content)
    narrative.remittance = " ".join(text for text in free if text)
    return narrative


_COLUMN: Final = {
    "EREF": "end_to_end_id",
    "KENMERK": "end_to_end_id",
    "MREF": "mandate_id",
    "MARF": "mandate_id",
    "MACHTIGING": "mandate_id",
    "KREF": "customer_reference",
    "IBAN": "payer_account",
    "REK": "payer_account",
    "Z RACH.": "payer_account",
    "NA RACH.": "payer_account",
    "BIC": "payer_bank",
    "NAME": "payer_name",
    "NAAM": "payer_name",
    "OD": "payer_name",
    "DLA": "payer_name",
}


def _place(narrative: Narrative, keyword: str, content: str) -> None:
    """Put one part where it belongs; a second value of a column, or one without, goes to the extras."""
    if not content:
        return
    column = _COLUMN.get(keyword)
    value = _compact(content) if column in {"payer_account", "payer_bank"} else _squeeze(content)
    is_given = value.upper() not in _NOT_PROVIDED
    if column and is_given and getattr(narrative, column) in {None, value}:
        setattr(narrative, column, value)
    else:
        known = narrative.extras.get(keyword)
        narrative.extras[keyword] = f"{known} {value}" if known else value


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _compact(text: str) -> str:
    return "".join(text.split())
