"""Receipts that look wrong: lapping (C17), doubles (C18), new payer accounts (C19), items settled past us (C13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.review.findings.words import findings, money, text
from recon.review.payers import account_verdicts, compact
from recon.review.record import RULE, decision_states

if TYPE_CHECKING:
    import dataframely as dy

    from recon.authority import Controls
    from recon.frames.findings import Findings
    from recon.protocols import Standing

# Money that comes and goes to the same account within so many days has been sent in a circle.
_ROUND_TRIP_DAYS: Final = 3
_CLOSED_REASONS: Final = ("duplicate_payment", "quotes_closed_item")
# An item number of fewer signs stands in many texts by chance.
_LEAST_NUMBER: Final = 4


def money_in(standing: Standing, controls: Controls) -> list[dy.DataFrame[Findings]]:
    """Find receipts that were, or may have been, taken for somebody else's, twice, or from a stranger's account."""
    paid = _paid(standing)
    by_people = paid.filter(pl.col("decided_by") != RULE)
    return [
        _settled_past_us(standing),
        _of_another(paid),
        _late(by_people, controls),
        _applied_anew(standing),
        _names_another(standing, by_people),
        _without_account(by_people),
        _round_trips(standing),
        _doubles(standing, controls),
        _closed_before(standing),
        _new_accounts(paid),
    ]


def _paid(standing: Standing) -> pl.DataFrame:
    """What stands applied or on account: a row a line and a customer, with the verdict on the payer's account."""
    states = decision_states(standing).filter(pl.col("state") == "in_force")
    log = standing.decision_log.join(states, on="decision_no", how="semi").select(
        "decision_no", "decided_by", "at"
    )
    kept = standing.allocation_log.filter(pl.col("status") == "applied").join(log, on="decision_no")
    facts = standing.lines.select(
        "line_id",
        "account",
        "booking_date",
        "payer_name",
        "payer_account",
        "remittance",
        line_amount="amount",
    )
    rows = (
        kept.select("line_id", "decision_no", "decided_by", "at", "customer_id", "currency")
        .unique()
        .join(facts, on="line_id")
        .with_columns(amount="line_amount")
        .sort("decision_no", "customer_id", nulls_last=True)
    )
    return account_verdicts(standing.parties, rows).with_columns(
        user=pl.when(pl.col("decided_by") != RULE).then("decided_by")
    )


def _settled_past_us(standing: Standing) -> dy.DataFrame[Findings]:
    """Items that the newest extract of the books says are settled, and not by us: posted directly."""
    loads = standing.events.filter(pl.col("kind") == "items_loaded")["seq"]
    newest = pl.concat([loads, standing.differences["seq"]]).max()
    rows = standing.differences.filter(
        pl.col("kind") == "settled_in_books_only", pl.col("seq").eq_missing(pl.lit(newest))
    ).sort("item_id")
    words = pl.concat_str(
        pl.lit("item "),
        "number",
        pl.lit(" was settled in the books by "),
        money(),
        pl.lit(", and not from here"),
    )
    return findings(rows, "C13", "settled_in_books_only", "look", words)


def _of_another(paid: pl.DataFrame) -> dy.DataFrame[Findings]:
    words = pl.concat_str(
        money(),
        pl.lit(" came from the account of another customer than "),
        text("customer_id"),
        pl.lit(", for whom it was booked by "),
        "decided_by",
    )
    rows = paid.filter(pl.col("verdict") == "foreign")
    return findings(rows, "C17", "payer_of_another", "act", words)


def _late(by_people: pl.DataFrame, controls: Controls) -> dy.DataFrame[Findings]:
    """Receipts that a person applied long after they came: lapping needs that time."""
    day = pl.col("at").str.slice(0, 10).str.to_date()
    lag = (day - pl.col("booking_date")).dt.total_days()
    rows = by_people.with_columns(lag=lag).filter(pl.col("lag") > controls.stale_days)
    words = pl.concat_str(
        money(),
        pl.lit(" was applied by "),
        "decided_by",
        pl.lit(" "),
        text("lag"),
        pl.lit(" days after it came"),
    )
    return findings(rows, "C17", "applied_late", "look", words)


