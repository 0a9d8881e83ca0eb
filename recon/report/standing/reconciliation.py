"""The report `reconciliation`: per account the bank's balance, what the books have, and every item between them.

In: a Standing; with it, balances of the general ledger as the user states them. Out: the body of the report. All of it
is as the record stood: an item that was cleared since is still outstanding here.

Source: bank reconciliation statement in the ending-balance form: last statement, ending balance, balance of the books,
outstanding items, sum of differences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.errors import ConfigurationError
from recon.money import AmountError, exponent, parse_minor
from recon.report import shown
from recon.report.sheet import Column
from recon.report.standing import cash
from recon.report.standing.document import Body, ControlTotal, Table, control_totals, total
from recon.report.standing.placed import customers_of_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon.protocols import Standing
    from recon.report.standing.document import Asked

STEPS: Final = (
    "last_statement",
    "booked_since",
    "bank_balance",
    "opening",
    "book_balance",
    "posted_and_delivered",
    "posted_not_delivered",
    "recorded_elsewhere",
    "outstanding",
    "explained",
    "difference",
)
_MONEY: Final = (Column("amount", "Amount", 15, "money"), Column("currency", "Currency", 9))
_ACCOUNT: Final = Column("account", "Account", 24)
STATEMENT: Final = (
    _ACCOUNT,
    Column("step", "Step", 24),
    *_MONEY,
    Column("count", "Of", 8, "count"),
    Column("says", "Meaning", 60),
)
_LINE: Final = (
    _ACCOUNT,
    Column("line_id", "Line", 19),
    Column("booking_date", "Booked", 11, "date"),
    Column("value_date", "Value date", 11, "date"),
    *_MONEY,
    Column("missing", "Not posted", 15, "money"),
    Column("payer_name", "Payer", 28),
    Column("customer_id", "Customer", 14),
    Column("remittance", "Remittance", 44),
    Column("fate", "Fate", 13),
    Column("reason", "Reason", 22),
    Column("file", "File", 24),
    Column("record", "Record", 8, "count"),
)
BRIEF: Final = (
    "account",
    "line_id",
    "booking_date",
    "missing",
    "currency",
    "payer_name",
    "fate",
    "reason",
)
UNDELIVERED: Final = (
    _ACCOUNT,
    Column("entry_key", "Entry", 34),
    Column("line_id", "Line", 19),
    Column("date", "Date", 11, "date"),
    *_MONEY,
    Column("decision_no", "Decision", 10, "count"),
    Column("reverses", "Reverses", 34),
)
ELSEWHERE: Final = (
    _ACCOUNT,
    Column("fate", "Fate", 14),
    Column("reason", "Reason", 26),
    Column("count", "Lines", 8, "count"),
    *_MONEY,
)


_PROVEN: Final = "bank less explained: has to be 0"
_UNPROVEN: Final = "proves nothing: the bank states no opening or no closing balance"


def build_reconciliation(standing: Standing, asked: Asked) -> Body:
    """Build the bank reconciliation statement of every account.

    Without a stated balance the books are the account's opening balance and the cash of the entries made here, and
    what is recorded elsewhere is an item between. With one, the ledger is taken to have what is recorded elsewhere.

    Raises:
        ConfigurationError: a stated balance is of no account here, or no amount of its currency.
    """
    accounts = cash.account_sums(standing)
    stated = _stated_balances(accounts, asked.book_balances)
    steps = pl.concat(
        [_steps_schema(), *(_steps(row, stated) for row in accounts.iter_rows(named=True))]
    )
    lines = cash.posted_lines(standing).join(
        customers_of_lines(standing), on="line_id", how="left", maintain_order="left"
    )
    outstanding = lines.filter(~pl.col("is_elsewhere"), pl.col("missing") != 0)
    elsewhere = lines.filter("is_elsewhere")
    tables = (
        Table(
            "statement",
            "From the bank's balance to the books",
            STATEMENT,
            steps,
            brief=("account", "step", "amount", "currency", "count", "says"),
        ),
        Table(
            "outstanding",
            "Outstanding: booked by the bank, not posted",
            _LINE,
            outstanding,
            brief=BRIEF,
        ),
        Table("undelivered", "Posted here, in no ledger yet", UNDELIVERED, _undelivered(standing)),
        Table("elsewhere", "Recorded elsewhere, by reason", ELSEWHERE, _by_reason(elsewhere)),
    )
    totals = [
        *_step_totals(steps, "bank_balance"),
        *control_totals("outstanding", outstanding, "missing"),
    ]
    return Body(
        headline=_headline(steps, outstanding.height),
        totals=(*totals, *_step_totals(steps, "difference")),
        tables=tables,
    )


def _headline(steps: pl.DataFrame, outstanding: int) -> str:
    differences = steps.filter(pl.col("step") == "difference")
    open_accounts = differences.filter(pl.col("amount") != 0).height
    unproven = differences.filter(pl.col("says") == _UNPROVEN).height
    said = (
        f"{shown.number(open_accounts)} of {shown.counted(differences.height, 'account')} differ"
        if open_accounts
        else f"All of {shown.counted(differences.height, 'account')} agree"
    )
    doubt = f", {shown.number(unproven)} without both balances of the bank" if unproven else ""
    return f"{said}{doubt}; {shown.counted(outstanding, 'item')} outstanding."


def _stated_balances(
    accounts: pl.DataFrame, given: Mapping[str, str]
) -> dict[tuple[str, str], int]:
    """Read the balances that the user states, each in its account's currency."""
    found = {}
    for account, text in given.items():
        codes = accounts.filter(pl.col("account") == account)["currency"].to_list()
        if len(codes) != 1:
            known = ", ".join(accounts["account"].unique().sort().to_list())
            what = "is not in the record" if not codes else "has several currencies"
            raise ConfigurationError(
                f"book balance: account {account!r} {what}", hint=f"the accounts are {known}"
            )
        try:
            found[account, codes[0]] = parse_minor(text, exponent(codes[0]))
        except AmountError as wrong:
            raise ConfigurationError(
                f"book balance of {account}: {wrong}", hint="write it as ACCOUNT=1234.50"
            ) from wrong
    return found


