"""Names that are near a customer's: cut by the bank, mistyped, shortened, or only in the text.

In: Tables, the lines whose payer is known. Out: pairs of line and customer with kind, millibits, text and is_strong.
Candidates share a word that few customers have, or else the beginnings of several words. What the words they share are
worth is measured on the customers of today: `Bau` says little, `Falkenstein` much. Every other customer that fits as well
takes its part of the belief.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from recon.match.blocks import Blocks
from recon.match.evidence.beginnings import pairs_by_beginnings
from recon.match.evidence.rarity import PARTY_PRIOR_WEIGHT, millibits

if TYPE_CHECKING:
    from recon.match.tables import Tables

# Words that more customers share than this find nobody.
_COMMON_WORD: Final = 30
_SHORTEST_WORD: Final = 3
# How often a customer's payment shows its name so: cut by the bank's field, with a mistyped letter or two, without
# some of its words, or only inside the text.
_BELONGS: Final = {
    "payer_name_cut": 0.3,
    "payer_name_similar": 0.1,
    "payer_name_short": 0.1,
    "name_in_text": 0.15,
}
# How often a payment shows a name so near a customer's that is another's.
_NAME_PRIOR: Final = 1e-3
# Fields for names hold 27 (MT940 ?32), 35 (EDIFACT) or 70 characters (SEPA); folded, some letters are fewer.
_SHORTEST_CUT: Final = 20
_SHORTEST_TAIL: Final = 1
# Two letters at most, and of every four only one, may be wrong.
_MOST_TYPOS: Final = 2
_LETTERS_PER_TYPO: Final = 4
# A name in the text must be long enough to be one.
_TELLING: Final = 6
# Two words of a longer name, or one that is nobody else's by far, are needed to leave the others out.
_SHORT_NAME_MILLIBITS: Final = 8_000


def find_similar_names(tables: Tables, known: pl.DataFrame) -> pl.DataFrame:
    """Find near names for lines whose payer is not known exactly.

    Args:
        tables: the day's tables.
        known: the lines (`line`) whose payer is known by an account, a name or a number.
    """
    words = _words_of_names(tables)
    lines = tables.receipts.join(known, on="line", how="anti").with_columns(
        pl.col("payer_key").fill_null("")
    )
    pairs = _candidates(lines, words)
    worth = words.select("word", "worth").unique("word")
    judge = partial(_judged, worth=worth, count=tables.customers.height)
    blocks = Blocks.of_receipts(lines)
    return pl.concat(blocks.work(judge, blocks.cut(pairs), blocks.cut(lines)))


def _judged(
    pairs: pl.DataFrame, lines: pl.DataFrame, worth: pl.DataFrame, count: int
) -> pl.DataFrame:
    """Compare and weigh the candidates of a block of lines, among `count` customers."""
    named = _with_typos(_compared(pairs, lines, worth)).drop_nulls("kind")
    return _weigh(named, count)


def _words_of_names(tables: Tables) -> pl.DataFrame:
    """Each word of each name, with how many customers have it: customer, name_key, word, spread, worth (millibits)."""
    count = tables.customers.height
    spread = pl.col("customer").n_unique().over("word").cast(pl.Int64)
    chance = (pl.col("spread") + PARTY_PRIOR_WEIGHT * _NAME_PRIOR) / (count + PARTY_PRIOR_WEIGHT)
    return (
        tables.names.select("customer", "name_key", word=pl.col("name_key").str.split(" "))
        .explode("word", empty_as_null=False)
        .with_columns(spread=spread)
        .with_columns(worth=millibits(1.0, chance))
    )


def _candidates(lines: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """Pairs of line and name that share what few have, a word or several: line, customer, name_key."""
    rare = words.filter(
        pl.col("spread") <= _COMMON_WORD, pl.col("word").str.len_chars() >= _SHORTEST_WORD
    )
    said = (
        lines.select("line", word=pl.col("words").str.extract_all(r"[0-9A-Z]{3,}").list.unique())
        .explode("word", empty_as_null=False)
        .drop_nulls("word")
    )
    by_rare = said.join(rare.select("customer", "name_key", "word"), on="word").select(
        "line", "customer", "name_key"
    )
    # In a large book every word of a name may be common, and only two of them together are rare.
    rest = lines.join(by_rare, on="line", how="anti")
    names = words.select("customer", "name_key").unique()
    together = pairs_by_beginnings(rest, names, _COMMON_WORD)
    return pl.concat([by_rare, together]).unique().sort("line", "customer", "name_key")


def _compared(pairs: pl.DataFrame, lines: pl.DataFrame, worth: pl.DataFrame) -> pl.DataFrame:
    """Lay both names beside each other: what they share and is worth, and what is left of each."""
    beside = pairs.join(lines.select("line", "words", "payer_key", "payer_name"), on="line")
    # The same payer meets the same name on many lines, with another text on each.
    two_names = ["payer_key", "name_key"]
    met = beside.select(two_names).unique().with_row_index("met")
    payer, name, text = (
        pl.col(column).str.split(" ") for column in ("payer_key", "name_key", "words")
    )
    shared = met.select("met", word=name.list.set_intersection(payer))
    left = met.with_columns(
        rest_of_payer=payer.list.set_difference(name).list.sort().list.join(" "),
        rest_of_name=name.list.set_difference(payer).list.sort().list.join(" "),
    ).join(_worth_of(shared, worth, "met").rename({"worth": "worth_shared"}), on="met", how="left")
    names = met.select("name_key").unique().select("name_key", word=name)
    whole = _worth_of(names, worth, "name_key").rename({"worth": "worth_whole"})
    return (
        beside.with_columns(in_text=name.list.set_difference(text).list.len() == 0)
        .join(left, on=two_names)
        .join(whole, on="name_key", how="left")
        .with_columns(worth=pl.when("in_text").then("worth_whole").otherwise("worth_shared"))
        .drop("met", "worth_shared", "worth_whole")
    )


def _worth_of(said: pl.DataFrame, worth: pl.DataFrame, of: str) -> pl.DataFrame:
    """What the words of each are worth together: of, worth."""
    each = said.explode("word", empty_as_null=False).join(worth, on="word")
    return each.group_by(of).agg(pl.col("worth").sum())


def _with_typos(pairs: pl.DataFrame) -> pl.DataFrame:
    """Name how the payer's name is near: `kind`, null if it is not."""
    rest, other = pl.col("rest_of_payer"), pl.col("rest_of_name")
    distance = process.cpdist(
        pairs["rest_of_payer"].to_list(),
        pairs["rest_of_name"].to_list(),
        scorer=OSA.distance,
        score_cutoff=_MOST_TYPOS,
    )
    judged = pairs.with_columns(distance=pl.Series(distance).cast(pl.Int64))
    is_cut = (
        (rest.str.len_chars() >= _SHORTEST_TAIL)
        & ~rest.str.contains(" ", literal=True)
        & (pl.col("payer_name").str.len_chars() >= _SHORTEST_CUT)
        & pl.concat_str(pl.lit(" "), other).str.contains(
            pl.concat_str(pl.lit(" "), rest), literal=True
        )
    )
    is_mistyped = (
        (rest != "")
        & (other != "")
        & (pl.col("distance") <= _MOST_TYPOS)
        & (other.str.len_chars() >= _LETTERS_PER_TYPO * pl.col("distance"))
    )
    is_short = (rest == "") & (pl.col("worth") >= _SHORT_NAME_MILLIBITS)
    in_text = pl.col("in_text") & (pl.col("name_key").str.len_chars() >= _TELLING)
    return judged.with_columns(
        kind=pl.when(is_cut)
        .then(pl.lit("payer_name_cut"))
        .when(is_mistyped)
        .then(pl.lit("payer_name_similar"))
        .when(in_text)
        .then(pl.lit("name_in_text"))
        .when(is_short)
        .then(pl.lit("payer_name_short"))
    )


