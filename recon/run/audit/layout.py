"""How a pack is laid out: names of its files, its manifest, and facts as CSV that comes back exactly as it was.

A cell of nothing is null. An empty text, and a text that begins with a backslash, has one more backslash in front, so
that every program that reads CSV can tell them apart, whatever it makes of quotes.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import msgspec
import polars as pl

if TYPE_CHECKING:
    from recon.store.tables import Kept

SCHEMA: Final = "cashrecon-pack-1"
MANIFEST: Final = "manifest.json"
EVENTS: Final = "events.jsonl"
POLICY: Final = "policy.json"
SETTINGS: Final = "settings.json"
README: Final = "README.txt"
CHECK: Final = "check.py"
INDEX: Final = "inputs/index.csv"


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the manifest says of a file."""

    sha256: str
    size_bytes: int


class PackHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The newest event of a pack: that of its run."""

    seq: int
    hash: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The list of all files of a pack but itself; `versions` are those of the program that wrote it."""

    schema: str = SCHEMA
    run: int
    as_of: str
    head: PackHead
    versions: dict[str, str]
    files: dict[str, Mark]


def facts_name(table: str) -> str:
    """Name the file of a table."""
    return f"facts/{table}.csv"


def input_name(sha256: str) -> str:
    """Name the file of an input."""
    return f"inputs/{sha256}"


def as_csv(stored: pl.DataFrame) -> bytes:
    """Write rows in stored form."""
    texts = [name for name, dtype in stored.schema.items() if dtype == pl.String]
    return (
        stored.with_columns(_marked(pl.col(name)).alias(name) for name in texts)
        .write_csv()
        .encode()
    )


def from_csv(kept: Kept, data: bytes) -> pl.DataFrame:
    """Read rows of a table back, in stored form.

    Raises:
        ValueError: these are no rows of the table.
    """
    types = {
        name: pl.Int64() if dtype in (pl.Int64, pl.Boolean) else pl.String()
        for name, dtype in kept.types.items()
    }
    head, _, _ = data.partition(b"\n")
    if head.decode().split(",") != list(types):
        raise ValueError(f"{facts_name(kept.name)} has other columns than the table")
    try:
        # As text first: a number that is none is an error and never null.
        read = pl.read_csv(io.BytesIO(data), schema=dict.fromkeys(types, pl.String()))
        return read.with_columns(
            _unmarked(pl.col(name)).cast(types[name]).alias(name) for name in types
        )
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"{facts_name(kept.name)}: {str(error).splitlines()[0]}") from None


def _marked(text: pl.Expr) -> pl.Expr:
    is_marked = (text == "") | text.str.starts_with("\\")
    return pl.when(is_marked).then(pl.concat_str(pl.lit("\\"), text)).otherwise(text)


def _unmarked(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.starts_with("\\")).then(text.str.slice(1)).otherwise(text)
