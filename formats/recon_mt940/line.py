"""One row of ReadLines from an entry and its narrative.

In: the entry `:61:`, the texts of its `:86:` and `:NS:`. Out: the columns of the row that come from them.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from recon_mt940.narrative import Narrative, read_narrative

if TYPE_CHECKING:
    from recon_mt940.entry import Entry

# Rabobank's old layout: ten places of account number in the reference field, blanks, then the other party's name.
_ACCOUNT_AND_NAME: Final = re.compile(r"(NONREF|P?[0-9]{9,10}) {2,}(\S.*?)\s*")
# Its newer layout has the other party's account, an IBAN or the old ten places, in the supplementary line.
_ACCOUNT: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}|P?[0-9]{9,10}", re.ASCII)


def build_line(entry: Entry, details: list[list[str]], free_text: list[str]) -> dict[str, Any]:
    """Give every column that the entry and its narrative fill.

    Args:
        entry: the `:61:` field.
        details: the lines of each `:86:` field; more than one is one text, each part ending with a word.
        free_text: the lines of its `:NS:` fields, remittance where there is no `:86:`.
    """
    lines = [line for each in details[:-1] for line in [*each[:-1], each[-1] + " "]]
    narrative = read_narrative(lines + (details[-1] if details else []))
    extras = narrative.extras
    _add_reference_field(entry, narrative)
    if free_text:
        text = " ".join(" ".join(free_text).split())
        if details:
            extras["NS"] = text
        else:
            narrative.remittance = text
    _add_supplementary(entry, narrative)
    if narrative.transaction_code and entry.code:
        extras["type"] = entry.code
    if entry.mark in {"EC", "ED"}:
        extras["mark"] = entry.mark
    return {
        "booking_date": entry.booking_date,
        "value_date": entry.value_date,
        "amount": entry.amount,
        "bank_reference": entry.bank_reference,
        "payer_name": narrative.payer_name,
        "payer_account": narrative.payer_account,
        "payer_bank": narrative.payer_bank,
        "remittance": narrative.remittance,
        "end_to_end_id": narrative.end_to_end_id,
        "mandate_id": narrative.mandate_id,
        "structured_reference": narrative.structured_reference,
        "customer_reference": narrative.customer_reference,
        "cheque_number": _cheque_number(entry),
        "transaction_code": narrative.transaction_code or entry.code,
        "transaction_text": narrative.transaction_text,
        "is_reversal": entry.mark in {"RC", "RD"},
        "extras": json.dumps(extras, ensure_ascii=False, sort_keys=True) if extras else None,
    }


def _add_reference_field(entry: Entry, narrative: Narrative) -> None:
    found = _ACCOUNT_AND_NAME.fullmatch(entry.reference_text)
    if found and narrative.payer_account is None and narrative.payer_name is None:
        narrative.payer_account = None if found[1] == "NONREF" else found[1]
        narrative.payer_name = found[2]
    elif entry.customer_reference:
        if narrative.customer_reference:
            narrative.extras["reference"] = entry.customer_reference
        else:
            narrative.customer_reference = entry.customer_reference


def _add_supplementary(entry: Entry, narrative: Narrative) -> None:
    text = " ".join(entry.supplementary.split())
    if not text:
        return
    if _ACCOUNT.fullmatch(text) and narrative.payer_account is None:
        narrative.payer_account = text
    elif not text.startswith("/") and narrative.transaction_text is None:
        narrative.transaction_text = text
    else:
        narrative.extras["supplementary"] = text


def _cheque_number(entry: Entry) -> str | None:
    # NCHK: the account owner's reference is the number of the cheque.
    return entry.customer_reference if entry.code == "NCHK" else None
