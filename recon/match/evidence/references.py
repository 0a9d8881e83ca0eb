"""Reference evidence: which items a line quotes, worth how many bits, and what else it quotes.

In: receipts and comparable keys. Out: pairs of line and item with kind, millibits and the span; and numbers
that look like ours but are no open item's (closed, mistyped, foreign), which speak against paying something unquoted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.advised import with_advised, without_advices
from recon.match.evidence.chances import MOST_SHARING, chances_of_tokens
from recon.match.evidence.cut import cut_numbers
from recon.match.evidence.lists import open_lists
from recon.match.evidence.rarity import (
    DATE_CHANCE,
    PROVEN_REFERENCE_CAP_MILLIBITS,
    PROVEN_REFERENCE_FACTOR,
    REFERENCE_CAP_MILLIBITS,
    key_prior,
    millibits,
)
from recon.match.evidence.spelling import RESPELLED, glued, letters_for_digits, of_other_series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.frames.comparable import Comparable
    from recon.match.evidence.lists import Opened

# How often a payer who pays an item quotes it in this way.
_QUOTED: Final = {
    "rf_reference": 0.9,
    "si_reference": 0.9,
    "hr_reference": 0.9,
    "fik_reference": 0.9,
    "ogm_reference": 0.9,
    "qr_reference": 0.9,
    "boleto_reference": 0.9,
    "notice_reference": 0.9,
    "model_97_reference": 0.9,
    "viite_reference": 0.9,
    "luhn_reference": 0.9,
    "kid_reference": 0.9,
    "betalingskenmerk_reference": 0.9,
    "bpay_reference": 0.9,
    "esr_reference": 0.9,
    "payment_reference": 0.9,
    "number": 0.8,
    "purchase_order": 0.4,
    "number_without_zeros": 0.2,
    "number_without_letters": 0.3,
    "number_tail": 0.1,
    RESPELLED: 0.02,
}
# Schemes with a mark of their own, or check digits that few random numbers pass; one number in ten passes the others.
_PROVEN: Final = (
    "rf_reference",
    "si_reference",
    "hr_reference",
    "fik_reference",
    "ogm_reference",
    "qr_reference",
    "boleto_reference",
    "notice_reference",
    "model_97_reference",
)
# Digits joined across blanks were tried in many ways, so they coincide more often.
_JOINED_DIGITS_FACTOR: Final = 8
_MOST_ROWS: Final = 1 << 31
# A day as it is printed, year first or last.
_PRINTED_DAY: Final = (
    r"^(?:19|20)[0-9]{2} (?:0[1-9]|1[0-2]) (?:0[1-9]|[12][0-9]|3[01])$"
    r"|^(?:0[1-9]|[12][0-9]|3[01]) (?:0[1-9]|1[0-2]) (?:19|20)?[0-9]{2}$"
)
# Below this a token is no quotation but noise (a year, a two-digit number).
QUOTED_MILLIBITS: Final = 8_000


@dataclass(frozen=True, slots=True)
class References:
    """What lines quote, and what they may quote with an error.

    hits: line, item, kind, millibits, span, key. foreign: line, key, span, is_closed.
    cut: line, key, span, millibits: the end of a text that begins some open number, worth so much for each of them.
    structured: item, key: the structured references by which items may be quoted.
    """

    hits: pl.DataFrame
    foreign: pl.DataFrame
    cut: pl.DataFrame
    structured: pl.DataFrame


_HIT: Final = {
    "line": pl.Int64,
    "item": pl.Int64,
    "kind": pl.String,
    "millibits": pl.Int64,
    "span": pl.String,
    "key": pl.String,
}
_NOTHING: Final = References(
    *(
        pl.DataFrame(schema={name: _HIT.get(name, pl.Boolean) for name in names})
        for names in (
            _HIT,
            ("line", "key", "span", "is_closed"),
            ("line", "key", "span", "millibits"),
            ("item", "key"),
        )
    )
)


def find_references(receipts: pl.DataFrame, comparable: Comparable) -> References:
    """Find every open item that a receipt quotes as whole tokens."""
    if receipts.is_empty():
        return _NOTHING
    whole, unknown = _whole(receipts, comparable)
    opened = open_lists(
        receipts.select("line", "text"),
        whole.filter(pl.col("millibits") >= QUOTED_MILLIBITS),
        comparable.items.select("item", "customer", "number_text"),
        QUOTED_MILLIBITS,
    )
    hits = with_advised(_with_opened(whole, opened), comparable)
    read = pl.concat([hits.select("line", "span"), opened.used])
    foreign = pl.concat(
        [
            _unread(unknown, read),
            opened.unknown.with_columns(is_closed=pl.lit(value=False)),
        ]
    )
    is_structured = pl.col("kind").str.ends_with("_reference")
    return References(
        hits=hits,
        foreign=without_advices(foreign, comparable).sort("line", "key", "span"),
        cut=cut_numbers(receipts.select("line", "text"), comparable.items.select("number_text")),
        structured=comparable.item_keys.filter(is_structured).select("item", "key"),
    )


def _whole(receipts: pl.DataFrame, comparable: Comparable) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the items that tokens quote, weighed; and the numbers that look like ours and are no open item's."""
    of_items = comparable.item_keys
    # Few lines are set aside: to name them takes less time than to name the others.
    aside = comparable.lines.join(receipts, on="line", how="anti")["line"]
    of_lines = comparable.line_keys.filter(~pl.col("line").is_in(aside.implode())).with_columns(
        is_digits=~pl.col("key").str.contains("[A-Z]")
    )
    numbers = of_items.filter(pl.col("kind") == "number").select("key").unique()
    of_lines = pl.concat([of_lines, glued(of_lines, numbers)])
    respelled = letters_for_digits(of_lines, numbers)
    # The one place where all tokens meet all ways of quoting; `code` stands for the key from here on.
    known = (
        of_items.group_by("key")
        .agg(pl.col("item").first(), pl.col("kind").first(), sharing=pl.len())
        .with_row_index("code")
    )
    of_lines = of_lines.join(known.select("key", "code", "sharing"), on="key", how="left")
    unknown = _unknown(of_lines.filter(pl.col("code").is_null()), of_items, comparable.closed_keys)
    named = of_lines.filter(pl.col("sharing") <= MOST_SHARING)
    found = _first(named, _pair("line", "code"), ["line", "code", "chunks", "span"])
    chances = chances_of_tokens(found, of_lines, known, receipts.height)
    hits = _weigh(_quoted(found, known, of_items, chances), respelled, of_items)
    return _without(hits, unknown, comparable.items.select("item", "number_text")), unknown


