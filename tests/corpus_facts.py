"""Compare what a format read with the facts that the index of the corpus states for the file."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import polars as pl

from recon.api import exponents

if TYPE_CHECKING:
    from recon.api import ParsedStatements
    from tests.corpus_index import Case


def differences(case: Case, parsed: ParsedStatements) -> list[str]:
    """List the facts that do not hold, as `fact: stated, read`; empty if all hold.

    Counts include rejects: a record that was counted and refused with its reason is not lost. Sums and balances are
    compared where every record was read.
    """
    found = []
    counted = int(parsed.statements["line_count"].sum())
    if case.number("tx") not in {None, counted}:
        found.append(f"tx: {case.facts['tx']}, {counted}")
    statements = len(parsed.statements)
    if case.number("stmts") not in {None, statements}:
        found.append(f"stmts: {case.facts['stmts']}, {statements}")
    if "balances" in case.facts:
        balances = _balances(parsed)
        if case.facts["balances"] != balances:
            found.append(f"balances: {case.facts['balances']}, {balances}")
    found += _currencies(case, parsed)
    if not parsed.rejects["record"].count():
        found += _amounts(case, parsed)
    return found


def _currencies(case: Case, parsed: ParsedStatements) -> list[str]:
    stated = case.facts.get("ccy")
    read = ",".join(sorted(set(parsed.statements["currency"])))
    return [f"ccy: {stated}, {read}"] if stated and stated != read and read else []


def _balances(parsed: ParsedStatements) -> str:
    sums = parsed.lines.group_by("statement_index").agg(total=pl.col("amount").sum())
    checked = (
        parsed.statements.join(sums, on="statement_index", how="left")
        .filter(
            pl.col("opening_balance").is_not_null(),
            pl.col("closing_balance").is_not_null(),
        )
        .select(
            holds=pl.col("opening_balance") + pl.col("total").fill_null(0)
            == pl.col("closing_balance")
        )
    )
    good = int(checked["holds"].sum())
    return f"{good} ok/{len(checked) - good} bad"


def _amounts(case: Case, parsed: ParsedStatements) -> list[str]:
    """Compare sum and balances.

    `open` is the first statement's; `sumtx`, `credits` and `debits` are the file's; `close` is the last statement's, for
    OFX the first's.
    """
    if parsed.statements.is_empty():
        return []
    first, last = parsed.statements.row(0, named=True), parsed.statements.row(-1, named=True)
    closed = first if case.format == "ofx" else last
    amount = pl.col("amount")
    money_in = int(parsed.lines.select(amount.filter(amount > 0).sum()).item())
    read = {
        "credits": (money_in, first["currency"]),
        "debits": (money_in - int(parsed.lines["amount"].sum()), first["currency"]),
        "open": (first["opening_balance"], first["currency"]),
        "close": (closed["closing_balance"], closed["currency"]),
        "sumtx": (int(parsed.lines["amount"].sum()), first["currency"]),
    }
    found = []
    for fact, (minor, currency) in read.items():
        stated = _decimal(case.facts.get(fact))
        if stated is None:
            continue
        value = None if minor is None else Decimal(minor).scaleb(-exponents()[currency])
        if value != stated:
            found.append(f"{fact}: {stated}, {value}")
    return found


def _decimal(text: str | None) -> Decimal | None:
    try:
        return None if not text else Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
