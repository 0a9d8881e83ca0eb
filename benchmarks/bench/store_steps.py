"""One step of the store's measurement, as a process of its own: python -m benchmarks.bench.store_steps STEP WORKSPACE LINES.

fill    store so many lines, a hundred files with one statement each, and project them
again   store the same lines once more, as other files bring them
read    read all lines back, in full
decide  record a decision with an allocation and an entry for every line
verify  compute everything anew
Prints JSON: seconds inside Python's start-up, rows, and the size of the store: of its file, or what its server says.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from sqlalchemy import func, select

from recon.frames.facts import Deliveries, StoredStatements
from recon.protocols import InputFile
from recon.run.daily.desk import Desk, open_desk
from recon.run.daily.told import files_row
from recon.store.projections import catch_up
from recon.store.reading import fetch
from recon.store.standing import standing
from recon.store.tables import LINE_STATES
from recon.store.verify import verify
from recon.store.wide import wide_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILES = 100
ACCOUNTS = 20
FIRST_DAY = dt.date(2025, 1, 1)
SEED = 7


def main() -> None:
    """Do one step and print what it took; what it stores is made beforehand."""
    step, folder, lines = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    files = list(_files(lines, DELIVERED[step])) if step in DELIVERED else []
    with open_desk(folder, "benchmark") as desk:
        begun = time.perf_counter()
        found = _store(desk, files) if files else STEPS[step](desk)
        seconds = time.perf_counter() - begun
        size = _bytes_on_server(desk)
    # The file of SQLite is measured once it is closed: what was written last then lies in it.
    size = (folder / "recon.db").stat().st_size if size is None else size
    print(json.dumps({"seconds": seconds, "bytes": size, **found}))


def _bytes_on_server(desk: Desk) -> int | None:
    """Ask a server how large the store is, indexes included; none where the store is a file."""
    with desk.store.reading() as connection:
        if connection.dialect.name == "sqlite":
            return None
        return connection.scalar(select(func.pg_database_size(func.current_database())))


def _store(desk: Desk, files: list[tuple[pl.DataFrame, pl.DataFrame]]) -> dict[str, Any]:
    before = _count(desk)
    for statements, deliveries in files:
        entry = InputFile(
            statements["file"][0],
            hashlib.sha256(statements["statement_id"][0].encode()).hexdigest(),
            deliveries.height,
            "statement",
            "read",
            "camt",
        )
        rows = {"files": files_row(entry), "statements": statements, "deliveries": deliveries}
        with desk.store.writing() as connection:
            desk.record(connection, "file_received", {"name": entry.name}, rows)
    with desk.store.writing() as connection:
        catch_up(connection)
    return {"new_lines": _count(desk) - before}


def read(desk: Desk) -> dict[str, Any]:
    """Read all lines in full."""
    with desk.store.reading() as connection:
        return {"lines": wide_lines(connection, fetch(connection, LINE_STATES)).height}


def whole(desk: Desk) -> dict[str, Any]:
    """Give the record as it stands, whole."""
    with desk.store.reading() as connection:
        return {"lines": standing(connection).lines.height}


def check(desk: Desk) -> dict[str, Any]:
    """Verify all of it."""
    with desk.store.reading() as connection:
        found = verify(connection)
    return {"rows": found.rows, "events": found.events, "findings": len(found.findings)}


def decide(desk: Desk) -> dict[str, Any]:
    """Decide every line: applied to an item of its own, which the books have closed since."""
    with desk.store.reading() as connection:
        states = fetch(connection, LINE_STATES).sort("line_id")
        amounts = wide_lines(connection, states).select("line_id", "amount", "currency")
    told = states.select("line_id", "booking_date").join(amounts, on="line_id")
    numbered = told.with_columns(
        decision_no=pl.int_range(1, told.height + 1, dtype=pl.Int64),
        item=pl.format("OLD-{}", pl.int_range(told.height)),
        key=pl.format("key-{}", pl.int_range(told.height)),
    )
    rows = {
        "decisions": _decisions(desk, numbered),
        "allocations": _allocations(numbered),
        "entries": _entries(numbered),
    }
    with desk.store.writing() as connection:
        facts = {"run": 1, "snapshot": 0, "as_of": "2026-12-31", "outputs": {}}
        desk.record(connection, "run_completed", facts, rows)
        catch_up(connection)
    return {"decisions": numbered.height}


def _count(desk: Desk) -> int:
    with desk.store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(LINE_STATES.table)) or 0


def _files(lines: int, name: str) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Make the statements and entries of each file; the same lines whatever the name."""
    each = lines // FILES
    for number in range(FILES):
        rng = np.random.default_rng((SEED, number))
        days = np.sort(rng.integers(0, 7, each)) + 7 * number
        index = pl.int_range(number * each, (number + 1) * each, eager=True)
        payer = pl.Series(rng.integers(0, 50_000, each))
        statement_id = f"{name}-{number:03d}/000000"
        told = pl.DataFrame(
            {
                "statement_id": pl.Series([statement_id] * each),
                "record": pl.int_range(1, each + 1, eager=True),
                "booking_date": pl.Series([FIRST_DAY + dt.timedelta(days=int(d)) for d in days]),
                "amount": pl.Series(rng.integers(100, 5_000_000, each)),
                "bank_reference": pl.select(pl.format("REF{}", index)).to_series(),
                "payer_name": pl.select(pl.format("CUSTOMER {} GMBH", payer)).to_series(),
                "payer_account": pl.select(
                    pl.format("DE44500105{}", payer.cast(pl.String).str.zfill(12))
                ).to_series(),
                "remittance": pl.select(
                    pl.format("INVOICE {} OF LAST MONTH, THANK YOU", index)
                ).to_series(),
                "end_to_end_id": pl.select(pl.format("E2E-{}", index)).to_series(),
            }
        ).with_columns(
            statement_index=pl.lit(0, pl.Int64),
            status=pl.lit("booked"),
            value_date="booking_date",
            currency=pl.lit("EUR"),
            transaction_code=pl.lit("NTRF"),
            is_reversal=pl.lit(value=False),
        )
        yield _statement(statement_id, name, number, told), _all_columns(told, Deliveries)


