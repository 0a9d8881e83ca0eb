"""Hand the results over: files whole or not at all, entries to a ledger, reports of plugins."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from recon.errors import ConfigurationError, ReconError

if TYPE_CHECKING:
    from pathlib import Path

    import dataframely as dy

    from recon.config import Policy
    from recon.frames.entries import Entries
    from recon.frames.outcomes import Outcomes
    from recon.plugins import Plugins
    from recon.protocols import RunView


def write_files(files: dict[str, bytes], out: Path) -> None:
    """Write every file of a run into `out`, each whole or not at all.

    Raises:
        ConfigurationError: the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, data in sorted(files.items()):
            unfinished = out / f".{name}.part"
            unfinished.write_bytes(data)
            os.replace(unfinished, out / name)  # noqa: PTH105 - the atomic form is the point
    except OSError as error:
        raise ConfigurationError(f"cannot write to {out}: {error.strerror}") from None


def render_more_reports(view: RunView, out: Path, plugins: Plugins) -> dict[str, ReconError]:
    """Let each report of a plugin write into a folder of its own, so that none can touch the run's files.

    Returns:
        the reports that failed, by name; the run stays.
    """
    failed = {}
    for name in plugins.names("report"):
        folder = out / name
        folder.mkdir(exist_ok=True)
        try:
            plugins.render(name, view, folder)
        except ReconError as error:
            failed[name] = error
    return failed


def post_entries(
    ledger: str, entries: dy.DataFrame[Entries], out: Path, policy: Policy, plugins: Plugins
) -> dy.DataFrame[Outcomes]:
    """Post all entries to one ledger.

    Raises:
        ReconError: no ledger has this name, or it failed as a whole; its entries stay pending.
    """
    kind = plugins.ledger_type(ledger)
    options = dict(policy.ledgers.get(ledger, {}))
    if kind.file_name is not None:
        options.setdefault("path", str(out / kind.file_name))
    return plugins.post(plugins.connect(ledger, options), entries)
