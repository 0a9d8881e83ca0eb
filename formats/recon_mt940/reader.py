"""From a file to frames: statements, lines, rejects; every `:61:` of the file ends up in one of the two latter.

In: one file. Out: ParsedStatements. A file is read in chunks of whole messages, each by array and column operations. The
count of `:61:` fields that the gate found is asserted against lines plus rejects. Statements with entries that our grammar
refuses go to the tolerant reader (tolerant.py), which must prove what it says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.api import (
    ConfigurationError,
    MalformedFile,
    ParsedStatements,
    Place,
    ReadLines,
    ReadStatements,
    Rejects,
    completed,
    exponents,
)
from recon_mt940.chunk import Chunk, read_chunk
from recon_mt940.gate import pass_gate
from recon_mt940.heading import Defaults
from recon_mt940.remarks import Before, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon.api import SourceFile

READER: Final = "mt940"
OPTIONS: Final = frozenset({"account", "closing_balance", "currency", "encoding"})


def read(source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
    """Read one MT940 or MT942 file.

    Raises:
        MalformedFile: the file is no whole, legible MT940: see gate.py, scan.py and heading.py.
        ConfigurationError: an option is unknown or has a value it cannot have.
    """
    encoding, defaults = check_options(options)
    gated = pass_gate(source, encoding)
    chunks: list[Chunk] = []
    lines = records = statements = 0
    for start, end in gated.chunks():
        before = Before(lines, records, statements, is_last=end == len(gated.data))
        chunk = read_chunk(gated, (start, end), before, defaults)
        lines += chunk.text_lines
        records += chunk.records
        statements += chunk.statements.height
        chunks.append(chunk)
    if not statements:
        raise MalformedFile("the file holds no MT940 field", place=Place(source.name))
    return _parsed([chunk for chunk in chunks if chunk.statements.height], records, gated.findings)


def _parsed(chunks: list[Chunk], records: int, findings: tuple[str, ...]) -> ParsedStatements:
    lines = completed(pl.concat([chunk.lines for chunk in chunks]), ReadLines)
    rejects = pl.concat([chunk.rejects for chunk in chunks])
    delivered = lines.height + rejects.height
    assert records == delivered, f"{records} entries counted, {delivered} lines and rejects"
    return ParsedStatements(
        statements=completed(pl.concat([chunk.statements for chunk in chunks]), ReadStatements),
        lines=lines,
        rejects=completed(rejects, Rejects),
        reader=READER,
        findings=(*findings, *_findings(chunks)),
    )


def _findings(chunks: list[Chunk]) -> list[str]:
    """Count what was remarked over the file: one finding a kind, with its first place."""
    counted: dict[str, tuple[int, str]] = {}
    for chunk in chunks:
        for what, count, first in chunk.remarks:
            known, place = counted.get(what, (0, first))
            counted[what] = (known + count, place)
    remarked = [told((what, count, place)) for what, (count, place) in counted.items()]
    return [*remarked, *(each for chunk in chunks for each in chunk.findings)]


def check_options(options: Mapping[str, Any]) -> tuple[str | None, Defaults]:
    """Give the encoding and the defaults that the policy names.

    Raises:
        ConfigurationError: an option is unknown or has a value it cannot have.
    """
    unknown = sorted(set(options) - OPTIONS)
    if unknown:
        raise ConfigurationError(
            f"[formats.mt940] has no option {unknown[0]!r}",
            hint=f"it has: {', '.join(sorted(OPTIONS))}",
        )
    for name in OPTIONS & set(options):
        if not isinstance(options[name], str):
            raise ConfigurationError(f"`{name}` of [formats.mt940] is a text")
    closing = options.get("closing_balance", "required")
    if closing not in {"required", "optional"}:
        message = '`closing_balance` of [formats.mt940] is "required" or "optional"'
        raise ConfigurationError(message)
    currency = options.get("currency")
    if currency is not None and currency not in exponents():
        raise ConfigurationError("`currency` of [formats.mt940] is no code of ISO 4217")
    defaults = Defaults(options.get("account"), currency, is_closing_needed=closing == "required")
    return options.get("encoding"), defaults