def _with_opened(whole: pl.DataFrame, opened: Opened) -> pl.DataFrame:
    """Add the numbers read from ranges and shared prefixes; their digits are nobody else's number then."""
    members = opened.hits.select("line", "item")
    others = whole.join(members, on=["line", "item"], how="anti").join(
        opened.used, on=["line", "span"], how="anti"
    )
    best = pl.concat([whole.join(members, on=["line", "item"], how="semi"), opened.hits]).sort(
        "line", "item", "millibits", "kind", descending=[False, False, True, False]
    )
    first = best.unique(["line", "item"], keep="first", maintain_order=True)
    return pl.concat([others, first]).sort("line", "item")


_FOUND: Final = ("line", "key", "span", "chunks")


def _once(keys: pl.DataFrame) -> pl.DataFrame:
    """Each token of a line once, in its shortest form."""
    return _first(keys, pl.struct("line", "key"), ["line", "key", "chunks", "span"])


def _first(rows: pl.DataFrame, of: pl.Expr, order: Sequence[str | pl.Expr]) -> pl.DataFrame:
    """The first row of each kind `of`, in `order`. Few rows have a fellow, so only those are put in order."""
    several = rows.select(of.is_duplicated()).to_series()
    if not several.any():
        return rows
    first = rows.filter(several).sort(order).filter(of.is_first_distinct())
    return pl.concat([rows.filter(~several), first])


