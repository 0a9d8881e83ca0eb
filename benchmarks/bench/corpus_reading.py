"""Read one real file as the engine reads it. In: a case of the corpus. Out: what was read and checked, or the error that refused it.

No policy is at hand: a file is read without options. Where that leaves something unread, and the hint of the error or of a reject names an
option, the file is read again with that option, as its owner would do. What the owner would say stands in one table for all files.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from recon.api import NO_CURRENCY, MalformedFile, SourceFile
from recon.ingest.balance import Holds, check_statements
from recon.ingest.detect import HEAD_BYTES, choose_format
from recon.ingest.read import Delivery, gather
from tests.corpus_csv import NAMES, SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import dataframely as dy

    from recon.api import ParsedStatements, Statements
    from recon.plugins import Plugins
    from tests.corpus_index import Case


# What the owner of a file knows and the file does not say. Which sign is money in, or which is the day and which the month, is no such
# fact: whoever answers that for all files alike is wrong on some. The currency is that of the file's other statements, else of the first
# sign in the text.
_ANSWERS: Final[Mapping[str, str]] = {
    "account": "UNNAMED",
    "closing_balance": "optional",
    "currency": "EUR",
    "finer_amounts": "rounded",
    "trailer": "optional",
}
# The words that the sources' anonymisers put in the place of currency codes: no bank wrote them, and they are given from the start.
_ANONYMISED: Final[Mapping[str, Mapping[str, Any]]] = {
    name: {"currency_names": NAMES} for name in ("csv", "excel")
}
_NAMED: Final = re.compile(r"`([a-z_]+)(?: = [^`]*)?`")


@dataclass(frozen=True, slots=True)
class Read:
    """One file as it was read; `told` names the options that a hint asked for."""

    format: str
    parsed: ParsedStatements
    statements: dy.DataFrame[Statements]
    told: tuple[str, ...]


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
    parsed, told = _read(plugins, chosen, source)
    delivery = Delivery(name, hashlib.sha256(data).hexdigest(), chosen, parsed)
    gathered = gather([delivery])
    checked = check_statements(
        gathered.statements,
        gathered.lines,
        Holds(balance_break=True, continuity_break=False),
    )
    return Read(chosen, parsed, checked, told)


def _read(
    plugins: Plugins, chosen: str, source: SourceFile
) -> tuple[ParsedStatements, tuple[str, ...]]:
    """Give what is read, and the options that had to be told for it."""
    told: tuple[str, ...] = ()
    best: tuple[ParsedStatements, tuple[str, ...]] | None = None
    while True:
        try:
            parsed = plugins.read(chosen, source, _options(chosen, source.data, told, best))
        except MalformedFile as error:
            asked = asked_for([error.message, error.hint or ""])
            if best is None and asked <= set(told):
                raise
        else:
            asked = asked_for(parsed.rejects["hint"].drop_nulls().unique())
            if best is None or parsed.rejects.height < best[0].rejects.height:
                best = parsed, told
        if best is not None and asked <= set(told):
            return best
        told = tuple(sorted({*told, *asked}))


def asked_for(texts: Iterable[str]) -> set[str]:
    """Name the options that texts for the user ask for and that the owner of a file can answer."""
    said = [text for text in texts if "under [formats." in text]
    return {name for text in said for name in _NAMED.findall(text) if name in _ANSWERS}


def _options(
    chosen: str,
    data: bytes,
    told: Iterable[str],
    best: tuple[ParsedStatements, tuple[str, ...]] | None,
) -> Mapping[str, Any]:
    """Give the options by which a policy would answer."""
    options = {name: _ANSWERS[name] for name in told}
    if "currency" in options:
        others = set(best[0].statements["currency"]) - {NO_CURRENCY} if best else set()
        # A sign in a text is the bank's; in the bytes of a workbook it is chance.
        text = "" if chosen == "excel" else data.decode("utf-8", errors="replace")
        signs = [code for sign, code in SIGNS.items() if sign in text]
        known = [*others, *signs] if len(others) == 1 else signs
        options["currency"] = known[0] if known else _ANSWERS["currency"]
    return {**_ANONYMISED.get(chosen, {}), **options}
