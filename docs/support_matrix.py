"""Write the support matrix of `formats/README.md`: what was read out of the fixtures of each format and dialect.

In: the golden parses beside the fixtures, so a field is listed only where a test proves that it is read.
Out: one table a format, a row a field and a column a dialect; and the catalogue of CSV layouts.
"""
# ruff: noqa: INP001 - docs/ holds pages and its programs; it is no package

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

from recon.api import ReadLines

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "formats" / "README.md"
STATEMENTS: Final = ROOT / "fixtures" / "statements"
_BEGIN: Final = "<!-- The rest is written by `python docs/generate.py`; do not edit it by hand. -->"
# What every line of every format has.
_ALWAYS: Final = {
    "statement_index",
    "record",
    "line_number",
    "byte_offset",
    "byte_length",
    "booking_date",
    "amount",
    "currency",
    "status",
}
# CSV layouts are too many for columns; what each reads stands in its own file.
_CATALOGUE: Final = "csv"


def page() -> str:
    """Give the whole page: what a person wrote, and the tables behind it."""
    written = PAGE.read_text(encoding="utf-8").partition(_BEGIN)[0].rstrip()
    tables = [text for folder in _folders() for text in _table(folder.name, fields_of(folder))]
    return "\n".join([written, "", _BEGIN, *tables, *_layouts()]) + "\n"


def _folders() -> list[Path]:
    return sorted(folder for folder in STATEMENTS.iterdir() if folder.is_dir())


def fields_of(folder: Path) -> dict[str, set[str]]:
    """Give the fields that were read out of each dialect of a format."""
    fields: dict[str, set[str]] = defaultdict(set)
    for golden in sorted(folder.rglob("*.json")):
        parse: dict[str, Any] = json.loads(golden.read_text(encoding="utf-8"))
        dialects = {row["statement_index"]: row.get("dialect") for row in parse["statements"]}
        for line in parse["lines"]:
            said = {name for name, value in line.items() if value not in {False, ""}}
            fields[dialects[line["statement_index"]] or folder.name] |= said
    return fields


def _table(name: str, fields: dict[str, set[str]]) -> list[str]:
    if name == _CATALOGUE:
        every = set().union(*fields.values())
        fields = {"bank layouts and guesses": every}
    shown = [
        field
        for field in ReadLines.column_names()
        if field not in _ALWAYS and any(field in read for read in fields.values())
    ]
    dialects = sorted(fields)
    return [
        "",
        f"### {name}",
        "",
        f"| field | {' | '.join(dialects)} |",
        f"|---|{'---|' * len(dialects)}",
        *(
            f"| `{field}` | {' | '.join('read' if field in fields[one] else '' for one in dialects)} |"
            for field in shown
        ),
    ]


def _layouts() -> list[str]:
    rows = []
    for path in sorted((ROOT / "formats" / "recon_csv" / "banks").glob("*.toml")):
        layout = tomllib.loads(path.read_text(encoding="utf-8"))
        rows.append(f"| `{path.stem}` | {layout.get('bank', '')} | {layout.get('country', '')} |")
    return [
        "",
        "### Bank layouts of CSV",
        "",
        "| layout | bank | country |",
        "|---|---|---|",
        *rows,
    ]
