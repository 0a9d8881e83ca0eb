"""Find one line of the statements given, and the very bytes that the bank sent for it.

In: the id of a line (or enough of its beginning) and statements. Out: the line, its place and its raw record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from recon.errors import ConfigurationError
from recon.run.files import deliver, find_files
from recon.run.reading import read_statements

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from recon.config import Policy
    from recon.plugins import Plugins
    from recon.run.progress import Progress


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A line by name and value (nulls left out), the record's bytes, and the files of its further deliveries."""

    fields: dict[str, Any]
    raw: bytes
    copies: tuple[str, ...]


def find_raw_record(
    line_id: str, statements: Sequence[Path], policy: Policy, plugins: Plugins, progress: Progress
) -> RawRecord:
    """Read the statements and cut the raw record of one line out of its file.

    Args:
        line_id: the id of the line; its beginning is enough where no other line begins so.
        statements: files and folders, as for a run.
        policy: the rules by which they are read.
        plugins: the formats.
        progress: who is told of each step.

    Raises:
        ConfigurationError: no line, or more than one, begins so.
    """
    reading = read_statements(statements, policy, plugins, progress)
    found = reading.lines.filter(pl.col("line_id").str.starts_with(line_id))
    if found.height != 1:
        raise ConfigurationError(
            f"{found.height or 'no'} lines of these statements begin with {line_id!r}",
            hint="`recon read` lists the line ids",
        )
    row = found.row(0, named=True)
    copies = reading.copies.filter(pl.col("line_id") == row["line_id"])["file"].to_list()
    same_file = reading.lines.filter(pl.col("file") == row["file"])
    raw = _cut(_bytes_of(row["file"], statements), row, same_file)
    return RawRecord(
        {name: value for name, value in row.items() if value is not None}, raw, tuple(copies)
    )


def _bytes_of(name: str, statements: Sequence[Path]) -> bytes:
    for path, shown in find_files(statements).items():
        if name == shown or name.startswith(f"{shown}/"):
            for one in deliver(path, shown, statements):
                if one.name == name and one.data is not None:
                    return one.data
    return b""  # the file was taken away after it was read


def _cut(data: bytes, row: dict[str, Any], same_file: pl.DataFrame) -> bytes:
    """Cut by offset; where a format knows only text lines, up to the text line where the next entry begins."""
    if row["byte_offset"] is not None and row["byte_length"] is not None:
        return data[row["byte_offset"] : row["byte_offset"] + row["byte_length"]]
    first = row["line_number"]
    if first is None:
        return b""
    following = same_file.filter(pl.col("line_number") > first)["line_number"].min()
    last = following - 1 if isinstance(following, int) else None
    return b"".join(data.splitlines(keepends=True)[first - 1 : last])
