"""Compare output with a file under golden/; RECON_UPDATE_GOLDEN=1 writes the files anew."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def assert_golden(name: str, content: bytes) -> None:
    path = FOLDER / name
    if os.environ.get("RECON_UPDATE_GOLDEN") == "1":
        path.write_bytes(content)

    assert content.decode() == path.read_bytes().decode(), name
