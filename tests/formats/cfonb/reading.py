"""Read text by the format `cfonb` as the engine would, its contract checked."""

from __future__ import annotations

from typing import Any

from recon.api import ParsedStatements, SourceFile
from recon.plugins import Plugins
from recon_cfonb.plugin import Cfonb


def read(text: str | bytes, **options: Any) -> ParsedStatements:
    data = text if isinstance(text, bytes) else text.encode()
    return Plugins.for_tests([Cfonb()]).read("cfonb", SourceFile("bank.cfo", data), options)
