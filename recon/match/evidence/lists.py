"""Open what a payer folded: ranges (`1001-1005`, `RE 1001 bis 1005`) and shared prefixes (`1001/02/03`).

In: texts of receipts, hits on whole numbers, open items. Out: hits on the numbers that stand there folded, and tails
that open nothing. A tail is read only beside a number that is quoted whole, and only as an open number of the same
customer: looked up, never guessed. So a date or an amount behind a number opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

# A range wider than this is no quotation but a pair of numbers, or an amount behind a number.
_WIDEST_RANGE: Final = 60
_LONGEST_HEAD: Final = 4
_MOST_TAILS: Final = 12
# How often a payer of several items whose numbers begin alike folds them.
_FOLDED: Final = 0.3
# How often a number is followed by digits that are no folded number (a month, a part, an amount), before today's
# lines are counted, and how many imagined lines that is worth.
_FOLLOWED: Final = 0.02
_FOLLOWED_WEIGHT: Final = 200

_HEADS: Final = ("number", "number_without_zeros", "number_without_letters")
# Digits, and behind a mark something more: all that is looked at.
_FOLDS: Final = r"[0-9]{2}\s*(?:[-/,+&;~|]|\.\.)\s*[0-9A-Z]"
_UP_TO: Final = r"([0-9])\s+(?:BIS|TO|THRU|THROUGH|TILL?|T/M|TM|TOT|AL|A)\s+(?:NR\.?\s+)?([0-9A-Z])"
_AND: Final = r"([0-9])\s*,?\s+(?:UND|AND|ET|EN|OG|OCH|JA|U\.?|Y|E)\s+([0-9])"
_YEAR: Final = r"^(?:19|20)[0-9]{2}$"


@dataclass(frozen=True, slots=True)
class Opened:
    """hits: line, item, kind, millibits, span, key. used: line, span (tails). unknown: line, key, span."""

    hits: pl.DataFrame
    used: pl.DataFrame
    unknown: pl.DataFrame


_NOTHING: Final = Opened(
    hits=pl.DataFrame(
        schema={
            "line": pl.Int64,
            "item": pl.Int64,
            "kind": pl.String,
            "millibits": pl.Int64,
            "span": pl.String,
            "key": pl.String,
        }
    ),
    used=pl.DataFrame(schema={"line": pl.Int64, "span": pl.String}),
    unknown=pl.DataFrame(schema={"line": pl.Int64, "key": pl.String, "span": pl.String}),
)


def open_lists(texts: pl.DataFrame, hits: pl.DataFrame, items: pl.DataFrame, quoted: int) -> Opened:
    """Open ranges and shared prefixes.

    Args:
        texts: line, text (folded) of receipts.
        hits: reference hits on whole tokens that are worth a quotation: line, item, kind, millibits, span, key.
        items: item, customer, number_text.
        quoted: millibits from which a hit counts as a quotation.

    Returns:
        the items quoted in folded form; the tails they were read from; the tails that are no open item's.
    """
    whole = hits.filter(pl.col("kind").is_in(_HEADS))
    tokens = _tokens(texts.join(whole, on="line", how="semi"))
    if tokens.is_empty():
        return _NOTHING
    numbers = _numbers(items)
    heads = _heads(tokens, whole).join(numbers, on="item")
    tails = _tails(tokens, heads)
    spelled = _between(heads, tokens)
    members = _members(pl.concat([tails, spelled]), numbers)
    worth = _worth(members, tails, numbers, heads.height)
    return _opened(members.join(worth, on=["line", "item"]), _unknown(members, tails), quoted)


def _numbers(items: pl.DataFrame) -> pl.DataFrame:
    """Each item's number as a stem and a last run of digits: RE-2026-0418 -> RE-2026-, 418, four wide."""
    parts = pl.col("number_text").str.extract_groups(r"^(.*?)([0-9]{1,15})[^0-9A-Z]*$")
    split = items.select("item", "customer", parts=parts).unnest("parts").drop_nulls("2")
    return split.select(
        "item",
        pl.col("customer").fill_null(-1),
        stem=pl.col("1").str.replace_all(r"[^0-9A-Z]", ""),
        value=pl.col("2").cast(pl.Int64),
        width=pl.col("2").str.len_bytes().cast(pl.Int64),
    )