def _pair(one: str, other: str) -> pl.Expr:
    """Two row numbers as one, which is told apart faster than two."""
    return pl.col(one).cast(pl.Int64) * _MOST_ROWS + pl.col(other)


def _quoted(
    found: pl.DataFrame, known: pl.DataFrame, of_items: pl.DataFrame, chances: pl.DataFrame
) -> pl.DataFrame:
    """Give each token that was found with every item that it names, the kind of its key, and its chance."""
    told = found.join(chances, on="code")
    columns = (*_FOUND, "is_digits", "chance")
    # Most tokens name one item, which stands at their code: words are slow to look up.
    one = told.filter(pl.col("sharing") == 1)
    item, kind = (known[name].gather(one["code"]) for name in ("item", "kind"))
    several = told.filter(pl.col("sharing") > 1).select(columns).join(of_items, on="key")
    return pl.concat([one.select(*columns, item, kind), several])


def _weigh(whole: pl.DataFrame, respelled: pl.DataFrame, of_items: pl.DataFrame) -> pl.DataFrame:
    """Weigh each hit by how often its token, and tokens of its shape, stand where they belong to nothing."""
    # What has letters for digits in it stands nowhere for its own sake.
    other = _once(respelled).join(of_items.filter(pl.col("kind") == "number"), on="key")
    other = other.with_columns(
        kind=pl.lit(RESPELLED), chance=key_prior(pl.col("key")), is_digits=pl.lit(value=False)
    )
    hits = pl.concat([whole, other.select(whole.columns)])
    proven = pl.col("kind").is_in(_PROVEN)
    joined = (pl.col("chunks") > 1) & pl.col("is_digits")
    factor = (
        pl.when(proven)
        .then(PROVEN_REFERENCE_FACTOR)
        .when(joined)
        .then(_JOINED_DIGITS_FACTOR)
        .otherwise(1.0)
    )
    cap = pl.when(proven).then(PROVEN_REFERENCE_CAP_MILLIBITS).otherwise(REFERENCE_CAP_MILLIBITS)
    belongs = pl.col("kind").replace_strict(_QUOTED, return_dtype=pl.Float64)
    # `2026 02 23` is a day, whoever has the invoice 2026-00223.
    day = pl.when(joined).then("span").str.contains(_PRINTED_DAY)
    printed_day = day.fill_null(value=False)
    coincidence = pl.max_horizontal(
        pl.col("chance") * factor, pl.when(printed_day).then(DATE_CHANCE).otherwise(0.0)
    )
    weighed = (
        hits.lazy()
        .with_columns(millibits=millibits(belongs, coincidence).clip(0, cap.cast(pl.Int64)))
        .filter(pl.col("millibits") > 0)
        .select("line", "item", "kind", "millibits", "span", "key")
        .collect()
    )
    # Twenty echoes of a number are one fact: the strongest hit of a pair counts.
    strongest = [_pair("line", "item"), -pl.col("millibits"), pl.col("kind"), pl.col("key")]
    return _first(weighed, _pair("line", "item"), strongest)


