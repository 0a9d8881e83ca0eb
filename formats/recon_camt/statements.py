"""Statements of a document: account, period, balances, declared totals. In: texts of all its statements. Out: frames.

Balances are given as the bank wrote them; nothing is derived. What the bank declares of its entries is compared with
what was read, and a difference is a finding.

Source: ISO 20022 message definition report camt.053, CashBalance (OPBD, PRCD, ITBD, CLBD) and TotalTransactions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon.api import NO_CURRENCY, exponents
from recon_camt.extras import Pairs, objects, spread
from recon_camt.leaves import Leaves
from recon_camt.noise import without_noise
from recon_camt.paths import KINDS, Level
from recon_camt.values import date, minor, sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon_camt.leaves import Owners, Texts
    from recon_camt.paths import Paths

ACCOUNT: Final = (
    "Acct/Id/IBAN",
    "Acct/Id/Othr/Id",
    "Acct/Id/BBAN",
    "Acct/Id/UPIC",
    "Acct/Id/PrtryAcct/Id",
)
_NUMBER: Final = ("LglSeqNb", "ElctrncSeqNb", "Id")
_PAGE: Final = ("StmtPgntn/PgNb", "RptPgntn/PgNb", "NtfctnPgntn/PgNb")
_BALANCE_TYPE: Final = ("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Cd", "Tp/Prtry")
_BALANCE_SHOWN: Final = frozenset({*_BALANCE_TYPE, "Amt", "Amt@Ccy", "CdtDbtInd", "Dt/Dt"})


@dataclass(frozen=True, slots=True)
class StatementTexts:
    """All that a document says of its statements, numbered through."""

    messages: Owners
    statements: Owners
    balances: Owners
    texts: Texts


def accounts(leaves: Leaves) -> pl.Series:
    """Give the account of each statement as the bank wrote it, blanks removed; '' if it is not said."""
    return leaves.first(*ACCOUNT).str.replace_all(r"\s", "").fill_null("")


def read_statements(
    told: StatementTexts,
    paths: Paths,
    entry_currency: pl.Series,
    fallback: str | None,
    *,
    is_rounded: bool = False,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read all statements of a document.

    Args:
        told: owners and texts.
        paths: the names of paths.
        entry_currency: the currency of each statement's entries; null where they have none or several.
        fallback: the currency that the policy names.
        is_rounded: read balances without the noise of binary numbers (noise.py).

    Returns:
        columns of ReadStatements but line_count and reader, with the declared totals; and faults of balances:
        statement, start, field, code, reason, excerpt.
    """
    count = len(told.statements)
    leaves = Leaves(paths, Level.STATEMENT, told.texts, count)
    balances = _balances(told, paths, is_rounded=is_rounded)
    named = pl.DataFrame(
        {
            "statement_index": pl.int_range(count, dtype=pl.Int64, eager=True),
            "account": accounts(leaves),
            "kind": _kinds(told.statements, paths),
            "statement_number": leaves.first(*_NUMBER),
            "page": leaves.first(*_PAGE).str.to_integer(strict=False),
            "own": leaves.first("Acct/Ccy"),
            "of_entries": entry_currency,
            "entries": leaves.first("TxsSummry/TtlNtries/NbOfNtries"),
            "credits": leaves.first("TxsSummry/TtlCdtNtries/Sum"),
            "debits": leaves.first("TxsSummry/TtlDbtNtries/Sum"),
            "from": leaves.first("FrToDt/FrDtTm", "FrToDt/FrDt"),
            "to": leaves.first("FrToDt/ToDtTm", "FrToDt/ToDt"),
            "made": leaves.first("CreDtTm"),
            "start": told.statements.start,
        }
    )
    booked = balances.filter(pl.col("rank").is_not_null()).sort("statement", "rank")
    of_balance = booked.group_by("statement", maintain_order=True).agg(
        pl.col("currency").first().alias("of_balances")
    )
    named = named.join(
        of_balance,
        left_on="statement_index",
        right_on="statement",
        how="left",
        maintain_order="left",
    ).with_columns(
        currency=pl.coalesce(
            _code("own"),
            _code("of_balances"),
            "of_entries",
            pl.lit(fallback, dtype=pl.String),
            pl.lit(NO_CURRENCY),
        )
    )
    chosen = _chosen(balances, named)
    rows = named.join(
        chosen, left_on="statement_index", right_on="statement", how="left", maintain_order="left"
    )
    extras = _extras(told, paths, leaves, balances, rows)
    faults = balances.filter(pl.col("code").is_not_null()).select(
        "statement", "start", "currency", "field", "code", "reason", "excerpt"
    )
    return rows.with_columns(extras.alias("extras")), faults


