"""One execution: bytes -> read -> contract. Says what is broken, or nothing; refusing a file is no defect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from recon.errors import PluginFailed, ReconError
from recon.ingest.detect import HEAD_BYTES
from recon.protocols import SourceFile

if TYPE_CHECKING:
    from recon.plugins import Plugins

# What a format cannot know from its files.
OPTIONS = {"qif": {"currency": "EUR"}}
FIXTURES = Path(__file__).parents[2] / "fixtures"


def seeds(name: str) -> list[bytes]:
    """The format's own samples, small ones first."""
    found = sorted((FIXTURES / "statements" / name).rglob("*"))
    beside = {".json", ".toml"}
    data = [path.read_bytes() for path in found if path.is_file() and path.suffix not in beside]
    return sorted(data, key=len)


def broken(plugins: Plugins, name: str, data: bytes) -> str | None:
    """Let the format sniff and read the bytes; give the complaint where it does not keep its contract."""
    claims = plugins.sniff_all(data[:HEAD_BYTES], "x")
    if claims.failures:
        return claims.failures[0].message
    try:
        plugins.read(name, SourceFile("x", data), OPTIONS.get(name, {}))
    except PluginFailed as error:
        return error.message
    except ReconError:
        return None
    return None
