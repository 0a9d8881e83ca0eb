"""Remittance advices from files: what payers say that they pay.

In: files, in any layout that the column map tells. Out: a row an item that an advice names.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import Place, Remittances, UnreadableItems
from recon.api.table_columns import Columns, Wanted
from recon_item_file.columns import read_columns

if TYPE_CHECKING:
    import dataframely as dy

    from recon_item_file.options import ItemFileOptions

_SECTION: Final = "under [sources.item-file.remittances_written]"


def read_remittances(options: ItemFileOptions) -> dy.DataFrame[Remittances]:
    """Read every advice; without a total its amounts are added up, without an id the file is the advice.

    Raises:
        UnreadableItems: any cell is wrong, or a row has no total and not all amounts of its advice are there.
    """
    frames = [_read(path, options) for path in options.remittances]
    return Remittances.validate(pl.concat([Remittances.create_empty(), *frames]))


def _read(path: str, options: ItemFileOptions) -> pl.DataFrame:
    reading = options.reading_of(options.remittances_written)
    required = ["item_number"] if reading.default_currency else ["item_number", "currency"]
    wanted = Wanted(Remittances.column_names(), required, options.remittance_columns)
    columns = read_columns(path, reading, wanted, _SECTION)
    currency = columns.currencies("currency", is_required=True)
    frame = pl.DataFrame(
        [
            columns.text("advice_id").fill_null(Path(path).stem),
            columns.text("customer_id"),
            columns.text("payer_name"),
            columns.text("reference"),
            columns.amounts("total", currency),
            currency,
            columns.text("item_number", is_required=True),
            columns.amounts("amount", currency),
        ]
    )
    columns.problems.check()
    return _with_totals(frame, columns)


def _with_totals(frame: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    is_whole = pl.col("amount").is_not_null().all().over("advice_id")
    summed = pl.when(is_whole).then(pl.col("amount").sum().over("advice_id"))
    told = frame.with_columns(total=pl.coalesce("total", summed))
    missing = told["total"].is_null().arg_true()
    if len(missing):
        raise UnreadableItems(
            f"the advice {told['advice_id'][missing[0]]!r} has no total, and not all of its amounts",
            place=Place(columns.table.file, columns.table.lines[missing[0]]),
            hint="give the total in each row, or an amount in each row",
        )
    return told
