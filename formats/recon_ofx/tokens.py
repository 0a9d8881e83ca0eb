"""Split the text of a document at its tags: a row a tag, with the value that follows it.

In: a piece of the document that begins with `<`. Out: frames with tag (number), kind, name (as written), value (blanks
around it removed), and where it begins and ends.

No transaction is looked at by itself: the work is column expressions over all tags of the piece.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import MalformedFile
from recon_ofx.text import LESS, NOTHING
from recon_ofx.vocabulary import KINDS, TAG, VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon_ofx.text import Text
    from recon_ofx.vocabulary import Tags

VALUE_LIMIT: Final = 64 * 1024
# Small enough that the frames of a piece are small beside the file, large enough that calls cost nothing.
PIECE_BYTES: Final = 2 * 1024 * 1024

_BLANK: Final = "\x05"  # where a value ended; control characters are refused in files
_VALUE_ENDS: Final = [f"</{name}>" for name in VALUES]
_BLANKS: Final = [_BLANK.ljust(len(end)) for end in _VALUE_ENDS]
_BARE_SIGN: Final = re.compile(f"<(?!{TAG}>)")


def read_tokens(text: Text, tags: Tags) -> Iterator[pl.DataFrame]:
    """Give the tags of a document, piece by piece; every piece but the first begins with a transaction.

    Raises:
        MalformedFile: a value beyond VALUE_LIMIT, or more different tags than a bank has words.
    """
    for begin, piece in text.chunks(PIECE_BYTES):
        whole = pl.Series([piece])
        is_blanked = "</TRNAMT>" in piece
        if is_blanked:
            # End tags of values never decide anything, and without them there are half as many tags.
            whole = whole.str.replace_many(_VALUE_ENDS, _BLANKS)
        tokens = _split(text, begin, whole, tags, is_blanked=is_blanked)
        if tokens is None:
            # A sign that begins no tag is text: it is hidden, and shown again when the value is read.
            signed = pl.Series([_BARE_SIGN.sub(LESS, piece)])
            tokens = _split(text, begin, signed, tags, is_blanked=False)
            assert tokens is not None, f"a tag of {text.file} is read in two ways"
        _check_widths(text, tokens)
        yield tokens


def _split(
    text: Text, begin: int, piece: pl.Series, tags: Tags, *, is_blanked: bool
) -> pl.DataFrame | None:
    """Split at `<` and then at `>`; None if a `<` begins no tag, or text stands behind a blanked one."""
    rows = piece.str.split("<").explode().slice(1)
    width = rows.str.len_bytes() if text.encoding == "utf-8" else rows.str.len_chars()
    if text.has_sections:
        rows = rows.str.replace_all(NOTHING, "", literal=True)
    parts = rows.str.splitn(">", 2).struct.unnest()
    name, value = parts.to_series(0), parts.to_series(1)
    if value.null_count():
        return None
    codes = tags.codes(name)
    if codes.null_count():
        return None
    value = value.str.strip_chars()
    if is_blanked:
        value = value.str.strip_chars_end(f"{_BLANK} \t\r\n")
        if value.str.contains(_BLANK, literal=True).any():
            return None
    end = (width.cast(pl.Int64) + 1).cum_sum() + begin
    return pl.DataFrame(
        {
            "tag": codes // KINDS,
            "kind": (codes % KINDS).cast(pl.UInt8),
            "name": name,
            "value": value,
            "offset": end - width - 1,
            "end": end,
        }
    )


def _check_widths(text: Text, tokens: pl.DataFrame) -> None:
    beyond = tokens.filter(pl.col("end") - pl.col("offset") > VALUE_LIMIT).head(1)
    if len(beyond):
        row = beyond.row(0, named=True)
        message = f"the value of <{row['name'][:40]}> has more than {VALUE_LIMIT:,} characters"
        raise MalformedFile(
            message, place=text.place(row["offset"]), excerpt=text.excerpt(row["offset"])
        )
