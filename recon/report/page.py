"""report.html: one page that opens offline and says where every cent stands.

In: a RunView. Out: bytes. The page names no outside resource, and its own policy allows nothing but its one
style sheet and its one script, by their hashes. All text of banks and books is escaped by the template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from recon.report import assets, batch_rows, charts, page_rows, shown, tables
from recon.report.summary import run_id
from recon.report.text import spell_out
from recon.report.totals import PARTS, ControlTotals, Part, tie_out

if TYPE_CHECKING:
    import polars as pl

    from recon.protocols import InputFile, RunView

_OPEN_PARTS = ("on_account", "suggested", "unmatched")


def render_page(view: RunView) -> bytes:
    """Render the whole report.

    Raises:
        IdentityBroken: the totals do not tie; a page that does not tie is never written.
    """
    environment = assets.environment()
    style = assets.asset(environment, "page.css")
    script = assets.asset(environment, "page.js")
    template = environment.get_template("page.html.j2")
    html = template.render(
        _content(view),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        style_hash=assets.source_hash(style),
        script_hash=assets.source_hash(script),
    )
    return html.encode()


def _content(view: RunView) -> dict[str, Any]:
    totals = tie_out(view)
    exceptions = tables.exception_rows(view)
    applied = page_rows.applied_lines(view)
    first_exceptions, more_exceptions = tables.first_rows(exceptions, page_rows.EXCEPTIONS_SHOWN)
    first_applied, more_applied = tables.first_rows(applied, page_rows.APPLIED_SHOWN)
    return {
        "as_of": view.as_of.isoformat(),
        "policy_hash": view.policy_hash,
        "run_id": run_id(view),
        "shown": shown,
        "headline": _headline(view, exceptions.height),
        "warnings": _warnings(view),
        "totals": [_totals(each) for each in totals],
        "books": _books(view),
        "ageing": _ageing(exceptions),
        "exceptions": page_rows.exception_page_rows(view, first_exceptions),
        "exceptions_count": exceptions.height,
        "exceptions_more": more_exceptions,
        "applied": page_rows.applied_page_rows(view, first_applied),
        "applied_count": applied.height,
        "applied_more": more_applied,
        "batches": batch_rows.batch_page_rows(view, page_rows.SMALL_ROWS_SHOWN),
        "batches_count": 0 if view.batches is None else view.batches.height,
        "others": page_rows.other_page_rows(view),
        "statements": page_rows.statement_page_rows(view.statements),
        "statements_count": view.statements.height,
        "rejects": page_rows.reject_page_rows(view.rejects),
        "rejects_count": view.rejects.height,
        "inputs": [_input(file) for file in _ordered(view.inputs)],
        "inputs_count": len(view.inputs),
        "small_rows_shown": page_rows.SMALL_ROWS_SHOWN,
    }


def _headline(view: RunView, exceptions: int) -> str:
    """Say the result in one sentence: what was applied, and what is left to do."""
    credits_ = view.lines.filter(view.lines["amount"] >= 0)
    fates = credits_.join(view.decisions.select("line_id", "fate"), on="line_id")["fate"]
    receivable = credits_.height - int((fates == "not_receivable").sum())
    applied = int((fates == "applied").sum())
    first = f"{shown.number(applied)} of {shown.counted(receivable, 'receipt')} applied"
    left = (
        f"{shown.counted(exceptions, 'line')} left to look at"
        if exceptions
        else "nothing left to look at"
    )
    return f"{first}, {left}."


def _warnings(view: RunView) -> list[dict[str, str]]:
    """Name what a reader must know before any figure, each with the section that has the details."""
    quarantined = sum(file.state == "quarantined" for file in view.inputs)
    broken = view.statements.filter(balance_check="broken").height
    gaps = view.statements.filter(continuity_check="broken").height
    held = int(view.lines["is_held"].sum())
    unread = "could not be read and is in no figure below"
    found = (
        (quarantined, "file", unread, "could not be read and are in no figure below", "inputs"),
        (
            view.rejects.height,
            "record",
            unread,
            "could not be read and are in no figure below",
            "rejects",
        ),
        (broken, "statement", "does not balance", "do not balance", "statements"),
        (
            gaps,
            "statement",
            "does not continue the one before",
            "do not continue the one before",
            "statements",
        ),
        (
            held,
            "line",
            "is held until its statement is released",
            "are held until their statement is released",
            "exceptions",
        ),
    )
    return [
        {"text": f"{shown.counted(count, noun)} {one if count == 1 else many}", "anchor": anchor}
        for count, noun, one, many, anchor in found
        if count
    ]


def _totals(totals: ControlTotals) -> dict[str, Any]:
    def row(part: Part) -> dict[str, Any]:
        return {
            "name": part.name,
            "words": shown.words(part.name),
            "count": shown.number(part.count),
            "amount": shown.amount(part.amount, totals.currency),
            "share": shown.share(part.amount, totals.received.amount),
            "is_zero": not part.amount and not part.count,
        }

    # Money given back is rare, so its row stands there only when there is some.
    present = [p for p in totals.parts if p.name != "refunded" or p.amount or p.count]
    return {
        "currency": totals.currency,
        "received": row(totals.received),
        "parts": [row(part) for part in present],
        "held": row(totals.held) if totals.held.count else None,
        "debits": [row(part) for part in totals.debits],
        "settled": [row(part) for part in totals.settled],
        "open": shown.amount(totals.open_amount, totals.currency),
        "bar": charts.fate_bar(totals),
        "legend": [name for name in PARTS if totals.part(name).amount > 0],
    }


def _ageing(exceptions: pl.DataFrame) -> list[dict[str, Any]]:
    rows = tables.ageing_rows(exceptions).rows(named=True)
    found: dict[str, dict[str, Any]] = {}
    for code in dict.fromkeys(row["currency"] for row in rows):
        own = {row["age_bucket"]: row for row in rows if row["currency"] == code}
        largest = charts.largest([row["amount"] for row in own.values()])
        buckets = []
        for bucket in tables.AGE_BUCKETS:
            count, minor = (
                (own[bucket]["count"], own[bucket]["amount"]) if bucket in own else (0, 0)
            )
            amount = shown.amount(minor, code)
            label = f"{bucket} days: {amount} {code}"
            bar = charts.age_bar(minor, largest, label)
            buckets.append({"bucket": bucket, "count": count, "amount": amount, "bar": bar})
        found[code] = {"currency": code, "buckets": buckets}
    return list(found.values())


def _books(view: RunView) -> list[dict[str, Any]]:
    rows = tables.books_rows(view).rows(named=True)
    money = ("open_before", "settled_amount", "open_after")
    return [
        row | {name: shown.amount(row[name], row["currency"]) for name in money} for row in rows
    ]


def _ordered(inputs: tuple[InputFile, ...]) -> list[InputFile]:
    """Put quarantined files first, then all by role and name; only so many are shown."""
    ordered = sorted(inputs, key=lambda f: (f.state != "quarantined", f.role, f.name, f.sha256))
    return ordered[: page_rows.SMALL_ROWS_SHOWN]


def _input(file: InputFile) -> dict[str, Any]:
    return {
        "name": spell_out(file.name),
        "role": shown.words(file.role),
        "format": file.format or "",
        "state": file.state,
        "size": shown.number(file.size_bytes),
        "sha256": file.sha256,
        "error": spell_out(file.error or ""),
    }