def _code(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_in(list(exponents()))).then(name)


def _kinds(statements: Owners, paths: Paths) -> pl.Series:
    kind = {number: KINDS[paths.name(number)] for number in set(statements.path.tolist())}
    return pl.Series([kind[number] for number in statements.path.tolist()], dtype=pl.String)


def _balances(told: StatementTexts, paths: Paths, *, is_rounded: bool) -> pl.DataFrame:
    """Read every balance: statement, type, signed amount, day; and its fault where it is not certain."""
    leaves = Leaves(paths, Level.BALANCE, told.texts, len(told.balances))
    frame = pl.DataFrame(
        {
            "statement": told.balances.parent,
            "start": told.balances.start,
            "type": leaves.first(*_BALANCE_TYPE),
            "text": leaves.first("Amt"),
            "currency": leaves.first("Amt@Ccy"),
            "indicator": leaves.first("CdtDbtInd"),
            "day": leaves.first("Dt/Dt", "Dt/DtTm"),
        }
    ).with_row_index("number")
    text = frame["text"]
    if is_rounded:
        pairs = frame.select("text", "currency").rows()
        text = pl.Series([without_noise(*pair) for pair in pairs], dtype=pl.String)
    size = pl.lit(minor(text, frame["currency"]))
    # An amount without indicator is taken as a credit here, and kept only where the entries prove it.
    is_unsigned = pl.col("indicator").is_null() & (size != 0)
    amount = size * pl.when(is_unsigned | (size == 0)).then(1).otherwise(sign(pl.col("indicator")))
    rank = pl.col("type").replace_strict(
        {"OPBD": 0, "CLBD": 1, "PRCD": 2, "ITBD": 3}, default=None, return_dtype=pl.Int64
    )
    frame = frame.with_columns(
        number=pl.col("number").cast(pl.Int64),
        amount=amount,
        is_unsigned=is_unsigned,
        rank=rank,
        date=date(pl.col("day")),
    )
    is_faulty = pl.col("rank").is_not_null() & pl.col("amount").is_null()
    shown = pl.format(
        '<Amt Ccy="{}">{}</Amt>', pl.col("currency").fill_null(""), pl.col("text").fill_null("")
    )
    said = pl.format("the balance {} has no amount that is certain", "type")
    return frame.with_columns(
        field=pl.lit("Bal"),
        code=pl.when(is_faulty).then(pl.lit("no-balance")),
        reason=said,
        excerpt=shown,
    )


