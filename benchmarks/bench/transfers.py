"""Pairs of bank transactions of a public set, as claims and the receipts that came in for them.

In: money sent and money arrived, as the authors of Splink publish them (`SOURCE`): a transfer arrives days later, often
less its charges or changed by a rate, under a memo cut at fifteen characters or altered. Out: worlds of one receipt a
transfer, with the truth. Each memo of the sent ones is a customer, and each of them an invoice without a number.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from benchmarks.bench.pairs import Bank, Pair, world_of_pairs

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.bench.pairs import PairsWorld

SOURCE: Final = "moj-analytical-services/splink_datasets on GitHub, folder data (MIT)"
SENT: Final = "transactions_origin.parquet"
ARRIVED: Final = "transactions_destination.parquet"
_COLUMNS: Final = ("ground_truth", "memo", "transaction_date", "amount")
_BANK: Final = Bank("GB-OUR-ACCOUNT", "GBP", "GB")
_DUE: Final = timedelta(days=30)
# A word that more memos have than one in so many says what is paid, and not who pays.
_COMMON: Final = 100


class UnreadableSet(Exception):
    """The public set is not there, or not what its authors describe."""


def read_transfers(folder: Path) -> pl.DataFrame:
    """Read both files and pair them.

    Returns:
        A row a transfer, in the order of arrival: ground_truth, sent_memo, sent (date), owes (minor units), memo, day (date), paid.

    Raises:
        UnreadableSet: a file or a column is missing, a transfer is there twice or on one side alone, or what is paid is no
            amount above nothing.
    """
    sent, arrived = (_read(folder / name) for name in (SENT, ARRIVED))
    sent = sent.rename({"memo": "sent_memo", "day": "sent", "minor": "owes"})
    both = sent.join(arrived.rename({"minor": "paid"}), on="ground_truth")
    if not sent.height == arrived.height == both.height:
        raise UnreadableSet(f"{SENT} and {ARRIVED} do not hold the same transfers")
    return both.sort("day", "ground_truth")


def _read(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UnreadableSet(f"{path.name} cannot be read; it is published in {SOURCE}") from error
    missing = [name for name in _COLUMNS if name not in frame.columns]
    if missing:
        raise UnreadableSet(f"{path.name} has no column {missing[0]!r}")
    if frame["ground_truth"].is_duplicated().any():
        raise UnreadableSet(f"{path.name} has a transfer twice")
    day = pl.col("transaction_date").cast(pl.String).str.slice(0, 10).str.to_date(strict=False)
    # The float nearest to an amount of two decimals.
    minor = (pl.col("amount").cast(pl.Float64) * 100).round().cast(pl.Int64)
    read = frame.select(
        "ground_truth", pl.col("memo").fill_null("").str.strip_chars(), day=day, minor=minor
    )
    if read.null_count().sum_horizontal().item() or read.filter(pl.col("minor") <= 0).height:
        raise UnreadableSet(f"{path.name} has a transfer without a number, a day or an amount")
    return read


def transfers_worlds(folder: Path) -> dict[str, PairsWorld]:
    """Name the worlds: every transfer is expected, or every other one.

    Raises:
        UnreadableSet: see `read_transfers`.
    """
    transfers = read_transfers(folder)
    return {
        "every transfer expected": _world(transfers, owing=1),
        "every other one expected": _world(transfers, owing=2),
    }


def _world(transfers: pl.DataFrame, *, owing: int) -> PairsWorld:
    """Let every `owing`th transfer be expected."""
    marked = transfers.with_columns(is_owed=pl.col("ground_truth") % owing == 0)
    decided = marked.join(_decidable(marked), on="ground_truth", how="semi")["ground_truth"]
    decidable = set(decided.to_list())
    names = sorted(set(transfers["sent_memo"]))
    customers = {memo: f"C{at}" for at, memo in enumerate(names)}
    pairs = [
        Pair(
            key=str(row["ground_truth"]),
            customer=customers[row["sent_memo"]],
            customer_name=row["sent_memo"] or "UNNAMED",
            number=f"T{row['ground_truth'] + 1_000_000}",
            owes=row["owes"],
            issued=row["sent"],
            due=row["sent"] + _DUE,
            payer_name="",
            remittance=row["memo"],
            paid=row["paid"],
            day=row["day"],
            is_owed=row["is_owed"],
            is_decidable=not row["is_owed"] or row["ground_truth"] in decidable,
            scenario=_scenario(row["paid"] - row["owes"], is_owed=row["is_owed"]),
        )
        for row in marked.iter_rows(named=True)
    ]
    return world_of_pairs(pairs, _BANK)


def _decidable(marked: pl.DataFrame) -> pl.DataFrame:
    """Find the receipts to the cent of a claim whose telling words no other open claim of that amount shares."""
    claims = _words(marked.filter("is_owed"), "sent_memo").select(
        "word", claim="ground_truth", owed="owes", since="sent"
    )
    shared = (
        _words(marked, "memo")
        .select("word", "ground_truth", "day", owed="paid")
        .join(claims, on=["word", "owed"])
        .filter(pl.col("since") <= pl.col("day"))
    )
    meant = shared.group_by("ground_truth").agg(pl.col("claim").unique())
    alone = (pl.col("claim").list.len() == 1) & (
        pl.col("claim").list.first() == pl.col("ground_truth")
    )
    return meant.filter(alone).select("ground_truth")


def _words(transfers: pl.DataFrame, memo: str) -> pl.DataFrame:
    """Give a row a transfer and telling word of its memo."""
    word = pl.col(memo).str.to_uppercase().str.extract_all(r"\S+").list.unique()
    words = transfers.with_columns(word=word).explode("word").drop_nulls("word")
    return words.filter(pl.len().over("word") * _COMMON <= max(transfers.height, _COMMON))


def _scenario(difference: int, *, is_owed: bool) -> str:
    if not is_owed:
        return "not_expected"
    if difference == 0:
        return "to_the_cent"
    return "less" if difference < 0 else "more"
