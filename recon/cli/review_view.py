"""A line of the queue as a person sees it: who, what, why it waits, and each suggestion with its evidence in bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from recon.protocols import Standing


def shown(row: dict[str, Any], standing: Standing, place: str) -> str:
    """Lay a line out.

    Args:
        row: a row of Queue.
        standing: the record of that line.
        place: where in the queue it stands, in words.
    """
    from recon.money import format_minor
    from recon.report.text import spell_out

    amount = f"{format_minor(row['amount'], row['currency'])} {row['currency']}"
    account = f" ({row['payer_account']})" if row["payer_account"] else ""
    rows = [
        "",
        f"-- {place}: {row['line_id']}  {row['booking_date']}  {amount}  {row['age_days']} days old",
        f"   {row['payer_name'] or 'no name'}{account}",
        f"   {row['remittance'] or 'no text'}",
        f"   {row['fate']}: {row['reason'].replace('_', ' ')}",
    ]
    rows += [f"   {row[name]}" for name in ("note", "comment") if row[name]]
    if row["owner"]:
        rows.append(f"   looked after by {row['owner']}")
    if row["awaiting_no"]:
        rows.append(
            f"   decision {row['awaiting_no']} waits for {row['approvals_missing']} approval(s)"
        )
    mine = standing.allocation_log.filter(
        (standing.allocation_log["decision_no"] == row["decision_no"])
        & (standing.allocation_log["status"] == "suggested")
    )
    for rank in mine["rank"].unique().sort():
        rows += _suggestion(mine.filter(mine["rank"] == rank), row["currency"])
    return "\n".join(spell_out(text) for text in rows) + "\n"


def _suggestion(parts: pl.DataFrame, currency: str) -> list[str]:
    """Lay one suggestion out: what it pays, how sure it is, and why."""
    from recon.money import format_minor

    first = parts.row(0, named=True)
    whole, rest = divmod(first["confidence_ppm"], 10_000)
    sure = f"{whole}.{rest // 100:02d} %"
    told = [f"   [{first['rank']}] {sure} sure"]
    told += [
        f"       {format_minor(one['amount'], currency):>14} {one['kind'].replace('_', ' ')}"
        f" {one['item_number'] or ''}"
        for one in parts.iter_rows(named=True)
    ]
    return [*told, *(f"       {why.strip()}" for why in first["because"].split(";"))]
