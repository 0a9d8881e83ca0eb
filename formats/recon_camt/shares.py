"""Share an entry's amount among its details. In: entries and details of a part. Out: a row a line to be.

An entry of one detail or none is one line of its booked amount. A batch is a line a detail if their amounts are
certain: they add up, or the rest is smaller than the entry and becomes a line of its own. Otherwise the batch is one
line and its details are kept beside it. No cent is lost or made: the lines of an entry always add up to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon_camt.values import minor, sign
from recon_camt.words import SHARES

if TYPE_CHECKING:
    from recon_camt.leaves import Leaves, Owners

_LAST: Final = 1 << 40


def share(
    entries: pl.DataFrame, details: Owners, leaves: Leaves, charges: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Decide the lines of every sound entry.

    Args:
        entries: of `read_entries`.
        details: the details' entries.
        leaves: the texts of details.
        charges: a row an entry: what its details together (`of_details`) and it itself (`of_entry`) say was taken.

    Returns:
        lines: n, t (number of the detail or null), sequence, amount, part (whole, detail, charges, difference, kept),
        in order; and the faults of entries whose details have illegible amounts: n, field, code, reason, excerpt.
    """
    sound = entries.filter(pl.col("code").is_null())
    count = np.bincount(details.parent, minlength=len(entries))
    first = np.searchsorted(details.parent, np.arange(len(entries)))
    whole = sound.select(
        "n",
        t=pl.when(pl.Series(count)[sound["n"]] == 1).then(pl.Series(first)[sound["n"]]),
        sequence=pl.lit(0, dtype=pl.Int64),
        amount="amount",
        part=pl.lit("whole"),
    )
    if len(count) == 0 or count.max() < 2:
        return whole, _NO_FAULTS
    batches = sound.filter(pl.Series(count)[sound["n"]] >= 2)
    shared, faults = _batches(batches, details, leaves, charges)
    others = whole.join(batches, on="n", how="anti")
    lines = pl.concat([others, shared]).sort("n", "sequence")
    totals = lines.group_by("n").agg(pl.col("amount").cast(pl.Int128).sum().alias("total"))
    broken = totals.join(entries.select("n", "amount"), on="n").filter(
        pl.col("total") != pl.col("amount")
    )
    assert broken.is_empty(), f"lines and entry differ: {broken.row(0)}"
    return lines, faults


_NO_FAULTS: Final = pl.DataFrame(
    schema={
        "n": pl.Int64,
        "field": pl.String,
        "code": pl.String,
        "reason": pl.String,
        "excerpt": pl.String,
    }
)


def _batches(
    batches: pl.DataFrame, details: Owners, leaves: Leaves, charges: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = _amounts(batches, details, leaves)
    said = pl.concat([batches.select("n", "amount"), charges[batches["n"]]], how="horizontal")
    verdict = _verdict(rows).join(said, on="n", maintain_order="left")
    faults = verdict.filter(pl.col("illegible").is_not_null()).select(
        "n",
        field=pl.lit("TxDtls/Amt"),
        code=pl.lit("no-amount"),
        reason=pl.format("{} of a detail is no amount of this currency", pl.col("illegible")),
        excerpt=pl.col("illegible"),
    )
    verdict = verdict.filter(pl.col("illegible").is_null())
    rest = pl.col("amount") - pl.col("total")
    is_explained = pl.any_horizontal(
        (rest.abs() == pl.col(name).abs()).fill_null(value=False)
        for name in ("of_details", "of_entry")
    )
    split = verdict.filter(pl.col("source").is_not_null())
    kept = verdict.filter(pl.col("source").is_null())
    chosen = rows.join(split.select("n", "source"), on="n", how="inner")
    amount = pl.coalesce(
        pl.when(pl.col("source") == index).then(pl.col(f"amount_{index}"))
        for index in range(len(SHARES))
    )
    lines = [
        chosen.select("n", "t", sequence="t", amount=amount, part=pl.lit("detail")),
        split.filter(rest != 0).select(
            "n",
            t=pl.lit(None, dtype=pl.Int64),
            sequence=pl.lit(_LAST),
            amount=rest,
            part=pl.when(is_explained).then(pl.lit("charges")).otherwise(pl.lit("difference")),
        ),
        kept.select(
            "n",
            t=pl.lit(None, dtype=pl.Int64),
            sequence=pl.lit(0, dtype=pl.Int64),
            amount="amount",
            part=pl.lit("kept"),
        ),
    ]
    return pl.concat(lines), faults


def _amounts(batches: pl.DataFrame, details: Owners, leaves: Leaves) -> pl.DataFrame:
    """Read what each detail of a batch may have as its share, signed, where it is in the entry's currency."""
    texts = {f"text_{index}": leaves.first(words) for index, words in enumerate(SHARES)}
    currencies = {
        f"currency_{index}": leaves.first(f"{words}@Ccy") for index, words in enumerate(SHARES)
    }
    own = pl.DataFrame(
        {"n": details.parent, **texts, **currencies, "indicator": leaves.first("CdtDbtInd")}
    ).with_row_index("t")
    entry = batches.select("n", currency="currency", whole="amount", entry_indicator="indicator")
    joined = own.with_columns(pl.col("t").cast(pl.Int64)).join(entry, on="n", how="inner")
    signed = sign(pl.coalesce("indicator", "entry_indicator"))
    read = {
        f"amount_{index}": pl.when(pl.col(f"currency_{index}") == pl.col("currency")).then(
            minor(joined[f"text_{index}"], joined["currency"]) * signed
        )
        for index in range(len(SHARES))
    }
    return joined.with_columns(**read).sort("t")


def _verdict(rows: pl.DataFrame) -> pl.DataFrame:
    """Choose for each batch the kind of amount that its details share it by; null where none is certain."""
    whole = pl.col("whole").first()
    exact, near = [], []
    for index in range(len(SHARES)):
        amount = pl.col(f"amount_{index}")
        total = amount.cast(pl.Int128).sum()
        is_complete = amount.is_not_null().all()
        is_each_the_whole = (amount.abs() == pl.col("whole").abs()).all()
        is_near = (whole - total).abs() < whole.abs()
        exact.append(pl.when(is_complete & (total == whole)).then(index))
        near.append(pl.when(is_complete & ~is_each_the_whole & is_near).then(index))
    illegible = pl.coalesce(
        pl.col(f"text_{index}")
        .filter(
            pl.col(f"amount_{index}").is_null()
            & (pl.col(f"currency_{index}") == pl.col("currency"))
            & pl.col(f"text_{index}").is_not_null()
        )
        .first()
        for index in range(2)
    )
    totals = [
        pl.col(f"amount_{index}").cast(pl.Int128).sum().alias(f"total_{index}")
        for index in range(len(SHARES))
    ]
    source = pl.coalesce(*exact, *near[:2])
    verdict = rows.group_by("n", maintain_order=True).agg(
        *totals, source=source, illegible=illegible
    )
    total = pl.coalesce(
        pl.when(pl.col("source") == index).then(pl.col(f"total_{index}"))
        for index in range(len(SHARES))
    )
    return verdict.with_columns(total=total.cast(pl.Int64))
