"""A file to our columns. In: a path, how it is written, which columns are looked for. Out: the columns, with their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from recon.api.table_columns import Columns, Wanted, find_columns
from recon_item_file.files import read_table

if TYPE_CHECKING:
    from recon.api.table import Reading

_SECTION: Final = "under [sources.item-file]"


def read_columns(path: str, reading: Reading, wanted: Wanted, section: str = _SECTION) -> Columns:
    """Read a file and find our columns in it; `section` says where its options stand, for hints.

    Raises:
        ConfigurationError: the map names a column that we do not know.
        UnreadableItems: a column is missing or stands twice, or the file breaks the rules of its format.
    """
    table = read_table(path, reading, frozenset(wanted.headers().values()))
    return find_columns(table, reading, wanted, section)
