"""The run in figures, for run.json and for the command line.

In: a RunView. Out: a plain dict with sorted keys, amounts as text with the currency's decimals.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import polars as pl

from recon.frames.decisions import FATES
from recon.money import format_minor
from recon.report import tables
from recon.report.totals import ControlTotals, Part, tie_out

if TYPE_CHECKING:
    from recon.protocols import RunView


def run_id(view: RunView) -> str:
    """Name the run by what went into it: the same inputs, policy and date give the same twelve hex digits."""
    inputs = sorted(f"{file.role} {file.sha256} {file.state}" for file in view.inputs)
    text = "\n".join([view.as_of.isoformat(), view.policy_hash, *inputs])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def summary(view: RunView) -> dict[str, Any]:
    """Give counts per fate, reason and file, control totals per currency, and what is left by age.

    Raises:
        IdentityBroken: the totals do not tie (see `totals.tie_out`).
    """
    totals = tie_out(view)
    exceptions = tables.exception_rows(view)
    found = {
        "ageing": _ageing(exceptions),
        "as_of": view.as_of.isoformat(),
        "books": _books(view),
        "counts": _counts(view, exceptions),
        "fates": _fates(view),
        "files": _files(view),
        "policy_hash": view.policy_hash,
        "run_id": run_id(view),
        "statements": _statements(view),
        "totals": {each.currency: _control_totals(each) for each in totals},
    }
    return dict(sorted(found.items()))


def _counts(view: RunView, exceptions: pl.DataFrame) -> dict[str, int]:
    return {
        "allocations_applied": view.allocations.filter(status="applied").height,
        "allocations_suggested": view.allocations.filter(status="suggested").height,
        "copies": int(view.lines["copies"].sum()),
        "entries": view.entries["entry_key"].n_unique(),
        "exceptions": exceptions.height,
        "files": len(view.inputs),
        "files_quarantined": sum(file.state == "quarantined" for file in view.inputs),
        "items": view.items.height,
        "lines": view.lines.height,
        "lines_held": int(view.lines["is_held"].sum()),
        "postings": view.entries.height,
        "rejects": view.rejects.height,
        "statements": view.statements.height,
    }


def _fates(view: RunView) -> dict[str, Any]:
    """Count lines per fate and reason; a fate that no line has is there with 0."""
    groups = view.decisions.group_by("fate", "reason").agg(pl.len().alias("lines"))
    found: dict[str, Any] = {fate: {"lines": 0, "reasons": {}} for fate in sorted(FATES)}
    for fate, reason, lines in sorted(groups.rows()):
        found[fate]["lines"] += lines
        found[fate]["reasons"][reason] = lines
    return found


def _files(view: RunView) -> list[dict[str, Any]]:
    lines = dict(view.lines.group_by("file").agg(pl.len()).rows())
    rejects = dict(view.rejects.group_by("file").agg(pl.len()).rows())
    statements = dict(view.statements.group_by("file").agg(pl.len()).rows())
    return [
        {
            "lines": lines.get(file.name, 0),
            "name": file.name,
            "rejects": rejects.get(file.name, 0),
            "role": file.role,
            "state": file.state,
            "statements": statements.get(file.name, 0),
        }
        for file in sorted(view.inputs, key=lambda file: (file.name, file.role))
    ]


def _statements(view: RunView) -> dict[str, int]:
    checks = dict(view.statements.group_by("balance_check").agg(pl.len()).rows())
    breaks = view.statements.filter(continuity_check="broken").height
    return {
        "balance_broken": checks.get("broken", 0),
        "balance_not_checkable": checks.get("not_checkable", 0),
        "balance_ok": checks.get("ok", 0),
        "continuity_broken": breaks,
        "held": int(view.statements["is_held"].sum()),
    }


def _control_totals(totals: ControlTotals) -> dict[str, Any]:
    def shown(part: Part) -> dict[str, Any]:
        return {"amount": format_minor(part.amount, totals.currency), "count": part.count}

    return {
        "debits": {part.name: shown(part) for part in sorted(totals.debits, key=_name)},
        "held": shown(totals.held),
        "received": shown(totals.received),
        "received_is": {part.name: shown(part) for part in sorted(totals.parts, key=_name)},
        "settled_beside_cash": {
            part.name: shown(part) for part in sorted(totals.settled, key=_name)
        },
    }


def _name(part: Part) -> str:
    return part.name


def _ageing(exceptions: pl.DataFrame) -> dict[str, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for code, bucket, count, amount in tables.ageing_rows(exceptions).rows():
        found.setdefault(code, {})[bucket] = {"amount": format_minor(amount, code), "count": count}
    return found


def _books(view: RunView) -> dict[str, dict[str, Any]]:
    return {
        row["currency"]: {
            "items": row["items"],
            "items_settled": row["items_settled"],
            "open_after": format_minor(row["open_after"], row["currency"]),
            "open_before": format_minor(row["open_before"], row["currency"]),
            "settled": format_minor(row["settled_amount"], row["currency"]),
        }
        for row in tables.books_rows(view).rows(named=True)
    }
