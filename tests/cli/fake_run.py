"""A stand-in for the flow: the same calls, a run made by hand, and a record of what was asked."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from recon.api import Outcomes
from recon.report.summary import summary
from tests.plugins.loader.frames import frame_of
from tests.report.view_builder import sample

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Reading:
    lines: Any
    rejects: Any
    inputs: tuple
    findings: tuple[str, ...] = ()
    statements: Any = None


@dataclass(frozen=True)
class RunResult:
    view: Any
    summary: dict
    out: Path
    quarantined: tuple = ()
    failed_reports: tuple[str, ...] = ()
    posting: Any = None
    failures: tuple = ()


@dataclass
class FakeRun:
    """What the stand-in answers with, and what it was asked."""

    quarantined: bool = False
    rejects: bool = False
    failed_reports: tuple[str, ...] = ()
    posting: Any = None
    error: Exception | None = None
    asked: list[Any] = field(default_factory=list)

    def view(self):
        build = sample()
        if not self.quarantined:
            build.inputs = [file for file in build.inputs if file.state == "read"]
        view = build.view()
        return view if self.rejects else replace(view, rejects=view.rejects.clear())

    def read_statements(self, statements, policy, plugins, progress):
        self._work(statements, progress)
        view = self.view()
        findings = ("bank.sta was read as cp1252",)
        return Reading(view.lines, view.rejects, view.inputs, findings, view.statements)

    def match_statements(self, request, plugins, progress):
        self._work(request, progress)
        request.out.mkdir(parents=True, exist_ok=True)
        (request.out / "report.html").write_text("report", encoding="utf-8")
        view = self.view()
        bad = tuple(file for file in view.inputs if file.state == "quarantined")
        return RunResult(view, summary(view), request.out, bad, self.failed_reports, self.posting)

    def _work(self, asked, progress):
        self.asked.append(asked)
        sys.stdout.write("a plugin prints to stdout\n")
        progress.step("reading", 2)
        progress.advance()
        progress.advance(1)
        progress.step("matching")
        if self.error:
            raise self.error


def outcomes(*answers):
    rows = [
        {"entry_key": f"k{number}", "outcome": outcome, "reason": reason}
        for number, (outcome, reason) in enumerate(answers)
    ]
    return frame_of(Outcomes, rows) if rows else pl.DataFrame(schema=Outcomes.create_empty().schema)
