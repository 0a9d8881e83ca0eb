"""Find the tags of a document and the values behind them, as places in its bytes.

In: a piece of the document that begins with `<`. Out: arrays with the number and kind of each tag, where it stands, and
where its value does, without blanks around it. No text is made here but that of tags not met before.

No transaction is looked at by itself: the work is done over all tags of the piece at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon.api import MalformedFile
from recon_ofx.text import LESS, NOTHING
from recon_ofx.vocabulary import END, KEY_BYTES, KINDS, OPEN, TAG, is_leaf_tag, is_value_tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from recon_ofx.text import Text
    from recon_ofx.vocabulary import Tags

    Places = npt.NDArray[np.int64]

VALUE_LIMIT: Final = 64 * 1024
# Small enough that the arrays of a piece are small beside the file, large enough that calls cost nothing.
PIECE_BYTES: Final = 2 * 1024 * 1024

_BARE_SIGN: Final = re.compile(rb"<(?!/?%b>)" % TAG.encode())
_SIGNS: Final = LESS.encode()
# What a comment hides is nothing; other control characters are refused in files.
_IS_BLANK: Final = np.isin(np.arange(256), [*b" \t\r\n", *NOTHING.encode()])
# A name of fewer bytes is read with what follows it, which these take off; of a longer one they leave nothing.
_KEY_MASKS: Final = np.array(
    [*((1 << 8 * size) - 1 for size in range(KEY_BYTES + 1)), 0], np.uint64
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tags of one piece, an element a tag: numbers, kinds (OPEN, END, EMPTY), places in the file, and values.

    `offset` is where a tag begins, `closed` where its `>` ends and `end` where the next tag begins. The value is from
    `begin` to `stop` in `data`, which is the piece in UTF-8 (a column of one row).
    """

    data: pl.Series
    tag: npt.NDArray[np.uint32]
    kind: npt.NDArray[np.uint8]
    offset: Places
    closed: Places
    end: Places
    begin: Places
    stop: Places
    has_sections: bool

    @property
    def has_value(self) -> npt.NDArray[np.bool_]:
        """Say which tags are followed by more than blanks."""
        return self.begin < self.stop

    def values(self, at: Places) -> pl.Series:
        """Give the values of some tags, entities and all."""
        return _texts(self.data, self.begin[at], self.stop[at], has_sections=self.has_sections)


def _texts(data: pl.Series, begin: Places, stop: Places, *, has_sections: bool) -> pl.Series:
    if not len(begin):
        return pl.Series(dtype=pl.String)
    frame = pl.DataFrame(
        [
            data.new_from_index(0, len(begin)).alias("data"),
            pl.Series("begin", begin),
            pl.Series("length", stop - begin),
        ]
    )
    texts = pl.col("data").bin.slice("begin", "length").cast(pl.String)
    if has_sections:
        texts = texts.str.replace_all(NOTHING, "", literal=True)
    return frame.select(texts).to_series()


def read_tokens(text: Text, tags: Tags) -> Iterator[Tokens]:
    """Give the tags of a document, piece by piece; every piece but the first begins with a transaction.

    Raises:
        MalformedFile: a value beyond VALUE_LIMIT, or more different tags than a bank has words.
    """
    for begin, piece in text.chunks(PIECE_BYTES):
        tokens = _tokens(text, begin, piece, tags)
        if tokens is None:
            # A sign that begins no tag is text: it is hidden, and shown again when the value is read.
            tokens = _tokens(text, begin, _BARE_SIGN.sub(_SIGNS, piece), tags)
            assert tokens is not None, f"a tag of {text.file} is read in two ways"
        _check_widths(text, tokens)
        yield tokens