def _weigh(named: pl.DataFrame, count: int) -> pl.DataFrame:
    """Weigh each customer against all others that fit the line, and by the rarity of the words that agree."""
    belongs = pl.col("kind").replace_strict(_BELONGS, return_dtype=pl.Float64)
    best = (
        named.with_columns(belongs=belongs)
        .sort("line", "customer", "belongs", "worth", "name_key", descending=[False, False, True, True, False])
        .unique(["line", "customer"], keep="first", maintain_order=True)
    )  # fmt: skip
    # Another customer that fits as well is as likely as this one; one that fits worse, by so much less.
    others = pl.col("belongs").sum().over("line") - pl.col("belongs")
    fitting = (others / pl.col("belongs") + PARTY_PRIOR_WEIGHT * _NAME_PRIOR) / (
        count + PARTY_PRIOR_WEIGHT
    )
    by_words = pl.lit(2.0).pow(-pl.col("worth") / 1000)
    weighed = best.with_columns(
        millibits=millibits(pl.col("belongs"), pl.max_horizontal(fitting, by_words)).clip(0)
    )
    of_text = pl.col("kind") == "name_in_text"
    return weighed.filter(pl.col("millibits") > 0).select(
        "line",
        "customer",
        "kind",
        "millibits",
        text=pl.when(of_text).then("name_key").otherwise("payer_name"),
        is_strong=pl.lit(value=False),
    )
