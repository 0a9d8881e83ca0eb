"""Check what plugins return: types, frames, keys and counts. In: foreign values. Out: sound frames, or `ContractBroken`.

Each check is one pass over a column or a join, so that it costs little beside the plugin's own work.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, TypeVar

import dataframely as dy
import polars as pl

from recon.frames.batches import Batches
from recon.frames.demands import validated
from recon.frames.history import ConfirmedAllocations, RefusedPairs
from recon.frames.items import ClosedItems, Items
from recon.frames.lines import ReadLines
from recon.frames.parties import OwnAccounts, Parties, Remittances
from recon.frames.rejects import Rejects
from recon.frames.statements import ReadStatements
from recon.money import exponents
from recon.plugins.blame import ContractBroken, bounded, listed, require, require_type, wrong_type
from recon.protocols import Books, ParsedStatements, StreamedStatements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from recon.protocols import RunView

S = TypeVar("S", bound=dy.Schema)

_COUNTED: Final = pl.col("line_count").cast(pl.Int128).sum()
# A statement in an unknown currency may be told, with its records rejected; but no amount may be in one.
TELLS_BALANCE: Final = (
    pl.col("opening_balance").is_not_null() | pl.col("closing_balance").is_not_null()
)
_STATED_CURRENCIES: Final = pl.col("currency").filter(TELLS_BALANCE).unique().implode()


def checked(frame: object, schema: type[S]) -> dy.DataFrame[S]:
    """Check a frame against its schema, strictly: no cast, and no column beyond the schema's.

    Dataframely would drop a further column in silence, and a misspelt one with it.
    """
    if not isinstance(frame, pl.DataFrame):
        raise wrong_type(frame, f"a frame of {schema.__name__}")
    known = set(schema.column_names())
    beyond = [name for name in frame.columns if name not in known]
    require(not beyond, f"columns that {schema.__name__} does not have: {listed(beyond)}")
    try:
        return validated(frame, schema)
    except (dy.exc.SchemaError, dy.exc.ValidationError) as error:
        # Behind an empty line, Polars adds its query plan.
        complaint = str(error).split("\n\n")[0]
    raise ContractBroken(bounded(f"its frame breaks {schema.__name__}: {complaint}"))


def checked_statements(parsed: object) -> ParsedStatements:
    """Check what a format read: frames, keys between them, currencies, and the count of records.

    Raises:
        ContractBroken: among others when the records counted are not the lines plus the rejects.
    """
    if not isinstance(parsed, ParsedStatements):
        raise wrong_type(parsed, "ParsedStatements")
    statements, rejects, counted = _checked_beside(parsed)
    lines = _checked_lines(parsed.lines, statements, rejects)
    _require_all(counted, lines.height, rejects)
    return ParsedStatements(statements, lines, rejects, parsed.reader, parsed.findings)


def checked_stream(read: object) -> StreamedStatements:
    """Check what a format reads in pieces: what is beside the lines at once, each block of lines as it comes.

    Raises:
        ContractBroken: also while the lines are taken; what is lost is known behind the last block.
    """
    if not isinstance(read, StreamedStatements):
        raise wrong_type(read, "StreamedStatements")
    statements, rejects, counted = _checked_beside(read)
    blocks = _checked_blocks(read.lines, statements, rejects, counted)
    return StreamedStatements(statements, blocks, rejects, read.reader, read.findings)


def _checked_beside(
    read: ParsedStatements | StreamedStatements,
) -> tuple[dy.DataFrame[ReadStatements], dy.DataFrame[Rejects], int]:
    """Check what is beside the lines; gives it, and how many records were counted."""
    statements = checked(read.statements, ReadStatements)
    rejects = checked(read.rejects, Rejects)
    require_type(read.reader, str)
    require_type(read.findings, tuple)
    for finding in read.findings:
        require_type(finding, str)
    counted, stated = statements.select_seq(_COUNTED, _STATED_CURRENCIES).row(0)
    _require_currencies(stated)
    return statements, rejects, counted


def _checked_lines(
    given: object, statements: dy.DataFrame[ReadStatements], rejects: dy.DataFrame[Rejects]
) -> dy.DataFrame[ReadLines]:
    lines = checked(given, ReadLines)
    require_known(lines["statement_index"], statements["statement_index"])
    _require_currencies(lines["currency"].unique())
    _require_once(lines["record"], rejects["record"].drop_nulls())
    return lines


def _checked_blocks(
    blocks: Iterable[object],
    statements: dy.DataFrame[ReadStatements],
    rejects: dy.DataFrame[Rejects],
    counted: int,
) -> Iterator[dy.DataFrame[ReadLines]]:
    taken = last = 0
    for block in blocks:
        lines = _checked_lines(block, statements, rejects)
        if not lines.is_empty():
            first, end = lines.select(
                first=pl.col("record").first(), last=pl.col("record").max()
            ).row(0)
            # What came before is not kept, so that records have to ascend from block to block.
            require(last < first and lines["record"].is_sorted(), "records that do not ascend")
            taken, last = taken + lines.height, end
            yield lines
    _require_all(counted, taken, rejects)


def _require_all(counted: int, lines: int, rejects: dy.DataFrame[Rejects]) -> None:
    """Raise unless every record that was counted is a line or a reject."""
    refused = rejects["record"].drop_nulls().len()
    told = f"{lines} lines and {refused} rejects delivered"
    require(counted == lines + refused, f"{counted} records counted, but {told}")


def checked_books(books: object) -> Books:
    """Check every frame of the books' side."""
    if not isinstance(books, Books):
        raise wrong_type(books, "Books")
    items = checked(books.items, Items)
    remittances = checked(books.remittances, Remittances)
    _require_currencies(items["currency"].unique(), remittances["currency"].unique())
    return Books(
        items=items,
        parties=checked(books.parties, Parties),
        remittances=remittances,
        closed=checked(books.closed, ClosedItems),
        own_accounts=checked(books.own_accounts, OwnAccounts),
        confirmed=None
        if books.confirmed is None
        else checked(books.confirmed, ConfirmedAllocations),
        refused=None if books.refused is None else checked(books.refused, RefusedPairs),
        batches=None if books.batches is None else checked(books.batches, Batches),
    )


def require_known(given: pl.Series, known: pl.Series) -> None:
    """Raise unless every key that a plugin speaks of is one that it was given or has delivered."""
    is_known = given.is_in(known.implode())
    if not is_known.all():
        foreign = given.filter(~is_known).unique().sort().to_list()
        raise ContractBroken(f"{given.name} that does not exist: {listed(foreign)}")


def _require_once(records: pl.Series, rejected: pl.Series) -> None:
    """Raise if a record is delivered twice: as two rejects, or as a line and a reject; lines have theirs as their key."""
    if rejected.is_empty():
        return
    delivered = pl.concat([records, rejected])
    repeated = delivered.filter(delivered.is_duplicated()).unique().sort().to_list()
    require(not repeated, f"records delivered more than once: {listed(repeated)}")


def _require_currencies(*distinct: Iterable[str]) -> None:
    unknown = sorted({code for codes in distinct for code in codes} - exponents().keys())
    require(not unknown, f"no ISO 4217 currency: {listed(unknown)}")


def copied(view: RunView) -> RunView:
    """Copy a run's view, so that a plugin may do to its frames what it likes (no data is copied)."""
    frames: dict[str, Any] = {
        field.name: value.clone()
        for field in dataclasses.fields(view)
        if isinstance(value := getattr(view, field.name), pl.DataFrame)
    }
    return dataclasses.replace(view, **frames)
