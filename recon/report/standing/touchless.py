"""The report `quality`: how much the rules do alone, how often they are corrected, and how good suggestions are.

In: a Standing. Out: the body of the report: shares with their exact bounds, in all, by rule and by month. No truth is
needed: what people did about the rules' decisions is the measure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.report import shown
from recon.report.bounds import Share
from recon.report.sheet import Column
from recon.report.standing import log
from recon.report.standing.document import Body, Table, control_totals, total
from recon.report.standing.placed import placed_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recon.protocols import Standing
    from recon.report.standing.document import Asked

RANKS: Final = (1, 2, 3)
_SHARE: Final = (
    Column("hits", "Hits", 10, "count"),
    Column("of", "Of", 10, "count"),
    Column("share", "Share", 12),
    Column("low_95", "At least", 12),
    Column("high_95", "At most", 12),
)
MEASURES: Final = (Column("measure", "Measure", 40), *_SHARE)
BY_RULE: Final = (Column("measure", "Measure", 24), Column("reason", "Reason", 28), *_SHARE)
BY_MONTH: Final = (Column("measure", "Measure", 24), Column("month", "Month", 10), *_SHARE)
BY_VALUE: Final = (
    Column("part", "Part", 24),
    Column("count", "Lines", 10, "count"),
    Column("amount", "Amount", 18, "money"),
    Column("currency", "Currency", 9),
)


def build_quality(standing: Standing, _asked: Asked) -> Body:
    """Build the report on the quality of matching.

    Touchless: applied by a rule, and nobody ever decided anything about the line. Corrected later: a rule applied it, and
    that was taken back, or a person decided the line otherwise. Both are shown together, because either alone flatters.
    """
    lines = _receivables(standing)
    rules = _applied_by_rule(standing)
    answers = _answers(standing)
    measures = [
        ("touchless: receivable lines", _share(lines, "is_touchless")),
        ("corrected later: lines applied by a rule", _share(rules, "is_corrected")),
        *(
            (
                f"suggestions answered: accepted at rank {rank}",
                _share(answers, pl.col("rank") == rank),
            )
            for rank in RANKS
        ),
        *(
            (f"suggestions answered: {answer}", _share(answers, pl.col("answer") == answer))
            for answer in ("rejected", "otherwise")
        ),
    ]
    return Body(
        headline=_headline(measures[0][1], measures[1][1]),
        totals=tuple(control_totals("receivable", lines)),
        tables=(
            Table("measures", "Measures", MEASURES, _shares("measure", measures)),
            Table("by_value", "By value", BY_VALUE, _by_value(lines), "bars"),
            Table("by_rule", "By rule", BY_RULE, _by(rules, "reason", corrected="is_corrected")),
            Table(
                "by_month",
                "By month of booking",
                BY_MONTH,
                pl.concat(
                    [
                        _by(lines, "month", touchless="is_touchless"),
                        _by(rules, "month", corrected="is_corrected"),
                    ]
                ),
            ),
        ),
    )


def _headline(touchless: Share, corrected: Share) -> str:
    if not touchless.of:
        return "No receivable line was decided."
    return (
        f"{shown.number(touchless.hits)} of {shown.counted(touchless.of, 'receivable line')} "
        f"{'was' if touchless.hits == 1 else 'were'} applied without a person; "
        f"{shown.number(corrected.hits)} of {shown.number(corrected.of)} that a rule applied "
        f"{'was' if corrected.hits == 1 else 'were'} corrected later."
    )


def _month() -> pl.Expr:
    return pl.col("booking_date").dt.to_string("%Y-%m")


def _receivables(standing: Standing) -> pl.DataFrame:
    """Give each booked receivable line that was decided, and whether nobody had to touch it."""
    touched = standing.decision_log.filter(pl.col("decided_by") != log.RULE)["line_id"].unique()
    is_rule = (pl.col("fate") == "applied") & (pl.col("decided_by") == log.RULE)
    return (
        placed_lines(standing)
        .filter(pl.col("status") == "booked", ~pl.col("fate").is_in(("not_receivable", "returned")))
        .with_columns(
            month=_month(), is_touchless=is_rule & ~pl.col("line_id").is_in(touched.implode())
        )
        .with_columns(
            part=pl.when("is_touchless")
            .then(pl.lit("touchless"))
            .when(pl.col("fate") == "applied")
            .then(pl.lit("applied_with_a_person"))
            .otherwise("fate")
        )
    )


def _applied_by_rule(standing: Standing) -> pl.DataFrame:
    """Give each decision by which a rule applied a line, and whether it was corrected later."""
    decisions = log.decisions_with_state(standing)
    people = decisions.filter(pl.col("decided_by") != log.RULE, pl.col("state") != "refused")
    last = people.group_by("line_id").agg(last_by_person=pl.col("decision_no").max())
    months = standing.lines.select("line_id", month=_month())
    is_later = pl.col("last_by_person").fill_null(0) > pl.col("decision_no")
    return (
        decisions.filter(pl.col("decided_by") == log.RULE, pl.col("fate") == "applied")
        .join(last, on="line_id", how="left")
        .join(months, on="line_id", how="inner")
        .with_columns(is_corrected=is_later | pl.col("undone_by").is_not_null())
    )


def _answers(standing: Standing) -> pl.DataFrame:
    """Give each suggestion of a rule that a person answered: by accepting a rank, by a refusal, or otherwise.

    The answer is the person's next decision on the line. It accepts a rank if it applies what that rank suggested, to
    the cent.
    """
    ordered = standing.decision_log.sort("decision_no").with_columns(
        next_no=pl.col("decision_no").shift(-1).over("line_id", order_by="decision_no")
    )
    suggested = ordered.filter(pl.col("decided_by") == log.RULE, pl.col("fate") == "suggested")
    answers = standing.decision_log.filter(pl.col("decided_by") != log.RULE).select(
        next_no="decision_no", next_reason="reason"
    )
    accepted = (
        suggested.select("decision_no", "next_no")
        .join(_sets(standing, "suggested"), on="decision_no")
        .join(
            _sets(standing, "applied").rename({"decision_no": "next_no", "rank": "_"}),
            on=["next_no", "set"],
        )
        .group_by("decision_no")
        .agg(pl.col("rank").min())
    )
    is_rejected = pl.col("next_reason") == "rejected_by_person"
    return (
        suggested.join(answers, on="next_no", how="inner")
        .join(accepted, on="decision_no", how="left")
        .with_columns(
            answer=pl.when(pl.col("rank").is_not_null())
            .then(pl.lit("accepted"))
            .when(is_rejected)
            .then(pl.lit("rejected"))
            .otherwise(pl.lit("otherwise"))
        )
    )


def _sets(standing: Standing, status: str) -> pl.DataFrame:
    """Write each decision's sets of one status as text that two equal sets share."""
    item, amount = pl.col("item_id").fill_null(""), pl.col("amount").cast(pl.String)
    member = pl.concat_str(item, "kind", amount, separator="\x1f")
    return (
        standing.allocation_log.filter(pl.col("status") == status)
        .group_by("decision_no", "rank")
        .agg(set=member.sort().str.join("\x1e"))
    )


