"""Golden parses: the JSON beside a fixture is what its format must read, whole.

`RECON_UPDATE_GOLDEN=1 pytest ...` writes the files anew; the difference is then read like any other change.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from recon.api import SourceFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl

    from recon.api import Format, ParsedStatements


def check_golden(format_: Format, fixture: Path, options: Mapping[str, Any] | None = None) -> None:
    """Compare the parse of a fixture with `<fixture>.json`, or write it where that is asked for."""
    parsed = format_.read(SourceFile(fixture.name, fixture.read_bytes()), options or {})
    golden = fixture.with_name(f"{fixture.name}.json")
    text = render(parsed)
    if os.environ.get("RECON_UPDATE_GOLDEN") == "1":
        golden.write_text(text, encoding="utf-8")

    assert text == golden.read_text(encoding="utf-8")


def render(parsed: ParsedStatements) -> str:
    """Lay a parse out as JSON; nulls, and the status that nearly every line has, are left out."""
    content = {
        "reader": parsed.reader,
        "findings": list(parsed.findings),
        "statements": _rows(parsed.statements),
        "lines": _rows(parsed.lines),
        "rejects": _rows(parsed.rejects),
    }
    return json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            name: value
            for name, value in row.items()
            if value is not None and (name, value) != ("status", "booked")
        }
        for row in frame.to_dicts()
    ]
