"""Read text by the format `coda` as the engine would, its contract checked."""

from __future__ import annotations

from typing import Any

from recon.api import ParsedStatements, SourceFile
from recon.plugins import Plugins
from recon_coda.plugin import Coda


def read(text: str | bytes, **options: Any) -> ParsedStatements:
    data = text if isinstance(text, bytes) else text.encode()
    return Plugins.for_tests([Coda()]).read("coda", SourceFile("bank.cod", data), options)
