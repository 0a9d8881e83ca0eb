"""run.json: what went into a run and what came out, so that it can be re-performed and compared."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import msgspec

from recon import __version__
from recon.report.evidence import competition

if TYPE_CHECKING:
    import dataframely as dy
    import polars as pl

    from recon.config import Policy
    from recon.frames.weighed import Weighed
    from recon.plugins import Plugins
    from recon.protocols import InputFile, RunView
    from recon.run.reading import Reading

# Libraries whose version can change what is read or matched.
_DECISIVE: Final = (
    "polars",
    "dataframely",
    "rapidfuzz",
    "mt-940",
    "ofxparse",
    "anyascii",
    "cleanco",
    "highspy",
)


def run_record(
    view: RunView,
    weighed: dy.DataFrame[Weighed],
    reading: Reading,
    figures: dict[str, Any],
    policy: Policy,
    plugins: Plugins,
) -> bytes:
    """Lay the run's record out as JSON with sorted keys; the same run gives the same bytes."""
    record = {
        "schema": "cashrecon-run-1",
        "versions": versions(),
        "plugins": [
            {
                "name": status.name,
                "kind": status.kind,
                "owner": str(status.owner),
                "error": status.error,
            }
            for status in plugins.statuses
        ],
        "policy": msgspec.to_builtins(policy, builtin_types=()),
        "inputs": [_input(file) for file in view.inputs],
        "competition": competition(weighed),
        "copies": _rows(reading.copies),
        "findings": list(reading.findings),
        "rejects": _rows(view.rejects),
        "statement_checks": _rows(
            reading.statements.select(
                "statement_id",
                "file",
                "account",
                "statement_number",
                "page",
                "balance_check",
                "balance_difference",
                "continuity_check",
                "continuity_note",
                "is_held",
            )
        ),
        "summary": figures,
    }
    return msgspec.json.format(msgspec.json.encode(record, order="deterministic"), indent=1) + b"\n"


def versions() -> dict[str, str]:
    """Name the versions of all that can change what is read or matched."""
    return {
        "cashrecon": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in _DECISIVE},
    }


def _input(file: InputFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
        "role": file.role,
        "state": file.state,
        "format": file.format,
        "error": file.error,
    }


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.to_dicts()
