"""Read text by the format `norma43` as the engine would, its contract checked."""

from __future__ import annotations

from typing import Any

from recon.api import ParsedStatements, SourceFile
from recon.plugins import Plugins
from recon_norma43.plugin import Norma43


def read(text: str | bytes, **options: Any) -> ParsedStatements:
    data = text if isinstance(text, bytes) else text.encode()
    return Plugins.for_tests([Norma43()]).read("norma43", SourceFile("bank.n43", data), options)
