"""Any frame as a table for a terminal, as CSV or as JSON: what `--format` chooses.

In: a frame. Out: text that ends with a line feed. No raw control character leaves this module.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal, get_args

import polars as pl

from recon.errors import ConfigurationError
from recon.report.text import spell_out, spelled_out

if TYPE_CHECKING:
    from rich.table import Table

How = Literal["table", "csv", "json"]
FORMATS: tuple[str, ...] = get_args(How)

# Wide enough that nothing is wrapped or cut when nobody says how wide the terminal is.
_UNBOUNDED = 100_000
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?%?")
_BREAKS = re.compile(r"[\t\r\n]+")
_CONTROLS_IN_JSON = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def render(frame: pl.DataFrame, how: str, *, width: int | None = None) -> str:
    """Write a frame in one of FORMATS.

    Args:
        frame: any frame; money has to be text already.
        how: one of FORMATS.
        width: columns of the terminal, for `table`; None never wraps.

    Raises:
        ConfigurationError: there is no such format.
    """
    if how == "table":
        return _table_text(frame, width or _UNBOUNDED)
    if how == "csv":
        text = [name for name, kind in frame.schema.items() if kind == pl.String]
        safe = frame.with_columns(spelled_out(pl.col(name)) for name in text)
        return safe.write_csv(line_terminator="\n")
    if how == "json":
        return json_text(frame.to_dicts())
    raise ConfigurationError(
        f"no output format {how!r}", hint="choose one of " + ", ".join(FORMATS)
    )


def json_text(value: Any) -> str:
    """Write plain data as JSON; dates as ISO text, controls as escapes, so that the data stays exact."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return _CONTROLS_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def _table_text(frame: pl.DataFrame, width: int) -> str:
    # rich takes longer to import than a small table to print, so only tables pay for it.
    import io  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415

    out = io.StringIO()
    console = Console(
        file=out, width=width, color_system=None, force_terminal=False, legacy_windows=False,
        highlight=False, markup=False, emoji=False,
    )  # fmt: skip
    console.print(_rich_table(frame))
    return "\n".join(row.rstrip() for row in out.getvalue().splitlines()) + "\n"


def _rich_table(frame: pl.DataFrame) -> Table:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    columns = [[_cell(value) for value in column] for column in frame.iter_columns()]
    for name, cells in zip(frame.columns, columns, strict=True):
        is_number = any(cells) and all(_NUMBER.fullmatch(cell) for cell in cells if cell)
        table.add_column(
            Text(_cell(name)), justify="right" if is_number else "left", overflow="fold"
        )
    for row in zip(*columns, strict=True):
        table.add_row(*map(Text, row))
    return table


def _cell(value: Any) -> str:
    return "" if value is None else spell_out(_BREAKS.sub(" ", str(value)))
