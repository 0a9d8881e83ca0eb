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


def write_files(files: dict[str, bytes], out: Path, view: RunView, plugins: Plugins) -> tuple[str, ...]:
    """Write every file of a run into `out`, then let the reports of plugins write theirs.

    Returns:
        names of the reports of plugins that failed.

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
    failed = []
    for name in plugins.names("report"):
        try:
            plugins.render(name, view, out)
        except ReconError:
            failed.append(name)
    return tuple(failed)


def post_entries(
    ledger: str, entries: dy.DataFrame[Entries], out: Path, policy: Policy, plugins: Plugins
) -> dy.DataFrame[Outcomes] | None:
    """Post all entries to one ledger; None when the ledger failed as a whole.

    Raises:
        ConfigurationError: no ledger has this name.
    """
    kind = plugins.ledger_type(ledger)
    options = dict(policy.ledgers.get(ledger, {}))
    if kind.file_name is not None:
        options.setdefault("path", str(out / kind.file_name))
    try:
        return plugins.post(plugins.connect(ledger, options), entries)
    except ConfigurationError:
        raise
    except ReconError:
        return None
