"""The standard suite for a report: files below its own folder, the same bytes for the same run, and no text that runs.

    class TestMyReport(ReportConformance):
        report = MyReport()

In: a report. Out: a test a rule, or `check_report`.
"""

from __future__ import annotations

import csv
import tempfile
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from recon.plugins import Plugins
from recon.testing import samples
from recon.testing.verdict import Suite, check_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.protocols import Report, RunView
    from recon.testing.verdict import Rule

# What a spreadsheet runs as a formula where a cell begins with it.
_FORMULA: Final = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class ReportCase:
    """One report, and a folder around its own in which nothing else may be written."""

    plugins: Plugins
    name: str
    folder: Path
    view: RunView

    def render(self, view: RunView, name: str) -> dict[str, bytes]:
        """Render a view into a folder of this name; gives its files by their path in it."""
        out = self.folder / name
        out.mkdir()
        with chdir(self.folder):
            self.plugins.render(self.name, view, out)
        return {
            path.relative_to(out).as_posix(): path.read_bytes()
            for path in sorted(out.rglob("*"))
            if path.is_file()
        }


def it_writes_below_its_own_folder_alone(case: ReportCase) -> Iterator[str]:
    """A report gets the folder `out`; what lies beside it, or where the program was called, is not its own."""
    beside = case.folder / "lines.csv"
    beside.write_bytes(b"of the run\n")
    if not case.render(case.view, "out"):
        yield "it writes no file into the folder `out`"
    here = {path.name for path in case.folder.iterdir()}
    if here != {"lines.csv", "out"}:
        yield f"it writes beside its folder: {', '.join(sorted(here - {'lines.csv', 'out'}))}"
    elif beside.read_bytes() != b"of the run\n":
        yield "it changes a file beside its folder"


def the_same_run_gives_the_same_bytes(case: ReportCase) -> Iterator[str]:
    """No clock, no chance, no order of a set stands in a report."""
    first, again = (case.render(case.view, name) for name in ("first", "again"))
    for name in sorted({*first, *again}):
        if first.get(name) != again.get(name):
            yield f"rendered twice, {name} has other bytes"


def a_run_without_lines_is_no_error(case: ReportCase) -> Iterator[str]:
    """A day on which nothing came has a report too."""
    if not case.render(samples.view(is_empty=True), "empty"):
        yield "of a run without lines it writes nothing: nobody can tell it from a report that failed"


def it_writes_in_utf_8(case: ReportCase) -> Iterator[str]:
    """Names of the whole world are legible on every machine."""
    for name, data in case.render(samples.view(texts=samples.HOSTILE), "texts").items():
        if Path(name).suffix in {".csv", ".html", ".json", ".md", ".txt", ".xml"}:
            try:
                data.decode("utf-8")
            except UnicodeDecodeError as error:
                yield f"{name} is no UTF-8: byte {error.start}; name the encoding when you write"


def a_strangers_text_is_never_run(case: ReportCase) -> Iterator[str]:
    """A payer's text is data: no script of a page, no formula of a sheet."""
    for name, data in case.render(samples.view(texts=samples.HOSTILE), "texts").items():
        text = data.decode("utf-8", "replace")
        if name.endswith((".html", ".htm", ".svg")) and "<script>alert(1)" in text:
            yield f"{name} has the script that a payer wrote: escape every text"
        if name.endswith(".csv"):
            cells = (cell for row in csv.reader(text.splitlines(keepends=True)) for cell in row)
            runs = [cell for cell in cells if cell.startswith(_FORMULA) and not _is_number(cell)]
            if runs:
                yield f"{name} has a cell that a spreadsheet runs, {runs[0][:30]!r}: put an apostrophe before it"


RULES: Final = (
    it_writes_below_its_own_folder_alone,
    the_same_run_gives_the_same_bytes,
    a_run_without_lines_is_no_error,
    it_writes_in_utf_8,
    a_strangers_text_is_never_run,
)


class ReportConformance(Suite):
    """Rules that every report keeps; subclass it with `report`.

    Attributes:
        report: the report as its hook registers it.
        view: the run that it shows; that of `recon.testing.samples` if left out.
    """

    rules = RULES
    report: ClassVar[Report]
    view: ClassVar[RunView | None] = None

    @contextmanager
    def opening(self, rule: Rule) -> Iterator[ReportCase]:  # noqa: ARG002 - a folder for each rule
        """Give the report and a folder."""
        with _case(self.report, self.view) as case:
            yield case


def check_report(report: Report, view: RunView | None = None) -> None:
    """Check one report by every rule.

    Args:
        report: the report as its hook registers it.
        view: the run that it shows; that of `recon.testing.samples` if left out.

    Raises:
        NotConforming: with every complaint, each under the rule that is broken.
    """
    check_all(RULES, lambda _: _case(report, view))


@contextmanager
def _case(report: Report, view: RunView | None) -> Iterator[ReportCase]:
    with tempfile.TemporaryDirectory(prefix="recon-kit-") as folder:
        plugins = Plugins.for_tests([report])
        yield ReportCase(plugins, report.name, Path(folder), view or samples.view())


def _is_number(cell: str) -> bool:
    return cell[1:].replace(".", "", 1).isdigit()
