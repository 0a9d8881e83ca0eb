"""Decide signs that banks leave in doubt, where the balances prove them. In: statements, sums of lines. Out: signs, findings.

Opening balance plus booked entries is the closing balance. Where a balance comes without its mandatory CdtDbtInd, and
just one choice of signs makes that hold, it is taken; a statement without entries proves nothing, and follows the other
statements of its file if all of them prove credits; otherwise such a balance is none.

By the standard an entry's sign is CdtDbtInd, and RvslInd only says that it reverses an earlier one. Some banks write
the sign of the reversed entry instead. One reading is right if it makes the statement balance and the other does not;
where nothing proves a flip, the standard holds.

Source: ISO 20022 camt.053 ReportEntry, ReversalIndicator; OCA/bank-statement-import issue 375.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import polars as pl


class StatementFinding(NamedTuple):
    """What is to be said of a statement, which is named by its number."""

    statement: int
    text: str


def is_unsigned() -> pl.Expr:
    """Say of which statements a balance has no sign."""
    unsigned = pl.col("opening_is_unsigned", "closing_is_unsigned")
    return pl.any_horizontal(unsigned.fill_null(value=False))


def with_proven_signs(
    statements: pl.DataFrame, sums: pl.DataFrame
) -> tuple[pl.DataFrame, list[StatementFinding]]:
    """Give balances without indicator their sign, or leave them out.

    Args:
        statements: of the whole document; balances in minor units.
        sums: what the lines of each statement move (recon_camt.sums).
    """
    unsigned = is_unsigned()
    if not statements.select(unsigned.any()).item():
        return statements, []
    joined = statements.join(
        sums.select("statement", "moved"),
        left_on="statement_index",
        right_on="statement",
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("moved").fill_null(0), is_unsigned=unsigned)
    opening, closing = pl.col("opening_balance"), pl.col("closing_balance")
    choices = []
    for first, last in product((1, -1), repeat=2):
        is_free = ((first == 1) | pl.col("opening_is_unsigned")) & (
            (last == 1) | pl.col("closing_is_unsigned")
        )
        holds = is_free & (opening * first + pl.col("moved") == closing * last)
        choices.append((first, last, holds.fill_null(value=False)))
    count = pl.sum_horizontal(holds.cast(pl.Int8) for _, _, holds in choices)
    is_credit = choices[0][2]
    proves_debit = (unsigned & (count == 1) & ~is_credit).any()
    proves_credit = (unsigned & (count == 1) & is_credit).any()
    follows = is_credit & proves_credit & ~proves_debit
    is_proven = (count == 1) | follows
    decided: dict[str, pl.Expr] = {}
    for index, name in ((0, "opening"), (1, "closing")):
        signed = pl.sum_horizontal(
            pl.when(choice[2] & ((count == 1) | (choice[0] == choice[1] == 1)))
            .then(pl.col(f"{name}_balance") * choice[index])
            .otherwise(0)
            for choice in choices
        )
        own = pl.when(~pl.col(f"{name}_is_unsigned")).then(f"{name}_balance")
        decided[f"{name}_balance"] = (
            pl.when(~pl.col("is_unsigned"))
            .then(f"{name}_balance")
            .when(is_proven)
            .then(signed)
            .otherwise(own)
        )
    found = joined.with_columns(is_proven=is_proven).with_columns(**decided)
    findings = [
        StatementFinding(
            row["statement_index"],
            "its balances have no CdtDbtInd; "
            + (
                "the entries prove their sign"
                if row["is_proven"]
                else "nothing proves their sign, and they are left out"
            ),
        )
        for row in found.filter("is_unsigned").to_dicts()
    ]
    return found.drop("moved", "is_unsigned", "is_proven"), findings


def proven_reversals(
    statements: pl.DataFrame, sums: pl.DataFrame
) -> tuple[list[int], list[StatementFinding]]:
    """Find the statements that balance only with their reversals flipped: their numbers, and what is to be said."""
    gap = pl.col("closing_balance") - pl.col("opening_balance") - pl.col("moved")
    proven = (
        statements.join(sums, left_on="statement_index", right_on="statement")
        .filter(gap != 0, gap == -2 * pl.col("reversed"))
        .sort("statement_index")
    )
    chosen = proven["statement_index"].to_list()
    said = "it balances only if its reversals have the opposite sign; they were read so"
    return chosen, [StatementFinding(index, said) for index in chosen]


def with_reversals_flipped(lines: pl.DataFrame, statements: list[int]) -> pl.DataFrame:
    """Turn the amounts of these statements' reversals round."""
    if not statements:
        return lines
    is_booked = pl.col("status") == "booked"
    is_flipped = pl.col("is_reversal") & pl.col("statement").is_in(statements)
    return lines.with_columns(
        pl.when(is_flipped & is_booked)
        .then(-pl.col("amount", "original_amount"))
        .otherwise(pl.col("amount", "original_amount"))
    )
