"""From a text to its transactions, not yet judged, and to the tree of what stands around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon_ofx.lines import draft_lines
from recon_ofx.records import gather
from recon_ofx.structure import Builder
from recon_ofx.tokens import read_tokens
from recon_ofx.vocabulary import END

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_ofx.structure import Node, Tag
    from recon_ofx.text import Text
    from recon_ofx.vocabulary import Tags

# What is looked at even where no transaction says anything of it.
_JUDGED: Final = {
    "booking_date": pl.Date,
    **dict.fromkeys(
        ("fault", "amount_text", "currency_text", "date_text", "bank_reference"), pl.String
    ),
}


def read_drafts(text: Text, tags: Tags) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read all tags, piece by piece, and keep of each piece only what it says.

    Returns:
        the transactions, a row each with all columns that are looked at; and the tags around them, with the number of
        transactions before each.
    """
    drafts, outside, count = [], [], 0
    for tokens in read_tokens(text, tags):
        piece = gather(tokens, tags)
        outside.append(piece.around.with_columns(pl.col("before") + count))
        drafts.append(draft_lines(piece))
        count += len(piece.records)
    skeleton = pl.concat(outside)
    tag = pl.Series(tags.names, dtype=pl.String).gather(skeleton["tag"])
    # In one chunk each: columns that are added to many chunks put together copies of all others, and both stay.
    read = pl.concat(drafts, how="diagonal", rechunk=True)
    absent = {
        name: pl.lit(None, dtype=kind) for name, kind in _JUDGED.items() if name not in read.columns
    }
    return read.with_columns(**absent), skeleton.with_columns(tag=tag)


def build_tree(text: Text, tags: Sequence[Tag], count: int) -> tuple[Node, list[str]]:
    """Build the tree of the tags around `count` transactions; with it go findings.

    Raises:
        MalformedFile: an aggregate is not closed or closed out of order.
    """
    builder = Builder(text)
    closed = frozenset(tag[0] for tag in tags if tag[1] == END)
    root = builder.build(tags, closed, count)
    stray = builder.stray_text
    findings = list(builder.findings)
    if stray:
        findings.append(f"{len(stray)} texts stand outside any value: {stray[0]!r}")
    return root, findings
