"""Gather what the formats read, file by file, into the run's statements, lines and rejects."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import dataframely as dy
import numpy as np
import polars as pl

from recon.frames.demands import demands_of, validated
from recon.frames.lines import ReadLines
from recon.frames.rejects import Rejects
from recon.frames.statements import ReadStatements
from recon.ingest.balance import check_balances

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.protocols import ParsedStatements

S = TypeVar("S", bound=dy.Schema)

_STATEMENT_ID_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file as it was delivered and read."""

    file: str
    sha256: str
    format: str
    parsed: ParsedStatements


@dataclass(frozen=True, slots=True)
class Gathered:
    """All deliveries as three frames; statements and lines carry the id of their statement."""

    statements: pl.DataFrame
    lines: pl.DataFrame
    rejects: dy.DataFrame[Rejects]


def gather(deliveries: Sequence[Delivery]) -> Gathered:
    """Put all deliveries together in an order that does not depend on how they were named on the call."""
    ordered = sorted(deliveries, key=_order)
    marks = pl.DataFrame(
        [(one.file, one.format, one.parsed.reader, _statement_prefix(one)) for one in ordered],
        schema=dict.fromkeys(("file", "format", "reader_of_file", "prefix"), pl.String),
        orient="row",
    )
    statements, delivery = _stacked([one.parsed.statements for one in ordered], ReadStatements)
    marked = _marked(statements.with_columns(delivery), marks)
    lines, delivery = _stacked([one.parsed.lines for one in ordered], ReadLines)
    # Only the keys are joined, so that the wide columns of the lines are shared and not copied.
    keys = lines.select("statement_index", delivery)
    of_lines = marked.select(*keys.columns, "account", "kind", "file", "statement_id")
    joined = keys.join(of_lines, on=keys.columns, how="left", maintain_order="left")
    rejects, _ = _stacked([one.parsed.rejects for one in ordered], Rejects)
    return Gathered(
        statements=marked.drop("delivery"),
        lines=lines.hstack(joined.drop(keys.columns)),
        rejects=validated(rejects, Rejects),
    )


def rows_by_delivery(deliveries: Sequence[Delivery]) -> list[Gathered]:
    """Give what each delivery says by itself, its balances checked; the work is done for all at once.

    Args:
        deliveries: no two have both file and bytes alike.
    """
    order = sorted(range(len(deliveries)), key=lambda at: _order(deliveries[at]))
    gathered = gather(deliveries)
    checked = check_balances(gathered.statements, gathered.lines)
    cut: dict[int, Gathered] = {}
    statements = lines = rejects = 0
    for at in order:
        parsed = deliveries[at].parsed
        heights = parsed.statements.height, parsed.lines.height, parsed.rejects.height
        cut[at] = Gathered(
            checked.slice(statements, heights[0]),
            gathered.lines.slice(lines, heights[1]),
            validated(gathered.rejects.slice(rejects, heights[2]), Rejects),
        )
        statements, lines, rejects = (
            statements + heights[0],
            lines + heights[1],
            rejects + heights[2],
        )
    return [cut[at] for at in range(len(deliveries))]


def _order(delivery: Delivery) -> tuple[str, str]:
    return delivery.file, delivery.sha256


def _stacked(frames: list[dy.DataFrame[S]], schema: type[S]) -> tuple[pl.DataFrame, pl.Series]:
    """Give all rows, and for each the number of the frame that it comes from."""
    heights = [frame.height for frame in frames]
    delivery = pl.Series("delivery", np.repeat(np.arange(len(frames)), heights))
    return pl.concat([pl.DataFrame(schema=demands_of(schema).types), *frames]), delivery


def _marked(statements: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """Add file, format, reader and id to each statement by its delivery."""
    number = pl.col("statement_index").cast(pl.String).str.pad_start(6, "0")
    return (
        statements.hstack(marks[statements["delivery"]])
        .with_columns(
            reader=pl.coalesce("reader", "reader_of_file"),
            statement_id=pl.concat_str("prefix", pl.lit("/"), number),
        )
        .drop("prefix", "reader_of_file")
    )


def _statement_prefix(delivery: Delivery) -> str:
    """Two deliveries of the same bytes under two names stay two deliveries."""
    name = hashlib.sha256(delivery.file.encode()).hexdigest()[:4]
    return f"{delivery.sha256[:_STATEMENT_ID_DIGITS]}-{name}"
