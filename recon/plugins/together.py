"""Let a format read several files at once, and check what it says of them at once. In: files. Out: what it said, or None.

None stands for a file that is to be read by itself: the format says so, or something about its answer is wrong. What is
wrong is then found by reading that file alone, so that no file answers for another.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeGuard

import numpy as np
import polars as pl

from recon.errors import PluginFailed, ReconError
from recon.frames.demands import are_sound, is_of
from recon.frames.lines import ReadLines
from recon.frames.rejects import Rejects
from recon.frames.statements import ReadStatements
from recon.money import exponents
from recon.plugins.blame import ContractBroken, blaming, require, require_type
from recon.plugins.contracts import TELLS_BALANCE, checked_statements
from recon.protocols import ParsedStatements, ReadsMany

if TYPE_CHECKING:
    from recon.plugins.loading import Registered
    from recon.protocols import Options, SourceFile

_log = logging.getLogger(__name__)

_OF_STATEMENT: Final = ("file", "statement_index")


def read_together(
    format_: Registered, sources: Sequence[SourceFile], options: Options
) -> list[ParsedStatements | None]:
    """Let a format read files together, if it can; None for each that is to be read by itself."""
    alone: list[ParsedStatements | None] = [None] * len(sources)
    if len(sources) < 2 or not isinstance(format_.target, ReadsMany):
        return alone
    try:
        with blaming(format_.owner, f"read_many of {format_.name}"):
            answers = format_.target.read_many(list(sources), deepcopy(dict(options)))
            require_type(answers, Sequence)
            told = f"{len(answers)} answers for {len(sources)} files"
            require(len(answers) == len(sources), told)
            return _checked(list(answers))
    except PluginFailed as error:
        # Each file is read by itself now; that it takes longer is told to whoever keeps the log.
        _log.warning("%s", error.message)
    except ReconError:
        # An option that is wrong is wrong for each file, which says so.
        pass
    return alone


def _checked(answers: list[object]) -> list[ParsedStatements | None]:
    """Check all answers at once; if they are not sound as a whole, each by itself."""
    plain = [one for one in answers if _is_plain(one)]
    if plain and _are_sound(plain):
        return [_own(one) if _is_plain(one) else _checked_alone(one) for one in answers]
    return [_checked_alone(one) for one in answers]


def _checked_alone(answer: object) -> ParsedStatements | None:
    if answer is None:
        return None
    try:
        return checked_statements(answer)
    except ContractBroken:
        return None


def _is_plain(answer: object) -> TypeGuard[ParsedStatements]:
    """Say whether an answer has the frames of the contract and no reject."""
    if not isinstance(answer, ParsedStatements):
        return False
    # What a plugin calls a text may be anything.
    said: tuple[object, object] = (answer.reader, answer.findings)
    return (
        is_of(answer.statements, ReadStatements)
        and is_of(answer.lines, ReadLines)
        and is_of(answer.rejects, Rejects)
        and answer.rejects.is_empty()
        and isinstance(said[0], str)
        and isinstance(said[1], tuple)
        and all(isinstance(one, str) for one in said[1])
    )


def _are_sound(read: list[ParsedStatements]) -> bool:
    """Say whether rows, keys, currencies and counts are right in all of these, none of which has a reject."""
    statements = _stacked([one.statements for one in read])
    lines = _stacked([one.lines for one in read])
    if not are_sound(statements, ReadStatements, within="file"):
        return False
    if not are_sound(lines, ReadLines, within="file"):
        return False
    delivered = lines.group_by(_OF_STATEMENT).agg(delivered=pl.len().cast(pl.Int64))
    if not delivered.join(statements, on=_OF_STATEMENT, how="anti").is_empty():
        return False
    counted = statements.group_by("file").agg(pl.col("line_count").cast(pl.Int128).sum())
    per_file = delivered.group_by("file").agg(pl.col("delivered").sum().cast(pl.Int128))
    both = counted.join(per_file, on="file", how="left")
    if not (both["line_count"] == both["delivered"].fill_null(0)).all():
        return False
    stated = statements.filter(TELLS_BALANCE)["currency"]
    return not {*stated.unique(), *lines["currency"].unique()} - exponents().keys()


def _stacked(frames: list[pl.DataFrame]) -> pl.DataFrame:
    file = np.repeat(np.arange(len(frames)), [frame.height for frame in frames])
    return pl.concat(frames).with_columns(pl.Series("file", file))


def _own(read: ParsedStatements) -> ParsedStatements:
    """Give frames that the plugin cannot change any more; they share the data."""
    return replace(
        read,
        statements=read.statements.clone(),
        lines=read.lines.clone(),
        rejects=read.rejects.clone(),
    )
