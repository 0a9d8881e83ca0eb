"""The rows of the page: lines with what was applied or suggested, ready for the template.

In: a RunView. Out: plain dicts; text is cut to a bounded length and spelled out, money is shown with its digits
grouped beside the minor units it sorts by. The template escapes everything.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.frames.allocations import KINDS
from recon.report import shown, tables
from recon.report.text import clipped, spelled_out

if TYPE_CHECKING:
    from recon.protocols import RunView

# A page has to open at once in a browser, so it shows the first rows and names the file that has all.
EXCEPTIONS_SHOWN: Final = 2_000
APPLIED_SHOWN: Final = 1_000
SMALL_ROWS_SHOWN: Final = 500
_TEXT_LIMIT: Final = 280
_EVIDENCE_LIMIT: Final = 700
_EVIDENCE_COLUMNS: Final = ("because", "note")
# How the matcher writes one weighed reason; other parts of its sentences are shown as they are.
_WEIGHED: Final = re.compile(r"(.*?):? ([+-][0-9]+(?:\.[0-9]+)?) bits", re.DOTALL)
_SET_LIMIT: Final = 12
_RANKS_SHOWN: Final = 3
_FOLDERS: Final = re.compile(r"^.*[/\\](?=.)", re.DOTALL)

Row = dict[str, Any]


def exception_page_rows(view: RunView, exceptions: pl.DataFrame) -> list[Row]:
    """Give the exceptions that are shown, each with its best suggestions."""
    rows = _plain(exceptions, "unmatched.csv")
    wanted = view.allocations.filter(
        pl.col("status") == "suggested", pl.col("rank") <= _RANKS_SHOWN
    )
    suggestions = _sets(wanted, exceptions)
    return [
        _line(row)
        | {
            "age_days": row["age_days"],
            "fate": row["fate"],
            "fate_words": shown.words(row["fate"]),
            "reason": shown.words(row["reason"]),
            "note": evidence(row["note"] or ""),
            "is_held": row["is_held"],
            "suggestions": suggestions.get(row["line_id"], []),
        }
        for row in rows
    ]


def applied_lines(view: RunView) -> pl.DataFrame:
    """Give the lines whose cash was applied, newest first."""
    applied = view.decisions.filter(pl.col("fate") == "applied").select("line_id", "reason")
    return view.lines.join(applied, on="line_id").sort(
        "booking_date", "account", "file", "record", "line_id",
        descending=[True, False, False, False, False],
    )  # fmt: skip


def applied_page_rows(view: RunView, lines: pl.DataFrame) -> list[Row]:
    """Give the applied lines that are shown, each with what it settles and why."""
    rows = _plain(lines, "lines.csv")
    settled = _sets(view.allocations.filter(pl.col("status") == "applied"), lines)
    return [
        _line(row) | {"reason": shown.words(row["reason"]), "settled": settled[row["line_id"]][0]}
        for row in rows
    ]


def other_page_rows(view: RunView) -> list[Row]:
    """Add up the lines that are no receivables or were returned, by currency, fate, direction and reason."""
    fates = view.decisions.filter(pl.col("fate").is_in(("not_receivable", "returned")))
    groups = (
        view.lines.join(fates.select("line_id", "fate", "reason"), on="line_id")
        .group_by("currency", "fate", "reason", is_credit=pl.col("amount") >= 0)
        .agg(count=pl.len(), amount=pl.col("amount").cast(pl.Int128).sum())
        .sort("currency", "fate", "is_credit", "reason")
    )
    return [
        {
            "currency": row["currency"],
            "fate": shown.words(row["fate"]),
            "reason": shown.words(row["reason"]),
            "direction": "received" if row["is_credit"] else "paid",
            "count": row["count"],
            "amount": shown.amount(row["amount"], row["currency"]),
            "amount_minor": row["amount"],
        }
        for row in groups.rows(named=True)
    ]


def statement_page_rows(statements: pl.DataFrame) -> list[Row]:
    """Give statements, those that break first, each with the balance stated and the balance computed."""
    is_broken = (pl.col("balance_check") == "broken") | (pl.col("continuity_check") == "broken")
    ordered = statements.sort(~is_broken, "file", "statement_index", "statement_id")
    return [_statement(row) for row in _plain(ordered.head(SMALL_ROWS_SHOWN), "the file")]


def _statement(row: Row) -> Row:
    code, closing, difference = row["currency"], row["closing_balance"], row["balance_difference"]
    computed = None if closing is None or difference is None else closing - difference

    def money(minor: int | None) -> str:
        return "" if minor is None else shown.amount(minor, code)

    return {
        **row,
        "number": row["statement_number"] or "",
        "opening": money(row["opening_balance"]),
        "closing": money(closing),
        "computed": money(computed),
        "difference": money(difference),
        "balance": shown.words(row["balance_check"]),
        "continuity": shown.words(row["continuity_check"]),
    }


def reject_page_rows(rejects: pl.DataFrame) -> list[Row]:
    """Give the records that could not be read, in file order."""
    ordered = rejects.sort("file", "record", "line_number", "field", "code", nulls_last=True)
    return [
        row | {"cause": shown.words(row["code"])}
        for row in _plain(ordered.head(SMALL_ROWS_SHOWN), "the file")
    ]


def _plain(frame: pl.DataFrame, where: str) -> list[Row]:
    """Spell out and cut the text columns of a frame and give its rows."""
    limits = {
        name: _EVIDENCE_LIMIT if name in _EVIDENCE_COLUMNS else _TEXT_LIMIT
        for name, kind in frame.schema.items()
        if kind == pl.String
    }
    safe = [clipped(spelled_out(pl.col(name)), limit, where) for name, limit in limits.items()]
    return frame.with_columns(safe).to_dicts()


def evidence(sentence: str) -> dict[str, list[Any]]:
    """Split a sentence of the matcher into what it says and what it weighs; every part is in one of them.

    >>> evidence("nearest: 7; amount: exact +9.4 bits; total +9.4 bits")
    {'said': ['nearest: 7'], 'weighed': [('amount: exact', '+9.4'), ('total', '+9.4')]}
    """
    said: list[str] = []
    weighed: list[tuple[str, str]] = []
    for part in filter(None, sentence.split("; ")):
        found = _WEIGHED.fullmatch(part)
        if found:
            weighed.append((found[1], found[2]))
        else:
            said.append(part)
    return {"said": said, "weighed": weighed}


def _line(row: Row) -> Row:
    return {
        "line_id": row["line_id"],
        "booking_date": row["booking_date"].isoformat(),
        "amount": shown.amount(row["amount"], row["currency"]),
        "amount_minor": row["amount"],
        "currency": row["currency"],
        "payer_name": row["payer_name"],
        "payer_account": row["payer_account"],
        "remittance": row["remittance"],
        "account": row["account"],
        # The name alone is enough to find it; the inputs name each file in full.
        "place": f"{_FOLDERS.sub('', row['file'])}, record {row['record']}",
    }


def _sets(wanted: pl.DataFrame, lines: pl.DataFrame) -> dict[str, list[Row]]:
    """Group allocations by line and rank: line id to its sets, best first."""
    shown_lines = wanted.join(lines.select("line_id"), on="line_id", how="semi")
    order = [name for name in tables.ALLOCATION_ORDER if name in shown_lines.columns]
    rows = _plain(shown_lines.sort([*order, "because"], nulls_last=True), "allocations.csv")
    found: dict[str, list[Row]] = {}
    for (line_id, _rank), members in groupby(rows, key=lambda row: (row["line_id"], row["rank"])):
        by_kind = sorted(members, key=lambda row: KINDS.index(row["kind"]))
        found.setdefault(line_id, []).append(_set(by_kind))
    return found


def _set(members: list[Row]) -> Row:
    reasons = list(dict.fromkeys(row["because"] for row in members if row["because"]))
    return {
        "confidence": shown.probability(members[0]["confidence_ppm"]),
        "because": [evidence(reason) for reason in reasons[:_SET_LIMIT]],
        "more_items": max(0, len(members) - _SET_LIMIT),
        "items": [
            {
                "number": row["item_number"] or row["item_id"],
                "kind": "" if row["kind"] == "payment" else shown.words(row["kind"]),
                "amount": shown.amount(row["amount"], row["currency"]),
                "currency": row["currency"],
            }
            for row in members[:_SET_LIMIT]
        ],
    }
