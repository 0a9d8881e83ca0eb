"""Read one OFX file whole: statements, lines, rejects; every transaction ends up in one of the two latter.

In: one file. Out: ParsedStatements. The transactions are counted in the bytes, independently of the parser, and the
count is asserted against lines plus rejects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from recon.api import (
    NO_CURRENCY,
    MalformedFile,
    ParsedStatements,
    Place,
    ReadLines,
    ReadStatements,
    Rejects,
    completed,
    exponents,
)
from recon_ofx import statements as around
from recon_ofx.drafts import build_tree, read_drafts
from recon_ofx.library import LIBRARY, confirmed
from recon_ofx.lines import with_member
from recon_ofx.options import read_options
from recon_ofx.rejects import explain, record_rejects
from recon_ofx.text import read_text
from recon_ofx.values import proven_marks, read_days, with_amounts
from recon_ofx.vocabulary import Tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon.api import SourceFile
    from recon_ofx.options import Options
    from recon_ofx.statements import Statement
    from recon_ofx.structure import Node
    from recon_ofx.text import Text

READER: Final = "ofx"
# What is said of amounts that are not their text digit for digit, by the column that has those texts.
_FINER: Final = {
    "noise": "were printed with the noise of binary numbers (9.9900000000000002); each is read to its last digit",
    "rounded": "have more decimals than their currency and were rounded half up, as `finer_amounts` says",
}


@dataclass(frozen=True, slots=True)
class _Scan:
    """The whole file, still as text: its transactions, and the tree of what stands around them."""

    text: Text
    drafts: pl.DataFrame
    root: Node
    findings: list[str]


def read(source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
    """Read one OFX file.

    Raises:
        MalformedFile: the file is no whole, legible OFX document, or the bank refused to give one.
        ConfigurationError: an option is unknown or has a wrong value.
    """
    chosen = read_options(options)
    scan = _scan(read_text(source, chosen.encoding))
    text, findings = scan.text, scan.findings
    rejects = list(around.error_responses(scan.root, text))
    statements = around.find_statements(scan.root, text, len(scan.drafts))
    if not statements:
        findings.append(_no_statement(scan, rejects))
    amounts = [node.text for node in scan.root.find_all("BALAMT") if node.text]
    marks = proven_marks([scan.drafts["amount_text"], pl.Series(amounts, dtype=pl.String)])
    currencies = _currencies(statements, scan, chosen)
    judged = judge(scan.drafts, statements, currencies, marks, chosen)
    judged, confirmed_ones, told = confirmed(judged, text)
    findings += told
    balances = read_balances(statements, marks, chosen)
    table, balance_rejects, balance_findings = lay_out_statements(
        statements, currencies, text, balances, confirmed_ones
    )
    balance_findings = [*_told_of_finer(balances, "balances"), *balance_findings]
    is_faulty = judged["fault"].is_not_null()
    rejects += [*record_rejects(judged.filter(is_faulty), text), *balance_rejects]
    # A filter copies every column, so it is left out where it would keep all rows.
    lines = judged.filter(~is_faulty) if is_faulty.any() else judged
    findings += [*balance_findings, *_notes(lines, statements), *_told_of_finer(lines, "amounts")]
    counted = sum(row["line_count"] for row in table)
    delivered = len(lines) + sum("record" in row for row in rejects)
    assert counted == delivered, f"{counted} transactions counted, {delivered} lines and rejects"
    # Only typed here: the engine validates every frame that crosses into it.
    return ParsedStatements(
        statements=completed(table, ReadStatements),
        lines=completed(shown_columns(_with_places(lines, text)), ReadLines),
        rejects=completed(rejects, Rejects),
        reader=f"{READER}+{LIBRARY}" if confirmed_ones else READER,
        findings=tuple(findings),
    )


def _scan(text: Text) -> _Scan:
    drafts, skeleton = read_drafts(text, Tags(text.file))
    root, findings = build_tree(text, skeleton.rows(), len(drafts))
    return _Scan(text, drafts, root, [*text.findings, *findings])


def _no_statement(scan: _Scan, rejects: list[dict[str, Any]]) -> str:
    """Say that a document answers nothing beyond the sign-on.

    Raises:
        MalformedFile: it holds an error of the bank, or answers of another kind than statements.
    """
    place = Place(scan.text.file)
    if rejects:
        raise MalformedFile(rejects[0]["reason"], place=place)
    document = scan.root.child("OFX")
    held = {child.name for child in document.children} if document else set()
    if held - {"SIGNONMSGSRSV1"}:
        raise MalformedFile(
            "the file holds no bank, card or cash statement",
            place=place,
            hint=f"ask the bank for statements; this answers {', '.join(sorted(held))}",
        )
    return "the file holds no statement: the bank answered the sign-on and nothing else"


def _currencies(statements: list[Statement], scan: _Scan, chosen: Options) -> list[str]:
    """Give the currency of each statement; where it names none, that of all its transactions.

    Raises:
        MalformedFile: no statement of the file has a currency.
    """
    found: list[str | None] = []
    for statement in statements:
        node = statement.node
        named = scan.drafts["currency_text"].slice(node.first, node.last - node.first).unique()
        # What is no currency is told of each transaction, and names none for the statement.
        is_one = len(named) == 1 and named.item() in exponents()
        found.append(statement.currency or chosen.currency or (named.item() if is_one else None))
    if found and not any(found):
        said = statements[0].node.value("CURDEF")
        raise MalformedFile(
            f"the statement names no currency (CURDEF is {said!r})",
            place=scan.text.place(statements[0].node.offset),
            hint='name the account\'s currency: `currency = "EUR"` under [formats.ofx]',
        )
    return [currency or NO_CURRENCY for currency in found]


def judge(
    drafts: pl.DataFrame,
    statements: list[Statement],
    currencies: list[str],
    marks: frozenset[str],
    chosen: Options,
) -> pl.DataFrame:
    """Give every transaction its number, statement, currency and amount, or a fault."""
    sizes = [statement.node.last - statement.node.first for statement in statements]
    owner = pl.Series(np.repeat(np.arange(len(sizes)), sizes), dtype=pl.Int64)
    read = drafts.with_columns(
        record=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        statement_index=owner,
        currency=pl.coalesce("currency_text", pl.Series(currencies, dtype=pl.String).gather(owner)),
    )
    read = with_amounts(
        read,
        marks,
        is_implied=chosen.implied_decimals == "all",
        is_rounded=chosen.finer_amounts == "rounded",
    )
    for name in finer_columns(read):
        # Where no transaction has anything else without a column, there are no extras yet.
        none = pl.lit(None, dtype=pl.String).alias("extras")
        read = read if "extras" in read.columns else read.with_columns(none)
        read = read.with_columns(extras=with_member("TRNAMT", read[name]))
    if read["amount_fault"].null_count() == len(read):
        return read
    return read.with_columns(fault=pl.coalesce("fault", "amount_fault"))


def read_balances(
    statements: list[Statement], marks: frozenset[str], chosen: Options
) -> pl.DataFrame:
    """Give for each statement the text of its balance, and what is read of it (see with_amounts) with its `date`."""
    balances = pl.DataFrame(
        {
            "amount_text": [statement.balance_text for statement in statements],
            "date_text": [s.balance.value("DTASOF") if s.balance else None for s in statements],
            # What transactions name as their currency need not be the account's.
            "currency": [s.currency or chosen.currency or NO_CURRENCY for s in statements],
        },
        schema={"amount_text": pl.String, "date_text": pl.String, "currency": pl.String},
    )
    balances = with_amounts(
        balances,
        marks,
        is_implied=chosen.implied_decimals != "none",
        is_rounded=chosen.finer_amounts == "rounded",
    )
    return balances.with_columns(read_days(balances["date_text"]).alias("date"))


def finer_columns(read: pl.DataFrame) -> list[str]:
    """Name the columns that hold texts of amounts which were not read digit for digit."""
    return [name for name in _FINER if name in read.columns]


def _told_of_finer(read: pl.DataFrame, what: str) -> list[str]:
    counts = [(name, read[name].count()) for name in finer_columns(read)]
    return [f"{count} {what} {_FINER[name]}" for name, count in counts if count]


def lay_out_statements(
    statements: list[Statement],
    currencies: list[str],
    text: Text,
    balances: pl.DataFrame,
    confirmed_ones: list[int],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """Give the rows of statements; a balance that is there but unreadable is a reject, for it must not pass for none."""
    rows, rejects, findings = [], [], []
    for index, (statement, balance) in enumerate(
        zip(statements, balances.iter_rows(named=True), strict=True)
    ):
        node = statement.node
        closing, has_balance = balance["amount"], balance["amount_text"] is not None
        if has_balance and closing is None:
            rejects.append(_balance_reject(statement, balance, text))
        elif statement.balance and has_balance and balance["date"] is None:
            # Real files have 00000000 here; the day of the balance decides nothing by itself.
            findings.append(f"{text.place(statement.balance.offset)}: LEDGERBAL has no date")
        findings += around.skipped(index, node)
        rows.append(
            {
                "statement_index": index,
                "account": around.account(node),
                "currency": currencies[index],
                "closing_balance": closing,
                "closing_date": balance["date"] if closing is not None else None,
                "line_count": around.count_transactions(text, node),
                "reader": LIBRARY if index in confirmed_ones else READER,
                "dialect": around.dialect(text),
                "extras": around.extras(node, _written(balance)),
            }
        )
    return rows, rejects, findings


def _written(balance: dict[str, Any]) -> str | None:
    return next((balance[name] for name in _FINER if balance.get(name)), None)


def _balance_reject(statement: Statement, balance: dict[str, Any], text: Text) -> dict[str, Any]:
    assert statement.balance is not None
    node = statement.balance.child("BALAMT") or statement.balance
    told = explain(balance["amount_fault"], balance["amount_text"], balance["currency"])
    field = "BALAMT" if told["field"] == "TRNAMT" else told["field"]
    return told | {
        "field": field,
        "file": text.file,
        "line_number": text.place(node.offset).line,
        "excerpt": text.excerpt(node.offset),
    }


def _notes(lines: pl.DataFrame, statements: list[Statement]) -> list[str]:
    """Say which lines are no booked entries."""
    notes = (
        ("pending", "entries are pending and count in no balance"),
        ("information", "entries correct earlier ones (CORRECTFITID) and are held for a person"),
    )
    counts = lines.group_by("statement_index", "status").len()
    found = {(index, status): number for index, status, number in counts.iter_rows()}
    return [
        f"statement {index + 1}: {found[index, status]} {what}"
        for index in range(len(statements))
        for status, what in notes
        if (index, status) in found
    ]


def _with_places(lines: pl.DataFrame, text: Text) -> pl.DataFrame:
    offset, length = pl.col("offset"), pl.col("length")
    return lines.with_columns(
        # The bytes of a transcoded file are not those that the bank sent.
        byte_offset=offset if text.is_original else None,
        byte_length=length if text.is_original else None,
        line_number=text.line_numbers(lines["offset"]),
    )


def shown_columns(lines: pl.DataFrame) -> pl.DataFrame:
    """Leave out what is no column of ReadLines."""
    return lines.select(name for name in ReadLines.column_names() if name in lines.columns)