def _tokens(texts: pl.DataFrame) -> pl.DataFrame:
    """Chunks of the lines that may hold a fold: line, at, chunk, mark (what stands in front of it), goes_on."""
    text = pl.col("text")
    folds = pl.any_horizontal(text.str.contains(fold) for fold in (_FOLDS, _UP_TO, _AND))
    marked = texts.filter(folds).with_columns(
        text.str.replace_all(_UP_TO, "${1}~${2}").str.replace_all(_AND, "${1}|${2}")
    )
    pieces = marked.select(
        "line", piece=pl.col("text").str.extract_all(r"[0-9A-Z]+|[^0-9A-Z]+")
    ).explode("piece", empty_as_null=False)
    chunks = pieces.with_columns(
        before=_in_line("piece", -1), after=_in_line("piece", 1), beyond=_in_line("piece", 2)
    ).filter(pl.col("piece").str.contains("^[0-9A-Z]"))
    mark = pl.col("before").str.strip_chars(" ")
    # `1001/02.2026` and `1001-1500,00` go on: a day, a month, an amount.
    goes_on = pl.col("after").is_in([".", ":", ","]) & pl.col("beyond").str.contains("^[0-9]")
    return chunks.select(
        "line",
        at=pl.int_range(pl.len(), dtype=pl.Int64),
        chunk="piece",
        mark=pl.when(mark.is_in(["-", "~", "..", "...", "--"]))
        .then(pl.lit("range"))
        .when(mark.is_in(["/", ",", "|", "+", "&", ";", "//"]))
        .then(pl.lit("list")),
        goes_on=goes_on.fill_null(value=False),
    )


def _in_line(column: str, steps: int) -> pl.Expr:
    """What stands so many rows further on in the same line; rows of a line stand together."""
    line = pl.col("line")
    return pl.when(line.shift(-steps) == line).then(pl.col(column).shift(-steps))


