"""Find the pairs of line and item worth judging, by joins, and lay all evidence beside each.

In: Tables, reference hits, party hits. Out: pairs, a row a candidate, with one column of millibits per class.
Only the strongest piece of a class counts; missing evidence is worth 0, never full marks.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from recon.match.blocks import Blocks
from recon.match.evidence.cut import MOST_LOST
from recon.match.evidence.payers import pairs_by_amount, pairs_by_party
from recon.match.evidence.references import References
from recon.match.evidence.settle import add_amount_evidence, add_settlement, with_equal_amounts

if TYPE_CHECKING:
    from recon.config import Policy
    from recon.match.tables import Tables

_CONFLICT_MILLIBITS: Final = -8_000
_OTHER_NAME_MILLIBITS: Final = -2_000
_NOT_ISSUED_MILLIBITS: Final = -3_000
_LONG_OVERDUE_MILLIBITS: Final = -1_000
_LONG_OVERDUE_DAYS: Final = 365
_TYPO_MILLIBITS: Final = 5_000
# Of the tokens that look like a structured reference one in some thousands lies one edit from a given one by chance.
_REPAIRED_MILLIBITS: Final = 10_000
_TYPO: Final = ("line", "item", "typo_text", "typo_kind", "typo_millibits")
_NUMBERED: Final = ("line", "item", "number_text")
_OF_RECEIPTS: Final = ("line", "amount", "currency", "date", "payer_key", "text")
_OF_ITEMS: Final = (
    "item",
    "customer",
    "open",
    "discount",
    "discount_until",
    "issue_date",
    "due_date",
    "age_rank",
    "number_text",
)


def candidate_pairs(
    tables: Tables,
    references: References,
    parties: pl.DataFrame,
    more: pl.DataFrame,
    policy: Policy,
) -> pl.DataFrame:
    """Give every pair worth judging.

    Args:
        tables: the day's tables.
        references: reference hits and foreign numbers.
        parties: line, customer, kind, millibits, text, is_strong.
        more: evidence of plugins: line, item, evidence_class, kind, millibits, text.
        policy: tolerances and discount terms.

    Returns:
        a row a pair, sorted by line and item: amounts and dates of both sides; settlement, difference;
        reference_, party_, amount_, date_, history_, prior_millibits; kinds and texts; has_party_conflict.
    """
    keys = pl.concat(
        [
            references.hits.select("line", "item"),
            more.select("line", "item"),
            pairs_by_party(tables, parties, policy),
            pairs_by_amount(tables),
        ]
    ).unique()
    blocks = Blocks.of_receipts(tables.receipts)
    judge = partial(
        _judged,
        items=tables.items.filter(pl.col("open") > 0).select(_OF_ITEMS, item_currency="currency"),
        structured=references.structured,
        policy=policy,
    )
    of_lines = (
        with_equal_amounts(tables.receipts.select(_OF_RECEIPTS), tables),
        references.hits,
        references.foreign,
        references.cut,
        parties,
        more,
    )
    return pl.concat(blocks.work(judge, blocks.cut(keys), *map(blocks.cut, of_lines)), rechunk=True)


def _judged(
    keys: pl.DataFrame,
    receipts: pl.DataFrame,
    *of_lines: pl.DataFrame,
    items: pl.DataFrame,
    structured: pl.DataFrame,
    policy: Policy,
) -> pl.DataFrame:
    """Lay all evidence beside the pairs of a block of lines: `of_lines` as `candidate_pairs` has it."""
    hits, foreign, cut, parties, more = of_lines
    settled = add_settlement(_beside(keys, receipts, items), policy)
    judged = add_amount_evidence(settled, receipts.select("line", "currency", "text"))
    judged = _with_references(judged, References(hits, foreign, cut, structured))
    judged = _with_parties(judged, parties)
    judged = _with_plugins(_with_dates(judged), more)
    return judged.drop("payer_key", "number_text", "band").sort("line", "item")


def _beside(keys: pl.DataFrame, receipts: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    both = keys.join(receipts.drop("text"), on="line").join(items, on="item")
    return both.filter(pl.col("currency") == pl.col("item_currency")).drop("item_currency")


def _with_references(pairs: pl.DataFrame, references: References) -> pl.DataFrame:
    hits = references.hits.select(
        "line",
        "item",
        reference_kind="kind",
        reference_millibits="millibits",
        reference_text="span",
    )
    quoted = pairs.join(hits, on=["line", "item"], how="left")
    unquoted = quoted.filter(pl.col("reference_kind").is_null())
    typos = _strongest(
        _one_typo(unquoted, references), _cut_short(unquoted.select(_NUMBERED), references)
    )
    return (
        quoted.join(typos, on=["line", "item"], how="left")
        .with_columns(
            reference_kind=pl.coalesce("reference_kind", "typo_kind"),
            reference_millibits=pl.coalesce(
                "reference_millibits", "typo_millibits", pl.lit(0, dtype=pl.Int64)
            ),
            reference_text=pl.coalesce("reference_text", "typo_text"),
        )
        .drop("typo_kind", "typo_millibits", "typo_text")
    )


def _strongest(typos: pl.DataFrame, cut: pl.DataFrame) -> pl.DataFrame:
    ranked = pl.concat([typos, cut]).sort(
        "line", "item", "typo_millibits", "typo_text", descending=[False, False, True, False]
    )
    return ranked.unique(["line", "item"], keep="first", maintain_order=True)


def _one_typo(pairs: pl.DataFrame, references: References) -> pl.DataFrame:
    """A number that is no item's, one edit away from an item that other evidence points to.

    Check digits find every single error, so that one edit away from a structured reference there is no other sound one:
    such a neighbour is the reference with an error, and nothing else.
    """
    plain = pairs.select(
        "line",
        "item",
        key=pl.col("number_text").str.replace_all(r"[^0-9A-Z]", ""),
        typo_kind=pl.lit("number_one_typo"),
        typo_millibits=pl.lit(_TYPO_MILLIBITS, dtype=pl.Int64),
    )
    structured = (
        pairs.select("line", "item")
        .join(references.structured, on="item")
        .with_columns(
            typo_kind=pl.lit("reference_one_typo"),
            typo_millibits=pl.lit(_REPAIRED_MILLIBITS, dtype=pl.Int64),
        )
    )
    written = references.foreign.filter(~pl.col("is_closed")).select(
        "line", written="key", typo_text="span"
    )
    near = pl.concat([plain, structured]).join(written, on="line")
    near = near.sort("line", "item", "written", "key", "typo_kind")
    distance = process.cpdist(
        near["key"].to_list(), near["written"].to_list(), scorer=OSA.distance, score_cutoff=1
    )
    return (
        near.with_columns(distance=pl.Series(distance).cast(pl.Int64))
        .filter(pl.col("distance") <= 1)
        .select(_TYPO)
    )


def _cut_short(pairs: pl.DataFrame, references: References) -> pl.DataFrame:
    """The text ends in the beginning of the number of an item that other evidence points to."""
    number = pl.col("number_text").str.replace_all(r"[^0-9A-Z]", "")
    lost = number.str.len_bytes().cast(pl.Int64) - pl.col("key").str.len_bytes().cast(pl.Int64)
    return (
        pairs.join(references.cut, on="line")
        .filter(number.str.starts_with(pl.col("key")), lost.is_between(1, MOST_LOST))
        .select(
            "line",
            "item",
            typo_text="span",
            typo_kind=pl.lit("number_cut_short"),
            typo_millibits="millibits",
        )
    )


def _with_parties(pairs: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
    hits = parties.select(
        "line",
        "customer",
        "is_strong",
        party_kind="kind",
        hit_millibits="millibits",
        party_text="text",
    )
    known = parties.filter("is_strong").select("line", payer_is_known=pl.lit(True)).unique()
    joined = pairs.join(hits, on=["line", "customer"], how="left").join(
        known, on="line", how="left"
    )
    elsewhere = pl.col("hit_millibits").is_null() & pl.col("payer_is_known").fill_null(False)
    named = pl.col("payer_key").fill_null("") != ""
    other_name = pl.col("hit_millibits").is_null() & named & pl.col("customer").is_not_null()
    return joined.with_columns(
        has_party_conflict=elsewhere,
        party_is_strong=pl.col("is_strong").fill_null(False),
        party_kind=pl.when(elsewhere)
        .then(pl.lit("other_customer"))
        .when(other_name)
        .then(pl.lit("name_differs"))
        .otherwise("party_kind"),
        party_millibits=pl.when(elsewhere)
        .then(_CONFLICT_MILLIBITS)
        .when(other_name)
        .then(_OTHER_NAME_MILLIBITS)
        .otherwise(pl.col("hit_millibits").fill_null(0)),
    ).drop("is_strong", "hit_millibits", "payer_is_known")


def _with_dates(pairs: pl.DataFrame) -> pl.DataFrame:
    """Dates never make a match; they speak against a payment before the invoice or long after it."""
    early = pl.col("date") < pl.col("issue_date")
    late = (pl.col("date") - pl.col("due_date")).dt.total_days() > _LONG_OVERDUE_DAYS
    return pairs.with_columns(
        is_before_issue=early.fill_null(False),
        date_kind=pl.when(early)
        .then(pl.lit("before_issue"))
        .when(late)
        .then(pl.lit("long_overdue")),
        date_millibits=pl.when(early.fill_null(False))
        .then(_NOT_ISSUED_MILLIBITS)
        .when(late.fill_null(False))
        .then(_LONG_OVERDUE_MILLIBITS)
        .otherwise(0)
        .cast(pl.Int64),
    )


def _with_plugins(pairs: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """A plugin's evidence competes with ours inside its class; class history is theirs alone so far."""
    if more.is_empty():
        return pairs.with_columns(
            history_millibits=pl.lit(0, dtype=pl.Int64), history_kind=pl.lit(None, dtype=pl.String)
        )
    best = more.sort("millibits", "kind", descending=[True, False]).unique(
        ["line", "item", "evidence_class"], keep="first", maintain_order=True
    )
    for name in ("reference", "amount", "party", "date"):
        theirs = best.filter(pl.col("evidence_class") == name).select(
            "line", "item", theirs="millibits", their_kind="kind"
        )
        stronger = pl.col("theirs").fill_null(-(10**9)) > pl.col(f"{name}_millibits")
        kinds = (
            {f"{name}_kind": pl.when(stronger).then("their_kind").otherwise(f"{name}_kind")}
            if name != "amount"
            else {}
        )
        pairs = (
            pairs.join(theirs, on=["line", "item"], how="left")
            .with_columns(
                pl.when(stronger)
                .then("theirs")
                .otherwise(f"{name}_millibits")
                .alias(f"{name}_millibits"),
                **kinds,
            )
            .drop("theirs", "their_kind")
        )
    history = best.filter(pl.col("evidence_class") == "history").select(
        "line", "item", history_millibits="millibits", history_kind="kind"
    )
    return pairs.join(history, on=["line", "item"], how="left").with_columns(
        pl.col("history_millibits").fill_null(0)
    )
