"""Read one real file as the engine reads it. In: a case of the corpus. Out: what was read and checked, or the error that refused it.

No policy is at hand: a file is read without options, and only where that leaves something unread for want of a currency (QIF and most
CSV exports name none) with the one that a policy would name.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recon.api import MalformedFile, SourceFile
from recon.ingest.balance import check_statements
from recon.ingest.detect import HEAD_BYTES, choose_format
from recon.ingest.read import Delivery, gather
from tests.corpus_csv import NAMES, SIGNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import dataframely as dy

    from recon.api import ParsedStatements, Statements
    from recon.plugins import Plugins
    from tests.corpus_index import Case


@dataclass(frozen=True, slots=True)
class Read:
    """One file as it was read; `is_told` says that a currency had to be named."""

    format: str
    parsed: ParsedStatements
    statements: dy.DataFrame[Statements]
    is_told: bool


def read_case(case: Case, plugins: Plugins) -> Read:
    """Read one file through the engine: every format is asked, one reads, and the balances are checked.

    Raises:
        ReconError: the file is refused, or no single format claims it.
    """
    data = case.path.read_bytes()
    head, name = data[:HEAD_BYTES], case.path.name
    claims = plugins.sniff_all(head, name)
    if claims.failures:
        raise claims.failures[0]
    chosen = choose_format(claims.formats, plugins.names("format"), name, head)
    source = SourceFile(name, data)
    parsed, is_told = _read(plugins, chosen, source)
    delivery = Delivery(name, hashlib.sha256(data).hexdigest(), chosen, parsed)
    gathered = gather([delivery])
    checked = check_statements(
        gathered.statements,
        gathered.lines,
        holds_balance_break=True,
        holds_continuity_break=False,
    )
    return Read(chosen, parsed, checked, is_told)


def _read(plugins: Plugins, chosen: str, source: SourceFile) -> tuple[ParsedStatements, bool]:
    """Give what is read, and whether a currency had to be named for it."""
    options = named_currency(chosen, source.data)
    try:
        untold = plugins.read(chosen, source, {})
    except MalformedFile:
        if options is None:
            raise
        return plugins.read(chosen, source, options), True
    if options is None or untold.rejects.is_empty():
        return untold, False
    told = plugins.read(chosen, source, options)
    is_better = told.rejects.height < untold.rejects.height
    return (told, True) if is_better else (untold, False)


def named_currency(chosen: str, data: bytes) -> Mapping[str, Any] | None:
    """Give the options by which a policy would name the currency, None for formats that name it themselves."""
    if chosen == "qif":
        return {"currency": "USD"}
    if chosen not in {"csv", "excel"}:
        return None
    # A sign in a text is the bank's; in the bytes of a workbook it is chance.
    text = data.decode("utf-8", errors="replace") if chosen == "csv" else ""
    currency = next((code for sign, code in SIGNS.items() if sign in text), "EUR")
    return {"currency": currency, "currency_names": NAMES}