def _heads(tokens: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    """Where the numbers quoted whole stand: the hits with start and end, the last of each line only once."""
    found = []
    for size in range(1, _LONGEST_HEAD + 1):
        steps = [pl.col("chunk").shift(-step) for step in range(size)]
        is_within = pl.col("line").shift(1 - size) == pl.col("line")
        spans = tokens.select(
            "line", start="at", span=pl.concat_str(steps, separator=" "), keep=is_within
        ).filter("keep")
        of_size = hits.filter(pl.col("span").str.count_matches(" ", literal=True) == size - 1)
        found.append(
            spans.drop("keep")
            .join(of_size, on=["line", "span"])
            .with_columns(end=pl.col("start") + size)
        )
    every = pl.concat(found)
    return every.sort("line", "item", "start", "span").unique(
        ["line", "item"], keep="first", maintain_order=True
    )


def _tails(tokens: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """Digits that follow a head, mark by mark, completed by the head's digits: one row a range or a number."""
    follow = heads.join(tokens, on="line").filter(
        pl.col("at") >= pl.col("end"), pl.col("at") < pl.col("end") + _MOST_TAILS
    )
    length = pl.col("chunk").str.len_bytes().cast(pl.Int64)
    fits = (
        pl.col("mark").is_not_null()
        & pl.col("chunk").str.contains("^[0-9]{2,15}$")
        & (length <= pl.max_horizontal("width", 2))
        & ~pl.col("goes_on")
        & ~(pl.col("chunk").str.contains(_YEAR) & (length < pl.col("width")))
    )
    head = ["line", "item"]
    chain = (
        follow.sort("line", "item", "at")
        .with_columns(fits=fits.cast(pl.Int64).cum_min().over(head))
        .filter(pl.col("fits") == 1)
    )
    block = pl.lit(10, dtype=pl.Int64).pow(length).cast(pl.Int64)
    whole = pl.col("value") // block * block + pl.col("chunk").cast(pl.Int64)
    completed = chain.with_columns(block=block, last=whole)
    before = pl.coalesce(pl.col("last").shift(1).over(head), "value")
    return completed.select(
        *_FOLD[:-4],
        first=pl.when(pl.col("mark") == "range").then(before + 1).otherwise("last"),
        last="last",
        block="block",
        width_of_number="width",
    )


_FOLD: Final = (
    "line",
    "item",
    "customer",
    "stem",
    "millibits",
    "span",
    "chunk",
    "first",
    "last",
    "block",
    "width_of_number",
)


def _between(heads: pl.DataFrame, tokens: pl.DataFrame) -> pl.DataFrame:
    """Ranges whose ends are both whole numbers with letters: `RE-0418 - RE-0421`; the ends are hits already."""
    ends = heads.select("line", "stem", "customer", at="start", last="value", end_chunk="span")
    ranges = tokens.filter(pl.col("mark") == "range").select("line", "at")
    pairs = heads.join(
        ends,
        left_on=["line", "stem", "customer", "end"],
        right_on=["line", "stem", "customer", "at"],
    )
    marked = pairs.join(ranges, left_on=["line", "end"], right_on=["line", "at"], how="semi")
    return marked.with_columns(
        chunk="end_chunk",
        first=pl.col("value") + 1,
        block=pl.lit(_WIDEST_RANGE, dtype=pl.Int64),
        width_of_number="width",
    ).select(_FOLD)


def _members(folds: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Look up the numbers of each fold: the open items of the head's customer, and how many numbers are none."""
    width = pl.col("last") - pl.col("first") + 1
    listed = (
        folds.filter(width.is_between(1, _WIDEST_RANGE))
        .with_columns(width=width, value=pl.int_ranges("first", pl.col("last") + 1))
        .explode("value", empty_as_null=False)
    )
    members = numbers.select("customer", "stem", "value", member="item")
    return listed.join(members, on=["customer", "stem", "value"]).with_columns(
        place=pl.col("value") - pl.col("first") + 1,
        found=pl.col("value").n_unique().over("line", "item", "first", "last").cast(pl.Int64),
    )


def _unknown(members: pl.DataFrame, tails: pl.DataFrame) -> pl.DataFrame:
    return tails.join(members, on=["line", "item", "first", "last"], how="anti")


def _worth(
    members: pl.DataFrame, tails: pl.DataFrame, numbers: pl.DataFrame, head_count: int
) -> pl.DataFrame:
    """Weigh what follows each head as one quotation: line, item (the head's), total (millibits), members.

    By chance a number is followed by other digits (counted today), and each tail then opens an open item of the same
    customer as often as such items are dense among the numbers that the tail can say. A range of which some numbers
    are not open is worth that much less.
    """
    strays = _unknown(members, tails).select("line", "chunk").unique().height
    followed = (strays + _FOLLOWED * _FOLLOWED_WEIGHT) / (head_count + _FOLLOWED_WEIGHT)
    block = ["customer", "stem", "last", "block"]
    around = neighbours(members.select(block).unique(), numbers)
    folds = members.unique(["line", "item", "first", "last"], keep="any").join(
        around, on=block, how="left"
    )
    density = (pl.col("dense").fill_null(1) / pl.col("block")).clip(upper_bound=1.0)
    share = pl.col("found") / pl.col("width")
    first = pl.lit(_FOLDED / followed, dtype=pl.Float64).log(2)
    return folds.group_by("line", "item").agg(
        total=((first - (density.log(2) * share).sum()) * 1000).round(0).cast(pl.Int64).first(),
        members=pl.col("found").sum(),
    )


def neighbours(tails: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Count the open items of a customer whose numbers the block of each tail can say: the tail's columns, dense.

    Counted block by block, once for each length of a tail: item by item the largest customer's would be met by each tail.
    """
    counted = [tails.with_columns(dense=pl.lit(0, dtype=pl.UInt32)).clear()]
    for block in tails["block"].unique().sort():
        slots = tails.filter(pl.col("block") == block).with_columns(slot=pl.col("last") // block)
        own = numbers.join(slots, on=["customer", "stem"], how="semi")
        slot = ["customer", "stem", "slot"]
        dense = own.with_columns(slot=pl.col("value") // block).group_by(slot).agg(dense=pl.len())
        counted.append(slots.join(dense, on=slot).drop("slot"))
    return pl.concat(counted)


def _opened(weighed: pl.DataFrame, unknown: pl.DataFrame, quoted: int) -> Opened:
    """Share a quotation out among its members: together they are worth it, and each is quoted if the whole is."""
    each = pl.col("total") // pl.col("members")
    shared = (
        pl.when(pl.col("total") >= quoted).then(pl.max_horizontal(each, quoted)).otherwise(each)
    )
    # What stands there, in one word, so that no other number's span is found inside.
    last_word = pl.col("span").str.split(" ").list.last()
    fold = pl.concat_str(last_word, pl.lit("/"), "chunk")
    range_ = pl.concat_str(
        last_word,
        pl.lit(".."),
        pl.col("chunk").str.replace_all(" ", "-", literal=True),
        pl.lit(" ("),
        pl.col("place").cast(pl.String),
        pl.lit(" of "),
        pl.col("width").cast(pl.String),
        pl.when(pl.col("found") < pl.col("width"))
        .then(pl.concat_str(pl.lit(", open "), pl.col("found").cast(pl.String)))
        .otherwise(pl.lit("")),
        pl.lit(")"),
    )
    is_range = (pl.col("width") > 1) | pl.col("chunk").str.contains("[A-Z]")
    hits = weighed.select(
        "line",
        item="member",
        kind=pl.when(is_range)
        .then(pl.lit("number_in_range"))
        .otherwise(pl.lit("number_prefix_shared")),
        # No part outweighs its head.
        millibits=pl.min_horizontal(shared, "millibits"),
        span=pl.when(is_range).then(range_).otherwise(fold),
        key=pl.col("value").cast(pl.String),
    ).filter(pl.col("millibits") > 0)
    hits = hits.sort(
        "line", "item", "millibits", "span", descending=[False, False, True, False]
    ).unique(["line", "item"], keep="first", maintain_order=True)
    is_part = (pl.col("stem") != "") | (pl.col("chunk").str.len_bytes() < pl.col("width_of_number"))
    used = weighed.filter(is_part).select("line", span="chunk").unique()
    return Opened(
        hits=hits,
        used=used,
        unknown=unknown.select("line", key=fold, span=fold).unique().sort("line", "key"),
    )
