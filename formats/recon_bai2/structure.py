"""Which record belongs to which file, group and account: the frame of records with its statements.

In: logical records. Out: the headers as columns, and for each record the statement that it stands in. Nothing here
looks at an amount.

Source: BAI Cash Management Balance Reporting Specifications, Version 2: records 01, 02, 03, 49, 98, 99. The NAI
files of Australian and New Zealand banks are the same records with narrower ones of amounts (NAB file formats, 2.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import MalformedFile, Place
from recon_bai2.records import DAMAGED, without_marks

if TYPE_CHECKING:
    from recon.api import SourceFile

BAI2, NAI = "bai2", "nai"

_GROUP_FIELDS: Final = (
    "receiver",
    "originator",
    "group_status",
    "as_of_date",
    "as_of_time",
    "group_currency",
    "modifier",
)
_FILE_FIELDS: Final = (
    "file_sender",
    "file_receiver",
    "file_date",
    "file_time",
    "file_id",
    "file_width",
    "file_block",
    "version",
)
# Two digits of a year: statements are not older than 1970.
_PIVOT: Final = 70


def placed(source: SourceFile, records: pl.DataFrame, *, needs_trailer: bool) -> pl.DataFrame:
    """Add to each record the file, group and statement it stands in (`_index`), and whether it is inside an account.

    Raises:
        MalformedFile: there is no account at all, or the last file trailer is missing: the file was cut off.
    """
    code = pl.col("code")
    structural = pl.when(code.is_in(["01", "02", "03", "49", "98", "99"])).then(code)
    frame = records.with_columns(
        statement_index=(code == "03").cum_sum().cast(pl.Int64) - 1,
        group_index=(code == "02").cum_sum().cast(pl.Int64) - 1,
        file_index=(code == "01").cum_sum().cast(pl.Int64) - 1,
        inside=structural.forward_fill(),
    ).with_columns(
        is_in_account=pl.col("inside") == "03",
        # A group ends with its trailer, and a damaged header opens none.
        is_in_group=pl.col("inside").is_in(["02", "03", "49"]),
    )
    last = frame.filter(code != DAMAGED).row(-1, named=True)
    if needs_trailer and last["code"] != "99":
        raise MalformedFile(
            "the file is cut off: it ends without its file trailer (99)",
            place=Place(source.name, last["line_number"]),
            excerpt=f"{last['code']},{last['body'][:100]}",
            hint='ask the bank for the file again, or set `trailer = "optional"` under [formats.bai2]',
        )
    if not (frame["code"] == "03").any():
        message = "the file reports on no account (03)"
        raise MalformedFile(message, place=Place(source.name, 1))
    return frame


def file_headers(source: SourceFile, frame: pl.DataFrame, declared: str | None) -> pl.DataFrame:
    """Read the records 01: file_index, file_... and dialect.

    Version 1 of the standard is not read: it had another record 16, and no public text says where its fields stand.
    NAI, and banks that never changed the number, write 1 or nothing too, so that NAI must show itself by its trailers.

    Args:
        source: for the place of an error.
        frame: placed records.
        declared: the dialect by the policy, of files whose header does not say version 2; None if nothing.

    Raises:
        MalformedFile: a version other than 2 that does not have the form of NAI either.
    """
    headers = frame.filter(pl.col("code") == "01").select(
        "file_index", "line_number", *_fields("body", _FILE_FIELDS)
    )
    # An NAI trailer has two control totals: amount, groups, records, amount.
    trailers = (
        frame.filter(pl.col("code") == "99")
        .group_by("file_index")
        .agg(commas=pl.col("body").first().str.count_matches(",", literal=True))
    )
    is_nai = pl.col("version").is_in(["", "1"]) & (pl.col("commas") == 3)
    unproven = pl.lit(declared, pl.String)
    dialect = (
        pl.when(pl.col("version") == "2")
        .then(pl.lit(BAI2))
        .when(is_nai & unproven.is_null())
        .then(pl.lit(NAI))
        .otherwise(unproven)
    )
    told = headers.join(trailers, on="file_index", how="left", maintain_order="left").with_columns(
        dialect=dialect
    )
    unread = told.filter(pl.col("dialect").is_null())
    if not unread.is_empty():
        raise MalformedFile(
            f"version {unread['version'][0]!r} is neither BAI version 2 nor NAI, whose trailer (99) has two totals",
            place=Place(source.name, unread["line_number"][0]),
            hint='ask the bank for BAI2 files, or set `dialect = "bai2"` under [formats.bai2] if it says that they are',
        )
    return told.drop("commas", "line_number")


def group_headers(source: SourceFile, frame: pl.DataFrame) -> pl.DataFrame:
    """Read the records 02: group_index, sender and receiver, status, date, currency.

    Raises:
        MalformedFile: a group is marked as a test.
    """
    found = frame.filter(pl.col("code") == "02").select(
        "group_index", "line_number", *_fields("body", _GROUP_FIELDS)
    )
    tests = found.filter(pl.col("group_status") == "4")
    if not tests.is_empty():
        raise MalformedFile(
            "the bank marks this file as a test (group status 4)",
            place=Place(source.name, tests["line_number"][0]),
            hint="take it out of the feed; nothing of it was booked",
        )
    return found.drop("line_number").with_columns(date=read_date(pl.col("as_of_date")))


def with_group(records: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Add to each record the columns of its group; what stands outside a group has no date, and no other group's."""
    is_inside = pl.col("is_in_group")
    joined = records.join(groups, on="group_index", how="left", maintain_order="left")
    texts = [name for name in groups.columns if name not in {"group_index", "date"}]
    return joined.with_columns(
        date=pl.when(is_inside).then(pl.col("date")),
        **{name: pl.when(is_inside).then(pl.col(name)).fill_null("") for name in texts},
    )


def _fields(body: str, names: tuple[str, ...]) -> list[pl.Expr]:
    parts = without_marks(pl.col(body)).str.split(",")
    return [
        parts.list.get(index, null_on_oob=True).fill_null("").str.strip_chars().alias(name)
        for index, name in enumerate(names)
    ]


def read_date(text: pl.Expr) -> pl.Expr:
    """Read YYMMDD as a date; null where it is no day of the calendar.

    NAI and some banks write YYYYMMDD, which no YYMMDD can be taken for.
    """
    century = (
        pl.when(text.str.head(2).cast(pl.Int64, strict=False) < _PIVOT)
        .then(pl.lit("20"))
        .otherwise(pl.lit("19"))
    )
    whole = pl.when(text.str.contains(r"^[0-9]{6}$")).then(pl.concat_str(century, text))
    eight = pl.when(text.str.contains(r"^(19|20)[0-9]{6}$")).then(text)
    return pl.coalesce(whole, eight).str.to_date("%Y%m%d", strict=False)