def _steps_schema() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "account": pl.String,
            "currency": pl.String,
            "step": pl.String,
            "amount": pl.Int128,
            "count": pl.Int64,
            "says": pl.String,
        }
    )


def _steps(row: dict[str, object], stated: dict[tuple[str, str], int]) -> pl.DataFrame:
    """Lay one account out, top to bottom."""
    sums = {name: value for name, value in row.items() if isinstance(value, int)}
    account, code = str(row["account"]), str(row["currency"])
    book = stated.get((account, code))
    undelivered = sums["posted"] - sums["delivered"]
    stated_by_bank = bool(row["is_opening_stated"]) + (row["statement_date"] is not None)
    # Books made of the lines agree with a balance that is led back from them, whatever they are.
    is_led_back = stated_by_bank < (2 if book is None else 1)
    if book is None:
        opening_says = (
            "of the first statement"
            if row["is_opening_stated"]
            else "no statement has it: led back"
        )
        books = [
            ("opening", sums["opening"], None, opening_says),
            ("posted_and_delivered", sums["delivered"], sums["delivered_count"], "cash of entries that a ledger has"),
        ]  # fmt: skip
        between = [
            ("recorded_elsewhere", sums["elsewhere"], sums["elsewhere_count"], "no receivables, and returns with their receipts")
        ]  # fmt: skip
    else:
        books = [("book_balance", book, None, "as stated by the user")]
        between = []
    between = [
        ("posted_not_delivered", undelivered, sums["undelivered_count"], "cash of entries that no ledger has yet"),
        *between,
        ("outstanding", sums["outstanding"], sums["outstanding_count"], "booked by the bank, not posted"),
    ]  # fmt: skip
    explained = sum(amount for _, amount, _, _ in (*books, *between))
    says = "no statement states a balance"
    if row["statement_date"] is not None:
        says = (
            f"statement {row['statement_number'] or 'without a number'} of {row['statement_date']}"
        )
    steps = [
        ("last_statement", sums.get("statement_balance"), None, says),
        ("booked_since", sums["booked_since"], sums["booked_since_count"], "lines after that statement"),
        ("bank_balance", sums["bank_balance"], None, "what the bank has"),
        *books,
        *between,
        ("explained", explained, None, "what the books and the items between come to"),
        ("difference", sums["bank_balance"] - explained, None, _UNPROVEN if is_led_back else _PROVEN),
    ]  # fmt: skip
    rows = [(account, code, *step) for step in steps]
    names = ("account", "currency", "step", "amount", "count", "says")
    schema = _steps_schema()
    laid = pl.DataFrame(rows, schema={name: schema.schema[name] for name in names}, orient="row")
    return laid.select(schema.columns)


def _step_totals(steps: pl.DataFrame, step: str) -> list[ControlTotal]:
    return control_totals(shown.words(step).lower(), steps.filter(pl.col("step") == step))


def _undelivered(standing: Standing) -> pl.DataFrame:
    accounts = standing.lines.select("line_id", bank_account="account")
    entries = cash.cash_postings(standing).filter(~pl.col("is_delivered"))
    joined = entries.join(accounts, on="line_id", how="inner").with_columns(account="bank_account")
    return joined.sort("account", "date", "decision_no", "entry_key")


def _by_reason(lines: pl.DataFrame) -> pl.DataFrame:
    by = ["account", "currency", "fate", "reason"]
    return lines.group_by(by).agg(count=pl.len(), amount=total()).sort(by)
