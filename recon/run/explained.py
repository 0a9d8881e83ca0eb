"""How one line of a run was decided, read back from the run's folder.

In: the folder that `recon match` wrote, and the id of a line (or enough of its beginning). Out: the line, and every
explanation of it with its ledger of bits, the rules that refused it, and what would have to change.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.errors import ConfigurationError, Place
from recon.report.evidence import read_evidence

if TYPE_CHECKING:
    from pathlib import Path

_OF_PARTS: Final = (
    "batch_reference",
    "part_id",
    "reference",
    "gross_amount",
    "fee",
    "state",
    "finding",
    "item_numbers",
)
_CLASSES: Final = ("reference", "amount", "party", "date", "history")
# A debit of which no explanation is weighed as of a receipt: its credit stands in allocations.csv.
REFUND: Final = "refund_of_credit"
# What would have to change before the rule lets an explanation pass; {…} are figures of the case and of the policy.
TO_APPLY: Final = {
    "held_balance_break": "its statement balances, or the policy says on_balance_break = warn",
    "disguised_text": "a person looks at it: invisible or look-alike characters are never applied by rule",
    "component_too_large": "fewer lines are matched at once, such as one account at a time",
    "party_conflict": "the payer is known as this customer's: an account, an alias, or parent_customer_id",
    "reference_conflict": "it pays every number of ours that the line quotes",
    "one_class_only": "a second class agrees: a reference from 8 bits, any other from 4 bits (now: {classes})",
    "currency_differs": "a person converts it: what is open in another currency is never applied by rule",
    "account_payment": "the payer says what it is for, or decide.account_payment = oldest_first",
    "batch_gives_back": "a person books what is given back: refunds and chargebacks are never applied by rule",
    "batch_undecided": "every part names one open item at its amount; batches.csv says what is wrong with each",
    "late_discount": "the discount is granted: a later discount_until, more discount.grace_days, or discount.late = leave_open",
    "before_issue": "the line quotes the item's number",
    "ambiguous": "the best rival is {margin} bits behind or surely another line's ({rival})",
    "short_payment": "the number is quoted, the payer certain, the item one, and decide.part_payment = apply",
    "overpayment": "the number is quoted, the payer certain, the rest less than the items, every sum of the payer's items tried, "
    "and decide.overpayment = on_account",
    "equal_items": "the line quotes one of them, or decide.equal_items = oldest_first",
    "payer_account_changed": "the account is listed for the customer, a number is quoted, or decide.new_account = apply",
    "usual_charge": "bank_charges.usual = apply",
    "told_by_another_line": "its own evidence comes to decide.min_confidence, whatever the other lines pay",
    "below_threshold": "its confidence is {threshold}: {missing} bits more, or rivals weaker by as much",
    "competing_lines": "it is {margin} bits ahead of the other line that wants its items ({wanted})",
    "item_settled_by_other_line": "the other line does not settle the item ({wanted})",
    "duplicate_payment": "the item was not paid before ({wanted})",
    "quotes_closed_item": "the number quoted is open; if it was this payer's, the money goes on its account",
    "too_many_to_combine": "combine.most_items is at least the number of the payer's open items",
    "payout_without_report": "the provider's report is given (--batches)",
    "refused_before": "the pair is taken out of the history's rejected.csv",
    "weak_evidence": "more speaks for it than against it: now {total} bits",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One row of a ledger: bits as exact text, and how many times likelier the sight is if the line pays the items."""

    part: str
    kind: str
    bits: str
    times_likelier: str
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One explanation: its facts as text by column, its ledger (the total last), and what stands in its way."""

    facts: dict[str, str | None]
    ledger: tuple[Piece, ...]
    refused_by: tuple[str, ...]
    to_apply: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """The line as in lines.csv, what the run noted of it, and its explanations, best first; none if none was weighed.

    `parts` are the parts of the batch that the line may pay, as in batches.csv.
    """

    line: dict[str, str | None]
    note: str | None
    explanations: tuple[Explanation, ...]
    parts: tuple[dict[str, str | None], ...] = ()


def explain_line(line_id: str, run: Path) -> Explained:
    """Find one line in a run's folder and lay open how it was decided.

    Raises:
        ConfigurationError: the folder holds no such run, or no line or more than one begins so.
    """
    lines = _table(run / "lines.csv")
    found = lines.filter(pl.col("line_id").str.starts_with(line_id))
    if found.height != 1:
        raise ConfigurationError(
            f"{found.height or 'no'} lines of this run begin with {line_id!r}",
            hint="lines.csv lists the line ids",
        )
    line = found.row(0, named=True)
    evidence = read_evidence(_bytes_of(run / "evidence.csv"))
    rows = evidence.filter(pl.col("line_id") == line["line_id"]).to_dicts()
    rows.sort(key=lambda row: int(row["place"]))
    record = json.loads(_bytes_of(run / "run.json"))
    decide = {
        **record["policy"]["decide"],
        "threshold": record["summary"]["applied_from_confidence"],
    }
    return Explained(
        line,
        _note(run, line),
        tuple(_explanation(row, rows, decide) for row in rows),
        _parts(run / "batches.csv", line["line_id"]),
    )


def _note(run: Path, line: dict[str, Any]) -> str | None:
    """What the run noted of an exception; of a refund, what it pays back."""
    is_refund = line["reason"] == REFUND
    file, column = ("allocations.csv", "because") if is_refund else ("unmatched.csv", "note")
    notes = _table(run / file).filter(pl.col("line_id") == line["line_id"])[column]
    return notes[0] if len(notes) else None


def _parts(path: Path, line_id: str) -> tuple[dict[str, str | None], ...]:
    """The parts of the batches that the line may pay; none if the run was given no batches."""
    if not path.is_file():
        return ()
    rows = _table(path).filter(pl.col("line_id") == line_id)
    return tuple(rows.select(_OF_PARTS).to_dicts())


def _table(path: Path) -> pl.DataFrame:
    return pl.read_csv(_bytes_of(path), infer_schema=False)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"cannot read the file: {error.strerror}",
            place=Place(str(path)),
            hint="--run names the folder that `recon match` wrote",
        ) from None


def _explanation(
    row: dict[str, Any], rows: list[dict[str, Any]], decide: dict[str, Any]
) -> Explanation:
    codes = tuple((row["refusals"] or "").split("|")) if row["refusals"] else ()
    figures = _figures(row, rows, decide)
    better = () if codes or row["status"] == "applied" else ("another explanation is no better",)
    changes = tuple(TO_APPLY[code].format(**figures) for code in codes if code in TO_APPLY)
    facts = {name: value for name, value in row.items() if name not in _IN_LEDGER}
    return Explanation(facts, _ledger(row), codes, (*changes, *better))


_IN_LEDGER: Final = frozenset(
    {f"{name}_{part}" for name in (*_CLASSES, "prior") for part in ("kind", "bits", "text")}
    | {"refusals"}
)


def _ledger(row: dict[str, Any]) -> tuple[Piece, ...]:
    """The pieces that are not 0, then the prior, then the sum of them all."""
    pieces = [
        _piece(row, name)
        for name in _CLASSES
        if Decimal(row[f"{name}_bits"]) != 0 or name == "amount"
    ]
    total = Piece("total", "", row["bits"], _times(row["bits"]), "")
    return (*pieces, _piece(row, "prior"), total)


def _piece(row: dict[str, Any], name: str) -> Piece:
    kind = row["settlement"] if name == "amount" else row.get(f"{name}_kind")
    bits = row[f"{name}_bits"]
    return Piece(
        name,
        (kind or "").replace("_", " "),
        bits,
        _times(bits),
        (row.get(f"{name}_text") or "").replace("|", " | "),
    )


def _times(bits: str) -> str:
    """Write 2^bits with two significant digits: 7.245 bits are 150, -5 bits are 1/32."""
    with localcontext() as context:
        context.prec = 12
        size = Decimal(2) ** abs(Decimal(bits))
        context.prec = 2
        whole = f"{+size:,f}"
    return f"1/{whole}" if bits.startswith("-") else whole


def _figures(
    row: dict[str, Any], rows: list[dict[str, Any]], decide: dict[str, Any]
) -> dict[str, str]:
    """The figures of a case that the sentences of TO_APPLY name."""
    others = [one for one in rows if one["place"] != row["place"]]
    rival = max(others, key=lambda one: Decimal(one["bits"]), default=None)
    behind = Decimal(row["bits"]) - Decimal(rival["bits"]) if rival else Decimal(0)
    nearest = f"place {rival['place']} is {behind:+.1f} bits behind" if rival else "none is listed"
    agreeing = [
        name
        for name in ("reference", "amount", "party", "history")
        if Decimal(row[f"{name}_bits"]) >= (8 if name == "reference" else 4)
    ]
    threshold = Decimal(decide["threshold"])
    wanted = f"line {row['wanted_by']}, {row['wanted_bits']} bits" if row["wanted_by"] else "none"
    return {
        "classes": " and ".join(agreeing) or "none",
        "margin": str(decide["min_margin_bits"]),
        "rival": nearest,
        "threshold": str(threshold),
        "missing": f"{max(_log_odds(threshold) - _log_odds(Decimal(row['confidence'])), 0):.1f}",
        "wanted": wanted,
        "total": row["bits"],
    }


def _log_odds(probability: Decimal) -> Decimal:
    """Odds in bits; the ends of the scale are those that six decimals can say."""
    least = Decimal("0.000001")
    inside = min(max(probability, least), 1 - least)
    return (inside / (1 - inside)).ln() / Decimal(2).ln()
