"""The files of a run. In: what was matched. Out: its figures, and name and bytes of every file that it writes.

A report of a plugin writes into a folder that is gone afterwards; what it wrote stands under the report's name, so that
none can touch the run's own files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from recon.errors import PluginFailed, ReconError
from recon.match.decision.decide import WHOLE
from recon.report.evidence import evidence_csv
from recon.report.outputs import render_outputs
from recon.report.summary import summary
from recon.run.record import run_record

if TYPE_CHECKING:
    from recon.config import Policy
    from recon.plugins import Plugins
    from recon.protocols import RunView
    from recon.run.daily.matching import Matched


# Names that an evidence pack takes.
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)?")


@dataclass(frozen=True, slots=True)
class Rendered:
    """The files of a run, by name; and the reports of plugins that failed, by theirs: of them there is no file."""

    files: dict[str, bytes]
    failed: dict[str, ReconError]


def run_figures(matched: Matched) -> dict[str, Any]:
    """Give the run in figures."""
    return summary(matched.view) | {"applied_from_confidence": f"{matched.threshold / WHOLE:.6f}"}


def render_run(
    matched: Matched, figures: dict[str, Any], policy: Policy, plugins: Plugins
) -> Rendered:
    """Render all files; the same run gives the same bytes, as far as the reports of plugins do.

    Raises:
        IdentityBroken: the run's totals do not tie.
    """
    reading, view = matched.snapshot.reading, matched.view
    files = {
        **render_outputs(view),
        "evidence.csv": evidence_csv(matched.weighed),
        "run.json": run_record(view, matched.weighed, reading, figures, policy, plugins),
    }
    failed = {}
    for name in plugins.names("report"):
        try:
            files |= _render_report(name, view, plugins)
        except ReconError as error:
            failed[name] = error
    return Rendered(files, failed)


def _render_report(name: str, view: RunView, plugins: Plugins) -> dict[str, bytes]:
    """Let a plugin render its report; gives its files.

    Raises:
        ReconError: it failed, or wrote what no evidence pack can hold.
    """
    with TemporaryDirectory() as folder:
        out = Path(folder)
        try:
            plugins.render(name, view, out)
        except ReconError as error:
            # Where it wrote is of one machine and one moment, and the cause stands in the record.
            error.message = error.message.replace(folder, name)
            raise
        return {f"{name}/{shown}": data for shown, data in _written(name, out).items()}


def _written(name: str, out: Path) -> dict[str, bytes]:
    found = {}
    for path in sorted(out.rglob("*")):
        shown = path.relative_to(out).as_posix()
        is_plain = path.is_file() and not path.is_symlink()
        if path.is_dir() and not path.is_symlink():
            continue
        if not is_plain or not _NAME.fullmatch(shown):
            raise PluginFailed(
                f"the report {name} wrote {shown[:80]!r}, which no evidence pack can hold",
                hint="plain files in at most one folder, named by letters, digits, and . _ -",
            )
        found[shown] = path.read_bytes()
    return found
