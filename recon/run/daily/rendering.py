"""The files of a run. In: what was matched. Out: its figures, and name and bytes of every file that it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recon.match.decision.decide import WHOLE
from recon.report.evidence import evidence_csv
from recon.report.outputs import render_outputs
from recon.report.summary import summary
from recon.run.record import run_record

if TYPE_CHECKING:
    from recon.config import Policy
    from recon.plugins import Plugins
    from recon.run.daily.matching import Matched


def run_figures(matched: Matched) -> dict[str, Any]:
    """Give the run in figures."""
    return summary(matched.view) | {"applied_from_confidence": f"{matched.threshold / WHOLE:.6f}"}


def render_run(
    matched: Matched, figures: dict[str, Any], policy: Policy, plugins: Plugins
) -> dict[str, bytes]:
    """Render all files; the same run gives the same bytes.

    Raises:
        IdentityBroken: the run's totals do not tie.
    """
    reading, view = matched.snapshot.reading, matched.view
    return {
        **render_outputs(view),
        "evidence.csv": evidence_csv(matched.weighed),
        "run.json": run_record(view, matched.weighed, reading, figures, policy, plugins),
    }
