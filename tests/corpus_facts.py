"""Compare what a format read with the facts that the index of the corpus states for the file."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import polars as pl

from recon.api import exponents

if TYPE_CHECKING:
    from recon.api import ParsedStatements
    from tests.corpus_index import Case

# Norma 43 names the currency by its number.
_ISO_BY_NUMBER = {"978": "EUR"}


def differences(case: Case, parsed: ParsedStatements) -> list[str]:
    """List the facts that do not hold, as `fact: stated, read`; empty if all hold.

    Counts include rejects: a record that was counted and refused with its reason is not lost. Sums and balances are
    compared where every record was read. Most sources count what the bank booked, some its details; either count will do.
    """
    found = [
        f"{fact}: {case.facts[fact]}, {counts[0]}"
        for fact, counts in _counts(case, parsed).items()
        if case.number(fact) not in {None, *counts}
    ]
    # A reject that is no entry may be a balance, and then there is nothing to compare.
    is_balance_lost = parsed.rejects["record"].null_count() > 0
    if "balances" in case.facts and not is_balance_lost:
        balances = _balances(parsed)
        if case.facts["balances"] != balances:
            found.append(f"balances: {case.facts['balances']}, {balances}")
    found += _currencies(case, parsed)
    if parsed.rejects.is_empty():
        found += _amounts(case, parsed)
    return found


def _counts(case: Case, parsed: ParsedStatements) -> dict[str, tuple[int, ...]]:
    """Count what the index counts; where there are several ways to count, any of them will do."""
    booked = bookings(parsed)
    accounts = set(parsed.statements["account"])
    if case.format == "ofx":
        # There, the index counts the accounts of the other parties too.
        accounts |= set(parsed.lines["payer_account"].drop_nulls())
    return {
        "tx": (int(parsed.statements["line_count"].sum()), booked),
        "entries": (booked,),
        "stmts": (len(parsed.statements),),
        "accts": (len(accounts),),
    }


def bookings(parsed: ParsedStatements) -> int:
    """Count what the bank booked: the lines of a batch were one booking."""
    batch = parsed.lines["batch"]
    return batch.null_count() + batch.drop_nulls().n_unique() + parsed.rejects["record"].count()


def _currencies(case: Case, parsed: ParsedStatements) -> list[str]:
    """Compare the accounts' currencies; the index also names those in which amounts were instructed or converted."""
    codes = filter(None, case.facts.get("ccy", "").split(","))
    stated = {_ISO_BY_NUMBER.get(code, code) for code in codes}
    of_accounts = set(parsed.statements["currency"])
    others = {*parsed.lines["currency"], *parsed.lines["original_currency"].drop_nulls()}
    holds = not stated or not of_accounts or of_accounts <= stated <= of_accounts | others
    return [] if holds else [f"ccy: {case.facts['ccy']}, {','.join(sorted(of_accounts))}"]


def _balances(parsed: ParsedStatements) -> str:
    booked = parsed.lines.filter(pl.col("status") == "booked")
    sums = booked.group_by("statement_index").agg(total=pl.col("amount").sum())
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
