"""All files of a run that this room writes, in one call.

In: a RunView. Out: file name to bytes. The totals are tied first: a run that does not tie writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.report.exports import export_files
from recon.report.page import render_page
from recon.report.totals import tie_out
from recon.report.workbook import render_workbook
from recon.threads import side_by_side

if TYPE_CHECKING:
    from recon.protocols import RunView


def render_outputs(view: RunView) -> dict[str, bytes]:
    """Render lines.csv, allocations.csv, unmatched.csv, entries.csv, report.html and report.xlsx.

    Raises:
        IdentityBroken: the run's totals do not tie.
        AmountError: an amount has a currency without known decimals.
    """
    tie_out(view)
    files, page, workbook = side_by_side(
        lambda: export_files(view), lambda: render_page(view), lambda: render_workbook(view)
    )
    return {**files, "report.html": page, "report.xlsx": workbook}