def _outermost(hits: pl.DataFrame) -> pl.DataFrame:
    """Leave out hits on a piece of a number that is quoted whole: `00123` in `INV 2026 00123` is no tail of another.

    A structured reference is a piece too where it is only some of the digits: `2026 00004` of `TE 2026 00004`.
    """
    is_whole = (pl.col("kind") == "number") | pl.col("kind").str.ends_with("_reference")
    whole = hits.filter(is_whole).select(
        "line",
        outer="span",
        outer_key="key",
        outer_millibits="millibits",
        outer_is_number=pl.col("kind") == "number",
    )
    # Many bits reach the same cap; then the longer key is what was quoted.
    is_stronger = pl.col("outer_millibits") > pl.col("millibits")
    has_more = pl.col("outer_key").str.len_bytes() > pl.col("key").str.len_bytes()
    is_longer = (pl.col("outer_millibits") == pl.col("millibits")) & has_more
    longer_span = pl.col("outer").str.len_bytes() - pl.col("span").str.len_bytes().cast(pl.Int64)
    pieces = (
        hits.select("line", "item", "span", "key", "millibits", is_whole=is_whole)
        .join(whole, on="line")
        .filter(
            # Whatever check digits say of some digits, the number they stand in was quoted, glued to letters or not.
            pl.when("is_whole")
            .then(
                ((longer_span > 0) | ((longer_span == 0) & pl.col("outer_is_number") & has_more))
                & (pl.col("outer_millibits") >= QUOTED_MILLIBITS)
            )
            .otherwise((longer_span >= 0) & (is_stronger | is_longer)),
        )
        .filter(spans_overlap("outer", "span"))
    )
    return hits.join(pieces.select("line", "item").unique(), on=["line", "item"], how="anti")


def _without(hits: pl.DataFrame, unknown: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Leave out digits that stand behind another series' letters, and pieces of what is quoted whole."""
    other = of_other_series(hits, unknown, numbers)
    return _outermost(hits.join(other, on=["line", "item"], how="anti"))


def _unknown(
    strange: pl.DataFrame, of_items: pl.DataFrame, closed_keys: pl.DataFrame
) -> pl.DataFrame:
    """Of tokens by which no open item is quoted, the numbers that look like ours: line, key, span, is_closed.

    A number looks like ours when it has the letters of one of our numbers and as many digits, give or take one;
    or, written in digits alone, as many digits and the same first two. A structured reference whose check digits hold
    says by itself that the payment is for something else.
    """
    numbers = of_items.filter(
        (pl.col("kind") == "number") | pl.col("kind").str.ends_with("_reference")
    )
    looks = numbers.select(look=_look(pl.col("key"))).drop_nulls().unique()
    closed = closed_keys.select("key", is_closed=pl.lit(value=True)).unique()
    marked = strange.join(closed, on="key", how="left").with_columns(
        pl.col("is_closed").fill_null(value=False)
    )
    whole = (pl.col("chunks") == 1) | ~pl.col("is_digits")
    is_other = pl.col("is_closed") | pl.col("scheme").is_not_null()
    ours = (
        marked.filter(whole & ~is_other)
        .with_columns(look=_look(pl.col("key")))
        .join(looks, on="look", how="semi")
        .drop("look")
    )
    return _once(pl.concat([ours, marked.filter(is_other)])).select(
        "line", "key", "span", "is_closed"
    )


def _unread(unknown: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """Leave out what is part of a quotation: `2024 00123` inside the quoted `INV 2024 00123`."""
    quoted = read.select("line", quoted="span").unique()
    inside = unknown.join(quoted, on="line").filter(spans_overlap("quoted", "span"))
    return unknown.join(inside.select("line", "key").unique(), on=["line", "key"], how="anti")


def spans_overlap(one: str, other: str) -> pl.Expr:
    """Say whether a span lies inside the other, in whole words: `INV 100` does not lie in `INV 1001`."""
    is_longer = pl.col(one).str.len_bytes() >= pl.col(other).str.len_bytes()
    blank = pl.lit(" ")
    longer, shorter = (
        pl.concat_str(blank, pl.when(is_longer).then(first).otherwise(second), blank)
        for first, second in ((one, other), (other, one))
    )
    return longer.str.contains(shorter, literal=True)


def _look(key: pl.Expr) -> pl.Expr:
    """What a number looks like from afar: INV2024001 -> INV9+, 410280 -> 41 and six digits; null for short digits."""
    has_letters = key.str.contains("[A-Z]")
    long_digits = pl.concat_str(
        key.str.slice(0, 2), pl.lit(":"), key.str.len_bytes().cast(pl.String)
    )
    return pl.coalesce(
        pl.when(has_letters).then(key).str.replace_all("[0-9]+", "9+"),
        pl.when(~has_letters & (key.str.len_bytes() >= 6)).then(long_digits),
    )
