"""The report `proof-of-cash`: the four-column proof of every account over the period since an earlier Standing.

In: a Standing and an earlier one (without it, the period begins before the first line). Out: the body of the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.report import shown
from recon.report.sheet import Column
from recon.report.standing import cash
from recon.report.standing.document import Body, Table, control_totals, earlier_of
from recon.report.standing.proof import Proof, Row, carried_over

if TYPE_CHECKING:
    from recon.protocols import Standing
    from recon.report.standing.document import Asked

_COLUMNS: Final = ("opening", "receipts", "disbursements", "closing")
PROOF: Final = (
    Column("account", "Account", 24),
    Column("side", "Side", 8),
    Column("row", "Row", 44),
    *(Column(name, name.capitalize(), 16, "money") for name in _COLUMNS),
    Column("currency", "Currency", 9),
)
# What is missing in the books, as rows of the proof: column of `_movements`, label, whether it is money received.
_MISSING: Final = (
    ("outstanding_in", "Outstanding receipts, not posted yet", True),
    ("outstanding_out", "Outstanding payments, not posted yet", False),
    ("elsewhere_in", "Receipts recorded elsewhere", True),
    ("elsewhere_out", "Payments recorded elsewhere", False),
)
_SUMS: Final = (
    "lines_in",
    "lines_out",
    "posted_in",
    "posted_out",
    *(name for name, _, _ in _MISSING),
)


def build_proof_of_cash(standing: Standing, asked: Asked) -> Body:
    """Prove the cash of every account.

    Raises:
        IdentityBroken: a row does not add across.
        ConfigurationError: the earlier Standing is a later one.
    """
    earlier = earlier_of(standing, asked)
    now, before = _sums(standing), None if earlier is None else _sums(earlier)
    rows: list[tuple[Any, ...]] = []
    proven = 0
    for key, sums in now.items():
        proof = prove_account(sums, None if before is None else before.get(key))
        proven += proof.is_proven
        rows += [(*key, side, row.label, *row.amounts) for side, row in proof.rows]
    schema = dict.fromkeys(("account", "currency", "side", "row"), pl.String)
    laid = pl.DataFrame(rows, schema=schema | dict.fromkeys(_COLUMNS, pl.Int128), orient="row")
    since = "its first statement" if earlier is None else earlier.as_of.isoformat()
    return Body(
        headline=f"The cash of {shown.number(proven)} of {shown.counted(len(now), 'account')} is proven since {since}.",
        totals=tuple(
            control_totals(
                "correct closing",
                laid.filter(pl.col("row") == "Correct balance per bank"),
                "closing",
            )
            + control_totals("difference", laid.filter(pl.col("row") == "Difference"), "closing")
        ),
        tables=(Table("proof", f"Proof of cash since {since}", PROOF, laid),),
    )


def prove_account(now: dict[str, int], before: dict[str, int] | None) -> Proof:
    """Prove one account from its sums at both ends of the period.

    Args:
        now: sums in minor units: opening, bank_balance, and money in and out of lines, of postings, and of what
            is missing in the books (money out is negative).
        before: the same at the start; None: before the first line.
    """
    start = before or dict.fromkeys(_SUMS, 0) | {"bank_balance": now["opening"]}
    moved = {name: now[name] - start[name] for name in _SUMS}
    opening, closing = start["bank_balance"], now["bank_balance"]
    # What the balances moved and no line tells, a gap in the feed, is a movement of the bank without an item.
    untold = closing - opening - moved["lines_in"] - moved["lines_out"]
    untold_in, untold_out = max(untold, 0), max(-untold, 0)
    bank = Row(
        "Balance per bank",
        opening,
        moved["lines_in"] + untold_in,
        -moved["lines_out"] + untold_out,
        closing,
    )
    gap_before = opening - now["opening"] - start["lines_in"] - start["lines_out"]
    gap = Row(
        "Moved by the bank, told by no line",
        -gap_before,
        -untold_in,
        -untold_out,
        -gap_before - untold,
    )
    books = Row(
        "Balance per books",
        now["opening"] + start["posted_in"] + start["posted_out"],
        moved["posted_in"],
        -moved["posted_out"],
        now["opening"] + now["posted_in"] + now["posted_out"],
    )
    missing = tuple(
        carried_over(label, start[name], now[name], is_receipt=is_receipt)
        for name, label, is_receipt in _MISSING
    )
    return Proof(
        bank=bank,
        bank_adjustments=(gap,) if any(gap.amounts) else (),
        books=books,
        books_adjustments=tuple(row for row in missing if any(row.amounts)),
    )


def _sums(standing: Standing) -> dict[tuple[str, str], dict[str, int]]:
    """Add up each account: balances, and money in and out by what became of it."""
    lines = cash.posted_lines(standing)
    is_in, is_elsewhere = pl.col("amount") >= 0, pl.col("is_elsewhere")
    movements = lines.group_by(cash.ACCOUNT).agg(
        lines_in=cash.total_where("amount", is_in),
        lines_out=cash.total_where("amount", ~is_in),
        posted_in=cash.total_where("posted", is_in),
        posted_out=cash.total_where("posted", ~is_in),
        outstanding_in=cash.total_where("missing", is_in & ~is_elsewhere),
        outstanding_out=cash.total_where("missing", ~is_in & ~is_elsewhere),
        elsewhere_in=cash.total_where("missing", is_in & is_elsewhere),
        elsewhere_out=cash.total_where("missing", ~is_in & is_elsewhere),
    )
    balances = cash.account_sums(standing).select(*cash.ACCOUNT, "opening", "bank_balance")
    joined = balances.join(movements, on=cash.ACCOUNT, how="left").sort(cash.ACCOUNT)
    filled = joined.with_columns(pl.col(name).fill_null(0) for name in _SUMS)
    return {
        (row["account"], row["currency"]): {
            name: row[name] for name in (*_SUMS, "opening", "bank_balance")
        }
        for row in filled.iter_rows(named=True)
    }