def _applied_anew(standing: Standing) -> dy.DataFrame[Findings]:
    """Lines that were applied, taken back and applied to other items."""
    undone = standing.decision_log.filter(pl.col("undoes").is_not_null()).select(
        "line_id", undone="undoes", undone_by="decided_by"
    )
    applied = standing.allocation_log.join(undone, on="line_id", how="semi").filter(
        pl.col("status") == "applied", pl.col("item_number").is_not_null()
    )
    sets = applied.group_by("line_id", "decision_no").agg(
        numbers=pl.col("item_number").unique().sort().str.join(", ")
    )
    before = undone.join(
        sets.rename({"numbers": "before"}),
        left_on=["line_id", "undone"],
        right_on=["line_id", "decision_no"],
    )
    states = decision_states(standing).filter(pl.col("state") == "in_force")
    log = standing.decision_log.filter(pl.col("decided_by") != RULE).join(
        states, on="decision_no", how="semi"
    )
    facts = standing.lines.select("line_id", "account", "amount", "currency")
    rows = (
        log.select("line_id", "decision_no", user="decided_by")
        .join(sets, on=["line_id", "decision_no"])
        .join(before, on="line_id")
        .filter(pl.col("undone") < pl.col("decision_no"), pl.col("before") != pl.col("numbers"))
        .sort("decision_no", "undone")
        .unique("decision_no", keep="last", maintain_order=True)
        .join(facts, on="line_id", maintain_order="left")
    )
    words = pl.concat_str(
        money(),
        pl.lit(" paid "),
        "before",
        pl.lit(" until "),
        "undone_by",
        pl.lit(" took it back; now it pays "),
        "numbers",
        pl.lit(", by "),
        "user",
    )
    return findings(rows, "C17", "applied_anew", "look", words)


def _names_another(standing: Standing, by_people: pl.DataFrame) -> dy.DataFrame[Findings]:
    """Receipts whose text names an open item that they do not pay."""
    open_numbers = standing.items.filter(
        pl.col("open_amount") != 0, _words(pl.col("number")).str.len_chars() >= _LEAST_NUMBER
    ).select("item_id", "number", key=_words(pl.col("number")))
    # Text and numbers are compared by whole words, so a number of three words is looked for in windows of three.
    booked = standing.allocation_log.join(by_people, on="decision_no", how="semi")
    numbers = booked.group_by("decision_no").agg(
        numbers=pl.col("item_number").drop_nulls().unique().sort()
    )
    words = by_people.join(numbers, on="decision_no").with_columns(
        word=_words(pl.col("remittance")).str.split(" ")
    )
    windows = pl.concat([_windows(words, size) for size in (1, 2, 3)])
    rows = (
        windows.join(open_numbers, on="key")
        .filter(~pl.col("numbers").list.contains(pl.col("number")))
        .unique(["decision_no", "item_id"])
        .sort("decision_no", "item_id")
    )
    said = pl.concat_str(
        money(),
        pl.lit(" names item "),
        "number",
        pl.lit(", which is open, and was booked to "),
        pl.col("numbers").list.join(", "),
        pl.lit(" by "),
        "decided_by",
    )
    return findings(rows, "C17", "names_another_item", "look", said)


def _words(column: pl.Expr) -> pl.Expr:
    return column.str.to_uppercase().str.replace_all("[^0-9A-Z]+", " ").str.strip_chars()


def _windows(words: pl.DataFrame, size: int) -> pl.DataFrame:
    """Give each run of neighbouring words of a text as one key."""
    kept = words.select("line_id", "decision_no", "decided_by", "user", "account", "customer_id",
                        "amount", "currency", "numbers", "word")  # fmt: skip
    single = kept.with_columns(place=pl.int_ranges(pl.col("word").list.len())).explode(
        "word", "place"
    )
    of = ["decision_no", "customer_id"]
    parts = [pl.col("word").shift(-at).over(of, order_by="place") for at in range(size)]
    return single.with_columns(key=pl.concat_str(parts, separator=" ")).drop("word", "place")


def _without_account(by_people: pl.DataFrame) -> dy.DataFrame[Findings]:
    rows = by_people.filter(
        pl.col("payer_account").fill_null("") == "", pl.col("customer_id").is_not_null()
    )
    words = pl.concat_str(
        money(),
        pl.lit(" names no payer's account and was booked to customer "),
        text("customer_id"),
        pl.lit(" by "),
        "decided_by",
    )
    return findings(rows, "C17", "payer_unknown", "info", words)