def _chosen(balances: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Choose opening and closing balance of each statement.

    Opening is OPBD, else PRCD, else the first of several interim balances (a page); closing is CLBD, else the last
    interim one. Several of one type belong to several days: the first day opens, the last one closes. Two of one type
    and day that differ decide nothing.
    """
    own = (
        balances.lazy()
        .join(
            named.lazy().select("statement_index", account_currency="currency"),
            left_on="statement",
            right_on="statement_index",
        )
        .filter(pl.col("rank").is_not_null(), pl.col("currency") == pl.col("account_currency"))
        .sort("statement", "number")
    )
    interim = pl.col("rank") == 3
    has_closing = (pl.col("rank") == 1).any().over("statement")
    is_last = pl.col("number") == pl.col("number").filter(interim).last().over("statement")
    own = own.with_columns(
        opens=pl.when(pl.col("rank") == 0)
        .then(0)
        .when(pl.col("rank") == 2)
        .then(1)
        .when(interim & (has_closing | ~is_last))
        .then(2),
        closes=pl.when(pl.col("rank") == 1).then(0).when(interim).then(1),
    )
    opening = _extreme(own, "opens", "opening", is_first=True)
    closing = _extreme(own, "closes", "closing", is_first=False)
    return opening.join(closing, on="statement", how="full", coalesce=True).collect()


def _extreme(own: pl.LazyFrame, kind: str, name: str, *, is_first: bool) -> pl.LazyFrame:
    best = own.filter(pl.col(kind) == pl.col(kind).min().over("statement"))
    is_interim = pl.col("rank") == 3
    day = pl.col("date").min() if is_first else pl.col("date").max()
    # Interim balances of one day follow each other; any others of one day must agree.
    of_day = best.filter(
        (pl.col("date") == day.over("statement")) | pl.col("date").is_null() | is_interim
    )
    grouped = of_day.sort("statement", "number").group_by("statement", maintain_order=True)
    pick = pl.col("amount").first() if is_first else pl.col("amount").last()
    is_certain = (pl.col("amount").n_unique() == 1) | is_interim.all()
    is_told = is_certain & pick.is_not_null()
    picked = pl.first if is_first else pl.last
    return grouped.agg(
        pl.when(is_certain).then(pick).alias(f"{name}_balance"),
        pl.when(is_told).then(picked("date")).alias(f"{name}_date"),
        pl.when(is_told).then(picked("number")).alias(f"{name}_number"),
        pl.when(is_told).then(picked("is_unsigned")).alias(f"{name}_is_unsigned"),
        pl.when(~is_certain).then(picked("type")).alias(f"{name}_doubt"),
    )


def _extras(
    told: StatementTexts,
    paths: Paths,
    leaves: Leaves,
    balances: pl.DataFrame,
    rows: pl.DataFrame,
) -> pl.Series:
    found = [
        *_of_messages(told, paths),
        *_of_statements(leaves, rows),
        *_of_balances(told, paths, balances, rows),
    ]
    return objects(found, len(rows))


def _of_messages(told: StatementTexts, paths: Paths) -> Iterator[Pairs]:
    """Give what the message says, and the envelope around it, to each of its statements."""
    parent = told.statements.parent
    for level, above in ((Level.OUTSIDE, np.zeros_like(parent)), (Level.MESSAGE, parent)):
        leaves = Leaves(paths, level, told.texts, max(len(told.messages), 1))
        for words in leaves.paths():
            rows = leaves.rows(words)
            line, said = spread(above, leaves.owner[rows])
            yield Pairs(line, words, leaves.texts(rows[said]))


def _of_statements(leaves: Leaves, rows: pl.DataFrame) -> Iterator[Pairs]:
    for words in leaves.paths():
        at = leaves.rows(words)
        line = leaves.owner[at]
        text = leaves.texts(at)
        shown: pl.Series | None = None
        if words in ACCOUNT:
            shown = rows["account"][line]
        elif words in _NUMBER:
            shown = rows["statement_number"][line]
        elif words in _PAGE:
            shown = rows["page"].cast(pl.String)[line]
        elif words == "Acct/Ccy":
            shown = rows["currency"][line]
        if shown is not None:
            if text.equals(shown):
                continue
            kept = text.ne_missing(shown)
            line, text = line[kept.to_numpy()], text.filter(kept)
        yield Pairs(line, words, text)


def _of_balances(
    told: StatementTexts, paths: Paths, balances: pl.DataFrame, rows: pl.DataFrame
) -> Iterator[Pairs]:
    """Keep all balances but the chosen ones whole, numbered in the order of their statement."""
    leaves = Leaves(paths, Level.BALANCE, told.texts, len(told.balances))
    chosen = np.zeros(len(balances), bool)
    for name in ("opening_number", "closing_number"):
        chosen[rows[name].drop_nulls().to_numpy()] = True
    parent = told.balances.parent
    nth = np.arange(len(parent)) - np.searchsorted(parent, parent) + 1
    at, names = [], []
    for words in leaves.paths():
        said = leaves.rows(words)
        if words in _BALANCE_SHOWN:
            said = said[~chosen[leaves.owner[said]]]
        at.append(said)
        names.append(pl.Series([words]).new_from_index(0, len(said)))
    if not at:
        return
    every = np.concatenate(at)
    owner = leaves.owner[every]
    named = pl.DataFrame({"number": nth[owner], "words": pl.concat(names)})
    key = named.select(pl.format("Bal[{}]/{}", "number", "words")).to_series()
    yield Pairs(parent[owner], key, leaves.text[every])