def _statement(statement_id: str, name: str, number: int, told: pl.DataFrame) -> pl.DataFrame:
    row = {
        "statement_index": 0,
        "account": f"DE8937040044{number % ACCOUNTS:010d}",
        "currency": "EUR",
        "kind": "final",
        "line_count": told.height,
        "statement_id": statement_id,
        "file": f"{name}/{number:03d}.xml",
        "format": "camt",
        "reader": "camt",
        "balance_check": "not_checkable",
    }
    return _all_columns(pl.DataFrame([row]), StoredStatements)


def _all_columns(frame: pl.DataFrame, schema: type[Any]) -> pl.DataFrame:
    """Add what is null, and leave the event's number to the store."""
    types = {name: kind.dtype for name, kind in schema.columns().items() if name != "seq"}
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in types.items()
    )


def _decisions(desk: Desk, numbered: pl.DataFrame) -> pl.DataFrame:
    return numbered.select(
        "line_id",
        "decision_no",
        fate=pl.lit("applied"),
        reason=pl.lit("evidence_agrees"),
        note=pl.lit(None, pl.String),
        decided_by=pl.lit("rule"),
        policy_hash=pl.lit(desk.policy.hash),
        at=pl.lit("2026-01-01T00:00:00.000000Z"),
        effective_on="booking_date",
        undoes=pl.lit(None, pl.Int64),
        comment=pl.lit(None, pl.String),
        approvals_needed=pl.lit(0, pl.Int64),
    )


def _allocations(numbered: pl.DataFrame) -> pl.DataFrame:
    return numbered.select(
        "line_id",
        "amount",
        "currency",
        "decision_no",
        item_id="item",
        item_number="item",
        customer_id=pl.format("C{}", pl.col("decision_no") % 50_000),
        item_amount="amount",
        item_currency="currency",
        kind=pl.lit("payment"),
        status=pl.lit("applied"),
        rank=pl.lit(1, pl.Int64),
        confidence_ppm=pl.lit(1_000_000, pl.Int64),
        because=pl.lit("reference +20.0 bits; amount: exact +11.0 bits; total +25.0 bits"),
        place=pl.lit(1, pl.Int64),
    )


def _entries(numbered: pl.DataFrame) -> pl.DataFrame:
    sides = (("cash", "Assets:Bank", 1, 1), ("receivable", "Assets:Receivable", 2, -1))
    return pl.concat(
        numbered.select(
            "line_id",
            "decision_no",
            "currency",
            entry_key="key",
            posting=pl.lit(posting, pl.Int64),
            date="booking_date",
            role=pl.lit(role),
            account=pl.lit(account),
            amount=pl.col("amount") * sign,
            item_number="item",
            customer_id=pl.lit(None, pl.String),
            description=pl.lit("CUSTOMER: INVOICE"),
            evidence=pl.lit("reference +20.0 bits"),
            reverses=pl.lit(None, pl.String),
        )
        for role, account, posting, sign in sides
    )


# Steps that store files, with the name that tells one delivery of the same lines from the other.
DELIVERED: Final = {"fill": "first", "again": "second"}
STEPS: Final[dict[str, Callable[[Desk], dict[str, Any]]]] = {
    "read": read,
    "decide": decide,
    "whole": whole,
    "verify": check,
}

if __name__ == "__main__":
    main()