def _tokens(text: Text, begin: int, piece: bytes, tags: Tags) -> Tokens | None:
    """Read the tags of a piece; None if a `<` begins no tag."""
    is_same = text.encoding == "utf-8" or piece.isascii()
    data = piece if is_same else piece.decode(text.encoding).encode()
    whole = np.frombuffer(data, np.uint8)
    less, greater = np.flatnonzero(whole == ord("<")), np.flatnonzero(whole == ord(">"))
    following = np.append(less[1:], len(data))
    if len(greater) != len(less) or (greater <= less).any() or (greater >= following).any():
        # A `>` in a value is text: that of a tag is the first one behind its sign.
        greater = np.append(greater, len(data))[np.searchsorted(greater, less)]
        if (greater >= following).any():
            return None
    column = pl.Series([data])
    codes = _codes(column, data, less, greater, tags, has_sections=text.has_sections)
    if codes is None:
        return None
    tag, kind = codes // KINDS, (codes % KINDS).astype(np.uint8)
    values, stop = _trimmed(whole, greater + 1, following)
    if not data.isascii():
        # Blanks beyond ASCII are no value either.
        odd = np.flatnonzero((values < stop) & (whole[np.minimum(values, len(data) - 1)] > 127))
        texts = _texts(column, values[odd], stop[odd], has_sections=text.has_sections)
        blank = odd[(texts.str.strip_chars() == "").to_numpy()]
        stop[blank] = values[blank]
    offset = less if is_same else np.flatnonzero(np.frombuffer(piece, np.uint8) == ord("<"))
    kept = _kept(tag, kind, values < stop)
    offset, less, greater = offset[kept] + begin, less[kept], greater[kept]
    return Tokens(
        data=column,
        tag=tag[kept],
        kind=kind[kept],
        offset=offset,
        closed=offset + (greater - less + 1),
        end=np.append(offset[1:], begin + len(piece)),
        begin=values[kept],
        stop=stop[kept],
        has_sections=text.has_sections,
    )


def _codes(
    column: pl.Series,
    data: bytes,
    less: Places,
    greater: Places,
    tags: Tags,
    *,
    has_sections: bool,
) -> npt.NDArray[np.uint32] | None:
    """Give the numbers of tags; None if one is none. A short name is looked up as a number of eight bytes."""
    padded = data + bytes(KEY_BYTES)
    is_end = np.frombuffer(padded, np.uint8)[less + 1] == ord("/")
    start = less + 1 + is_end
    words = np.ndarray((len(data) + 1,), "<u8", padded, strides=(1,))
    size = np.minimum(greater - start, KEY_BYTES + 1)
    codes = tags.short_codes(words[start] & _KEY_MASKS[size])
    unknown = np.flatnonzero(codes == tags.NONE)
    if len(unknown):
        names = _texts(column, start[unknown], greater[unknown], has_sections=has_sections)
        learnt = tags.codes(names)
        if learnt.null_count():
            return None
        codes[unknown] = learnt.to_numpy()
    return np.where(is_end, codes - codes % KINDS + END, codes)


def _trimmed(whole: npt.NDArray[np.uint8], begin: Places, stop: Places) -> tuple[Places, Places]:
    """Leave out the blanks around values."""
    for _ in range(2):  # most values have a line end behind them, of one or two characters
        stop = stop - (_IS_BLANK[whole[stop - 1]] & (begin < stop))
    behind = np.flatnonzero(_IS_BLANK[whole[stop - 1]] & (begin < stop))
    filled = np.flatnonzero(begin < stop)
    before = filled[_IS_BLANK[whole[begin[filled]]]]
    if len(behind) or len(before):
        is_blank = _IS_BLANK[whole]
        turns = np.flatnonzero(is_blank[1:] != is_blank[:-1]) + 1
        stop[behind] = np.maximum(begin[behind], turns[np.searchsorted(turns, stop[behind]) - 1])
        first = turns[np.minimum(np.searchsorted(turns, begin[before], "right"), len(turns) - 1)]
        begin[before] = np.minimum(first, stop[before])
    return begin, stop


def _kept(
    tag: npt.NDArray[np.uint32], kind: npt.NDArray[np.uint8], has_value: npt.NDArray[np.bool_]
) -> Places | slice:
    """Leave out end tags that never decide anything: those of values, with nothing behind them."""
    is_end = (kind == END) & ~has_value
    is_leaf_end = is_end & is_value_tag(tag)
    # Any other tag with a value is one as well, wherever its end tag follows at once.
    follows = is_end[1:] & (tag[1:] == tag[:-1]) & (kind[:-1] == OPEN) & has_value[:-1]
    is_leaf_end[1:] |= follows & is_leaf_tag(tag[1:])
    return np.flatnonzero(~is_leaf_end) if is_leaf_end.any() else slice(None)


def _check_widths(text: Text, tokens: Tokens) -> None:
    beyond = np.flatnonzero(tokens.end - tokens.offset > VALUE_LIMIT)
    if len(beyond):
        offset = int(tokens.offset[beyond[0]])
        name = text.data[offset + 1 : int(tokens.closed[beyond[0]]) - 1]
        message = (
            f"the value of <{name[:40].decode(text.encoding)}> has more than "
            f"{VALUE_LIMIT:,} characters"
        )
        raise MalformedFile(message, place=text.place(offset), excerpt=text.excerpt(offset))
