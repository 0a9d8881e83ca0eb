"""The table of the README: times, quality, and quality by scenario, as Markdown between two marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from benchmarks.bench.judge import Verdict
    from benchmarks.bench.tasks import Findings


def render(machine: dict[str, str], findings: Findings, times: int) -> str:
    """Write machine and findings as Markdown."""
    how = f"Times are the median of {times}, memory the maximum."
    parts = [f"{measured_on(machine)}\n{how}"]
    if findings.figures:
        head = ("what", "size", "wall", "CPU", "memory", "result")
        rows = [(f.what, f.size, f.wall, f.cpu, f.memory, f.result) for f in findings.figures]
        parts.append(markdown(head, rows))
    if findings.verdicts:
        parts.append(quality_table(findings.verdicts))
    for run, verdict in findings.verdicts.items():
        if run.endswith("medium"):
            parts.append(f"By scenario, {run}:")
            parts.append(_scenarios(verdict))
    return "\n\n".join(parts)


def measured_on(machine: dict[str, str]) -> str:
    """Say on what was measured, as the first line above a table."""
    return f"Measured on {', '.join(f'{name} {value}' for name, value in machine.items())}."


def quality_table(verdicts: dict[str, Verdict]) -> str:
    """One column a run, one row a measure."""
    measures = next(iter(verdicts.values())).shares
    rows = [
        (measure, *(_share(v.shares[measure]) for v in verdicts.values())) for measure in measures
    ]
    rows.append(("calibration error", *(f"{v.calibration_error:.4f}" for v in verdicts.values())))
    rows.append(
        ("amount of wrong lines", *(", ".join(v.wrong) or "none" for v in verdicts.values()))
    )
    return markdown(("quality", *verdicts), rows)


def _share(share: Sequence[object]) -> str:
    hits, of, percent, low, high = share
    return f"{hits:,} of {of:,} = {percent}<br>({low} to {high})"


# Columns of the table by scenario, and the names under which an evaluation has them.
_SCENARIO_COLUMNS: Final = {
    "scenario": "scenario",
    "lines": "lines",
    "pay items": "pays_items",
    "applied": "applied",
    "right": "right",
    "wrong": "wrong",
    "amount of wrong lines": "wrong_value",
    "coverage": "coverage",
    "left": "left",
    "first suggestion right": "hit_first",
    "one of three right": "hit_third",
    "undecidable": "traps",
    "of them left alone": "caught",
    "allowed fate": "allowed_fate",
}


def _scenarios(verdict: Verdict) -> str:
    rows = ([str(row[key]) for key in _SCENARIO_COLUMNS.values()] for row in verdict.scenarios)
    return markdown(tuple(_SCENARIO_COLUMNS), rows)


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_table(readme: Path, table: str, what: str = "measured") -> None:
    """Put a table between its marks and leave the rest as it is."""
    begin, end = f"<!-- {what}: begin -->", f"<!-- {what}: end -->"
    text = readme.read_text(encoding="utf-8")
    head, _, rest = text.partition(begin)
    _, mark, tail = rest.partition(end)
    assert mark, f"{readme.name} has no {begin} ... {end}"
    readme.write_text(f"{head}{begin}\n{table}\n{end}{tail}", encoding="utf-8")