def _round_trips(standing: Standing) -> dy.DataFrame[Findings]:
    """Money in and the same money out to the same account within a few days; what the bank gave back is none."""
    returned = standing.decisions.filter(pl.col("fate") == "returned").select("line_id")
    lines = (
        standing.lines.filter(~pl.col("is_reversal"), pl.col("amount") != 0)
        .join(returned, on="line_id", how="anti")
        .select(
            "line_id",
            "account",
            "booking_date",
            "amount",
            "currency",
            payer=compact(pl.col("payer_account")),
            size=pl.col("amount").abs(),
        )
        .filter(pl.col("payer").fill_null("") != "")
    )
    went = lines.filter(pl.col("amount") < 0).select(
        "payer", "size", "currency", other_line_id="line_id", went_on="booking_date"
    )
    days = (pl.col("went_on") - pl.col("booking_date")).dt.total_days()
    rows = (
        lines.filter(pl.col("amount") > 0)
        .join(went, on=["payer", "size", "currency"])
        .with_columns(days=days)
        .filter(pl.col("days").is_between(0, _ROUND_TRIP_DAYS))
        .sort("line_id", "days", "other_line_id")
        .unique("line_id", keep="first", maintain_order=True)
    )
    words = pl.concat_str(
        money(),
        pl.lit(" came on "),
        text("booking_date"),
        pl.lit(" and went to the same account on "),
        text("went_on"),
    )
    return findings(rows, "C17", "round_trip", "look", words)


def _doubles(standing: Standing, controls: Controls) -> dy.DataFrame[Findings]:
    """Receipts that look like one before: same payer, amount and text within so many days."""
    payer = pl.coalesce(compact(pl.col("payer_account")), _words(pl.col("payer_name")))
    fates = standing.decisions.select("line_id", "fate")
    receipts = standing.lines.filter(pl.col("amount") > 0).with_columns(payer=payer)
    alike = ["payer", "amount", "currency"]
    more = receipts.group_by(alike).len().filter(pl.col("len") > 1)
    # Few receipts have a like; only of those the text is compared.
    lines = (
        receipts.filter(pl.col("payer").fill_null("") != "")
        .join(more, on=alike, how="semi")
        .join(fates, on="line_id", how="left")
        .filter(pl.col("fate").fill_null("unmatched") != "returned")
        .with_columns(said=_words(pl.col("remittance")))
        .sort("booking_date", "line_id")
    )
    same = [*alike, "said"]
    before = {
        name: pl.col(name).shift(1).over(same) for name in ("line_id", "booking_date", "fate")
    }
    days = (pl.col("booking_date") - pl.col("day_before")).dt.total_days()
    both = (pl.col("fate") == "applied") & (pl.col("fate_before") == "applied")
    rows = lines.with_columns(
        other_line_id=before["line_id"],
        day_before=before["booking_date"],
        fate_before=before["fate"],
    ).filter(days <= controls.duplicate_days)
    severity = pl.when(both.fill_null(value=False)).then(pl.lit("act")).otherwise(pl.lit("look"))
    words = pl.concat_str(
        money(),
        pl.lit(" of "),
        text(pl.coalesce("payer_name", "payer_account")),
        pl.lit(" came on "),
        text("day_before"),
        pl.lit(" and again on "),
        text("booking_date"),
        pl.lit(" with the same text"),
    )
    return findings(rows, "C18", "came_twice", severity, words)


def _closed_before(standing: Standing) -> dy.DataFrame[Findings]:
    facts = standing.lines.select("line_id", "account", "amount", "currency")
    rows = (
        standing.decisions.filter(pl.col("reason").is_in(_CLOSED_REASONS))
        .join(facts, on="line_id")
        .sort("line_id")
    )
    words = pl.concat_str(money(), pl.lit(" pays an item that was settled before"))
    return findings(rows, "C18", "item_settled_before", "look", words)


def _new_accounts(paid: pl.DataFrame) -> dy.DataFrame[Findings]:
    words = pl.concat_str(
        money(),
        pl.lit(" for customer "),
        text("customer_id"),
        pl.lit(" came from account "),
        "payer_account",
        pl.lit(", which is none of those that are known"),
    )
    rows = paid.filter(pl.col("verdict") == "new")
    return findings(rows, "C19", "new_account", "look", words)
