"""Make a table that is told in words, as the steps tell theirs. In: a name and words. Out: a table, made in the step under way.

A column is told by a word: its name, then `#` for a whole number (text otherwise), then `?` where it may be null. The
table's key stands before the bar, its other columns behind it.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

_WHOLE: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def make_table(name: str, words: str, *, has_rowid: bool = False) -> None:
    """Make one table.

    Args:
        name: its name.
        words: its columns.
        has_rowid: SQLite keeps a number of its own for each row.
    """
    key, _, others = words.partition(" | ")
    columns = [_column(word, is_key=True) for word in key.split()]
    columns += [_column(word, is_key=False) for word in others.split()]
    op.create_table(name, *columns, sqlite_strict=True, sqlite_with_rowid=has_rowid)


def _column(word: str, *, is_key: bool) -> sa.Column[object]:
    name = word.rstrip("?").rstrip("#")
    kind = _WHOLE if "#" in word else sa.Text()
    return sa.Column(
        name, kind, primary_key=is_key, nullable=word.endswith("?"), autoincrement=False
    )
