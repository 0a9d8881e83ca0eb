"""Read many small files as if they were one. In: files. Out: what each says; None where one must be read by itself.

The documents are laid one behind the other, and their tags are found and their transactions read in one pass; the tree
around the transactions is built for each document by itself. A file of which anything is to be said besides its booked
entries (a reject, noise, a rounded amount, a hold, an amount that only the whole file explains) is left to the reader of one file.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import polars as pl

from recon.api import (
    MalformedFile,
    ParsedStatements,
    ReadLines,
    ReadStatements,
    Rejects,
    completed,
    read_small_together,
)
from recon_ofx import statements as around
from recon_ofx.drafts import build_tree, read_drafts
from recon_ofx.options import read_options
from recon_ofx.reader import (
    READER,
    finer_columns,
    judge,
    lay_out_statements,
    read_balances,
    shown_columns,
)
from recon_ofx.text import Text, read_text
from recon_ofx.vocabulary import Tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from recon.api import SmallFile, SourceFile
    from recon_ofx.options import Options
    from recon_ofx.statements import Statement
    from recon_ofx.structure import Tag
    from recon_ofx.tokens import Places

# An amount that only the decimal mark of its file explains is a fault without one.
_NO_MARKS: Final[frozenset[str]] = frozenset()


class _Told(NamedTuple):
    """What stands around the transactions of a file, in which nothing is odd."""

    member: SmallFile[Text]
    statements: list[Statement]
    currencies: list[str]


def read_many(
    sources: Sequence[SourceFile], options: Mapping[str, Any]
) -> list[ParsedStatements | None]:
    """Read files, each as `read` would alone.

    Raises:
        ConfigurationError: an option is unknown or has a wrong value.
    """
    chosen = read_options(options)

    def opened(source: SourceFile) -> Text | None:
        text = read_text(source, chosen.encoding)
        return None if text.has_sections else text

    return read_small_together(
        sources,
        opened,
        lambda members: _read_together(members, chosen),
        kind=lambda text: text.encoding,
    )


def _read_together(
    members: list[SmallFile[Text]], chosen: Options
) -> list[tuple[SmallFile[Text], ParsedStatements]]:
    documents = [one.opened.data[one.opened.begin :] for one in members]
    starts = np.cumsum([0, *(len(one) for one in documents)])
    whole = Text("", b"".join(documents), members[0].opened.encoding, 0, True, False, _NO_BREAKS)
    drafts, skeleton = read_drafts(whole, Tags(""))
    # From places in the row of documents to places in each file.
    shift = starts[:-1] - np.array([one.opened.begin for one in members])
    of_draft = _document_of(drafts["offset"], starts)
    bounds = np.searchsorted(of_draft, np.arange(len(members) + 1)).tolist()
    told = list(_told(members, _tags(skeleton, starts, shift, bounds), bounds, chosen))
    drafts = drafts.with_columns(
        offset=pl.col("offset") - pl.Series(shift[of_draft], dtype=pl.Int64),
        document=pl.Series(of_draft, dtype=pl.Int64),
    )
    return list(_judged(told, drafts, chosen))


_NO_BREAKS: Final = np.zeros(0, np.uint32)


def _document_of(offsets: pl.Series, starts: Places) -> Places:
    return np.searchsorted(starts, offsets.to_numpy(), side="right") - 1


def _tags(
    skeleton: pl.DataFrame, starts: Places, shift: Places, transactions: list[int]
) -> Iterator[list[Tag]]:
    """Give the tags around the transactions of each document, numbered as in its file."""
    document = _document_of(skeleton["offset"], starts)
    before = np.array(transactions[:-1])
    tags = skeleton.with_columns(
        pl.col("offset") - pl.Series(shift[document], dtype=pl.Int64),
        pl.col("before") - pl.Series(before[document], dtype=pl.Int64),
    ).rows()
    for first, last in pairwise(np.searchsorted(document, np.arange(len(starts))).tolist()):
        yield tags[first:last]


def _told(
    members: list[SmallFile[Text]], tags: Iterator[list[Tag]], bounds: list[int], chosen: Options
) -> Iterator[_Told | None]:
    """Read what stands around the transactions of each document; None where anything of it is to be said."""
    for member, own, (first, last) in zip(members, tags, pairwise(bounds), strict=True):
        try:
            root, findings = build_tree(member.opened, own, last - first)
            errors = list(around.error_responses(root, member.opened))
            statements = around.find_statements(root, member.opened, last - first)
        except MalformedFile:
            yield None
            continue
        currencies = [one.currency or chosen.currency for one in statements]
        known = [one for one in currencies if one is not None]
        is_plain = statements and len(known) == len(currencies) and not findings and not errors
        yield _Told(member, statements, known) if is_plain else None


def _judged(
    told: list[_Told | None], drafts: pl.DataFrame, chosen: Options
) -> Iterator[tuple[SmallFile[Text], ParsedStatements]]:
    kept = [number for number, one in enumerate(told) if one is not None]
    known = [one for one in told if one is not None]
    drafts = drafts.filter(pl.col("document").is_in(kept))
    statements = [statement for one in known for statement in one.statements]
    currencies = [currency for one in known for currency in one.currencies]
    if not statements:
        return
    balances = read_balances(statements, _NO_MARKS, chosen)
    lines = judge(drafts, statements, currencies, _NO_MARKS, chosen)
    odd = set(lines.filter(_is_odd(lines))["document"])
    odd_balances = balances.select(_is_odd_balance(balances)).to_series().to_list()
    of_line = lines["document"].to_numpy()
    every = np.array([*kept, len(told)])
    line_bounds = pairwise(np.searchsorted(of_line, every).tolist())
    statement_bounds = pairwise(np.cumsum([0, *(len(one.statements) for one in known)]).tolist())
    for number, one, of_lines, of_statements in zip(
        kept, known, line_bounds, statement_bounds, strict=True
    ):
        if number not in odd and not any(odd_balances[slice(*of_statements)]):
            own = lines[slice(*of_lines)]
            parsed = _parsed(
                one, own, balances[slice(*of_statements)], of_lines[0], of_statements[0]
            )
            if parsed is not None:
                yield one.member, parsed


def _is_odd(lines: pl.DataFrame) -> pl.Expr:
    """Say of which transactions something is to be said: a fault, another amount than its text, or that it is not booked."""
    is_odd = pl.col("fault").is_not_null() | (pl.col("status") != "booked")
    return pl.any_horizontal(is_odd, *_is_finer(lines))


def _is_odd_balance(balances: pl.DataFrame) -> pl.Expr:
    is_odd = pl.col("amount_text").is_not_null() & pl.col("amount").is_null()
    return pl.any_horizontal(is_odd, *_is_finer(balances))


def _is_finer(read: pl.DataFrame) -> list[pl.Expr]:
    return [pl.col(name).is_not_null() for name in finer_columns(read)]


def _parsed(
    told: _Told, lines: pl.DataFrame, balances: pl.DataFrame, record: int, statement: int
) -> ParsedStatements | None:
    """Give the frames of one file; `record` and `statement` are how many stand before its own."""
    text = told.member.opened
    rows, rejects, findings = lay_out_statements(
        told.statements, told.currencies, text, balances, []
    )
    if rejects or sum(row["line_count"] for row in rows) != len(lines):
        return None
    places = lines["offset"] if text.is_original else None
    own = lines.with_columns(
        record=pl.col("record") - record,
        statement_index=pl.col("statement_index") - statement,
        byte_offset=places,
        byte_length=lines["length"] if text.is_original else None,
        line_number=text.line_numbers(lines["offset"]),
    )
    return ParsedStatements(
        statements=completed(rows, ReadStatements),
        lines=completed(shown_columns(own), ReadLines),
        rejects=completed([], Rejects),
        reader=READER,
        findings=(*text.findings, *findings),
    )
