"""Open items over time: what the books say, what was settled here, and what one side has not yet seen of the other.

In: ItemStates, extracts of the books, and what decisions settled. Out: ItemStates, and the differences as rows.

An item has two amounts: `book_amount`, open by the newest extract, and `unseen`, settled here and not yet seen in the
books. What is left of it is their difference. A newer extract that shows less open has first seen what was settled here;
only what goes beyond was settled there alone. Taking a decision back is the same with the opposite sign.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.items import ItemDifferences, Items, ItemStates, ItemVersions

if TYPE_CHECKING:
    import dataframely as dy

# What an extract tells of an item beside its identity; a change of any of them is a new version.
_TOLD: Final = tuple(name for name in Items.column_names() if name != "item_id")


def versions_of(
    states: pl.DataFrame, extract: dy.DataFrame[Items], seq: int
) -> dy.DataFrame[ItemVersions]:
    """Say what a full extract of the open items changes.

    Args:
        states: ItemStates of all items.
        extract: all items that are open in the books now.
        seq: the event that loads it.

    Returns:
        a row an item that is new, told otherwise, or no longer there (closed: open amount 0).
    """
    before = states.filter("is_in_books").with_columns(open_amount="book_amount")
    told = extract.join(
        before.select(Items.column_names()), on="item_id", how="left", suffix="_then"
    )
    is_known = pl.col("item_id").is_in(before["item_id"].implode())
    is_other = pl.any_horizontal(~pl.col(name).eq_missing(pl.col(f"{name}_then")) for name in _TOLD)
    changed = told.filter(~is_known | is_other).with_columns(
        change=pl.when(is_known).then(pl.lit("changed")).otherwise(pl.lit("added"))
    )
    closed = before.join(extract, on="item_id", how="anti").with_columns(
        open_amount=pl.lit(0, pl.Int64), change=pl.lit("closed")
    )
    columns = ItemVersions.column_names()
    rows = [
        one.with_columns(seq=pl.lit(seq, pl.Int64)).select(columns) for one in (changed, closed)
    ]
    return ItemVersions.validate(pl.concat(rows).sort("item_id"))


def load(states: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """Let an extract speak: ItemStates after it.

    Args:
        states: ItemStates before, at least of the items of the versions.
        versions: ItemVersions of one event.
    """
    known = states.select("item_id", then="book_amount", unseen="unseen")
    told = versions.join(known, on="item_id", how="left").with_columns(
        pl.col("then", "unseen").fill_null(0)
    )
    after = told.with_columns(
        book_amount="open_amount",
        unseen=pl.col("unseen") - _absorbed(),
        is_in_books=pl.col("change") != "closed",
    ).with_columns(open_amount=pl.col("book_amount") - pl.col("unseen"))
    untouched = states.join(versions, on="item_id", how="anti")
    return pl.concat([untouched, after.select(states.columns)])


def differences(
    states: pl.DataFrame, versions: pl.DataFrame, seq: int
) -> dy.DataFrame[ItemDifferences]:
    """List what the books and what was done here do not agree on, once an extract has spoken.

    Args:
        states: ItemStates before the extract.
        versions: what it changed.
        seq: the event that loads it.
    """
    known = states.select("item_id", then="book_amount", unseen="unseen")
    told = versions.filter(pl.col("change") != "added").join(known, on="item_id")
    alone = told.with_columns(amount=pl.col("then") - pl.col("open_amount") - _absorbed())
    # An item that the books only raised was not settled anywhere.
    is_settled = pl.col("amount").sign() == pl.col("then").sign()
    after = load(states, versions)
    is_here = pl.col("unseen").sign() == pl.col("amount").sign()
    one_side = after.filter(pl.col("unseen") != 0).with_columns(
        kind=pl.when(is_here | pl.col("amount").is_null())
        .then(pl.lit("still_open_in_books"))
        .otherwise(pl.lit("still_settled_in_books")),
        amount="unseen",
    )
    other_side = alone.filter(is_settled & (pl.col("amount") != 0)).with_columns(
        kind=pl.lit("settled_in_books_only")
    )
    columns = ItemDifferences.column_names()
    rows = [
        one.with_columns(seq=pl.lit(seq, pl.Int64)).select(columns)
        for one in (one_side, other_side)
    ]
    return ItemDifferences.validate(pl.concat(rows).sort("item_id", "kind"))


def settle(states: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Let decisions take off items what they settle: ItemStates after them.

    Args:
        states: ItemStates before, at least of the items of the moves.
        moves: item_id and `moved` (minor units of the item, of its sign; negative to it: taken back); one row an item.
    """
    moved = states.join(moves, on="item_id", how="left", maintain_order="left")
    off = pl.col("moved").fill_null(0)
    return moved.with_columns(
        unseen=pl.col("unseen") + off, open_amount=pl.col("open_amount") - off
    ).drop("moved")


def empty_states() -> pl.DataFrame:
    """Give the states of books that nobody has loaded."""
    return ItemStates.create_empty()


def _absorbed() -> pl.Expr:
    """What of `unseen` an extract has seen: the part of its change that has the same sign, and no more than there is."""
    seen = pl.col("then") - pl.col("open_amount")
    is_same = seen.sign() == pl.col("unseen").sign()
    least = pl.min_horizontal(seen.abs(), pl.col("unseen").abs()) * seen.sign()
    return pl.when(is_same).then(least).otherwise(0)