def _share(frame: pl.DataFrame, hit: str | pl.Expr) -> Share:
    hits = frame.select((pl.col(hit) if isinstance(hit, str) else hit).fill_null(value=False).sum())
    return Share(int(hits.item()), frame.height)


def _by(frame: pl.DataFrame, by: str, **measure: str) -> pl.DataFrame:
    """Give the shares of one measure, name=column, by the values of a column."""
    ((name, hit),) = measure.items()
    groups = frame.group_by(by).agg(hits=pl.col(hit).sum(), of=pl.len()).sort(by)
    shares = ((key, Share(hits, of)) for key, hits, of in groups.iter_rows())
    return _shares(by, shares).select(pl.lit(name).alias("measure"), pl.all())


def _shares(key: str, shares: Iterable[tuple[str, Share]]) -> pl.DataFrame:
    rows = [
        (name, one.hits, one.of, one.percent, one.low_percent if one.of else "", one.high_percent if one.of else "")
        for name, one in shares
    ]  # fmt: skip
    kinds = {column.name: pl.Int64 if column.kind == "count" else pl.String for column in _SHARE}
    return pl.DataFrame(rows, schema={key: pl.String, **kinds}, orient="row")


def _by_value(lines: pl.DataFrame) -> pl.DataFrame:
    by = ["currency", "part"]
    return lines.group_by(by).agg(count=pl.len(), amount=total()).sort(by)
