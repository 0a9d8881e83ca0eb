"""What a report is made of: typed tables, control totals and a head that says from which record they come.

In: the tables of one report and the Standing they were made of. Out: a Document; the writers turn it into bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import polars as pl

from recon.errors import ConfigurationError, IdentityBroken
from recon.money import format_minor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon.protocols import Standing
    from recon.report.sheet import Column

# bars: each row's amount beside the others of its currency; steps: amounts that lead from one sum to the next.
Picture = Literal["", "bars", "steps"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asks for beside the report's name.

    Attributes:
        earlier: the record as it stood at the start of the period, for what moved since.
        book_balances: own account to the balance that the general ledger has, as plain text (`1234.50`).
    """

    earlier: Standing | None = None
    book_balances: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report; money is in minor units beside its currency.

    Attributes:
        name: names the table in JSON, in file names and as a sheet.
        title: what stands above it.
        columns: what is shown, left to right; the frame may have more.
        rows: sorted.
        picture: how the page draws it.
        brief: the columns for a terminal, where all would not fit; none: all.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: pl.DataFrame
    picture: Picture = ""
    brief: tuple[str, ...] = ()

    @property
    def in_brief(self) -> Table:
        """The same table with the columns for a terminal."""
        kept = tuple(column for column in self.columns if column.name in self.brief)
        return replace(self, columns=kept or self.columns)


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """A sum that a reader ties to other papers; the amount is in minor units of the currency."""

    name: str
    currency: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Body:
    """What one report has to say: a sentence, its totals and its tables, the first being the report proper."""

    headline: str
    totals: tuple[ControlTotal, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A report with its head: from which record it comes, and what it must tie to (control C14)."""

    name: str
    title: str
    as_of: str
    known_seq: int
    known_at: str
    chain_head: str
    policy_hash: str
    asked: Mapping[str, str]
    body: Body

    @property
    def facts(self) -> dict[str, str]:
        """What the report was made of, as text."""
        return {
            "report": self.name,
            "as_of": self.as_of,
            "known_seq": str(self.known_seq),
            "known_at": self.known_at,
            "chain_head": self.chain_head,
            "policy_hash": self.policy_hash,
            **{f"asked_{name}": said for name, said in self.asked.items()},
            **{f"rows_{table.name}": str(table.rows.height) for table in self.body.tables},
        }

    def table(self, name: str | None = None) -> Table:
        """Give a table by its name; without one, the report proper.

        Raises:
            ConfigurationError: the report has no such table.
        """
        if name is None:
            return self.body.tables[0]
        for table in self.body.tables:
            if table.name == name:
                return table
        names = ", ".join(table.name for table in self.body.tables)
        raise ConfigurationError(
            f"the report {self.name} has no table {name!r}", hint=f"it has {names}"
        )


def documented(name: str, title: str, standing: Standing, asked: Asked, body: Body) -> Document:
    """Put the head on a report."""
    said: dict[str, str] = {}
    if asked.earlier is not None:
        earlier = asked.earlier
        said["since"] = f"{earlier.as_of.isoformat()}, known {earlier.known_seq}"
        said["since_chain_head"] = earlier.chain_head
    for account, balance in sorted(asked.book_balances.items()):
        said[f"book_balance {account}"] = balance
    return Document(
        name=name,
        title=title,
        as_of=standing.as_of.isoformat(),
        known_seq=standing.known_seq,
        known_at=standing.known_at,
        chain_head=standing.chain_head,
        policy_hash=standing.policy_hash,
        asked=said,
        body=body,
    )


def earlier_of(standing: Standing, asked: Asked) -> Standing | None:
    """Give the earlier Standing, checked to be one.

    Raises:
        ConfigurationError: it lies after this one, by its date or by what was known.
    """
    earlier = asked.earlier
    if earlier is None:
        return None
    if earlier.as_of > standing.as_of or earlier.known_seq > standing.known_seq:
        raise ConfigurationError(
            f"the earlier record is of {earlier.as_of.isoformat()} (known {earlier.known_seq}), "
            f"this one of {standing.as_of.isoformat()} (known {standing.known_seq})",
            hint="give the start of the period first",
        )
    return earlier


def total(name: str = "amount") -> pl.Expr:
    """Add up an amount in 128 bits, where no sum of lines can wrap."""
    return pl.col(name).cast(pl.Int128).sum()


def control_totals(name: str, rows: pl.DataFrame, amount: str = "amount") -> list[ControlTotal]:
    """Count and add up rows per currency."""
    sums = rows.group_by("currency").agg(count=pl.len(), amount=total(amount)).sort("currency")
    return [ControlTotal(name, *row) for row in sums.iter_rows()]


def check_equal(what: str, left: Mapping[str, int], right: Mapping[str, int]) -> None:
    """Check that two sums per currency are the same; one that a side lacks is 0.

    Raises:
        IdentityBroken: they are not; the first difference is named with both numbers.
    """
    for code in sorted({*left, *right}):
        one, other = left.get(code, 0), right.get(code, 0)
        if one != other:
            raise IdentityBroken(
                f"{what}: {format_minor(one, code)} {code} in the report, "
                f"but {format_minor(other, code)} {code} on the lines"
            )
