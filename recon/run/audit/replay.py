"""Re-perform a run from its evidence pack alone. In: a folder or a zip. Out: step by step, whether every byte agrees.

No store, no workspace, no clock. First the pack is checked, by the same code that lies in it as check.py; only if it is what
was recorded, the run is made again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from recon.errors import MalformedFile, printable
from recon.run.audit import check
from recon.run.audit.layout import EVENTS, MANIFEST, SCHEMA, Manifest
from recon.run.audit.opening import open_pack
from recon.run.audit.perform import PARTS, perform
from recon.run.record import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from recon.plugins import Plugins
    from recon.run.audit.opening import Pack
    from recon.run.audit.perform import Performance
    from recon.run.progress import Progress

CHECKS: Final = ("files", "chain", "rows", "sources")
_UNITS: Final = {
    "files": "files",
    "chain": "events",
    "rows": "tables",
    "sources": "inputs and outputs",
    "statements": "files read again",
    "books": "extracts read again",
    "outputs": "files, the same bytes",
    "decisions": "decisions made again",
    "reports": "files, the same bytes",
    "record": "rows, with projections and cash identities",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: agrees, differs or was not tried; the first difference in words, or what was looked at."""

    step: str
    result: str
    detail: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run that was made again; `findings` are all differences, `versions` what is not as it was: name, then, now."""

    run: int | None
    head: str | None
    steps: tuple[Step, ...]
    findings: tuple[str, ...]
    versions: tuple[tuple[str, str, str], ...]

    @property
    def agrees(self) -> bool:
        """Say whether every step was tried and agrees."""
        return all(step.result == "agrees" for step in self.steps)


def replay(path: Path, plugins: Plugins, progress: Progress, head: str | None = None) -> Replayed:
    """Check a pack and make its run again.

    Args:
        path: a folder or a zip, which may be hostile.
        plugins: today's formats and sources.
        progress: who is told of each step.
        head: `SEQ:HASH` as it was kept elsewhere; without it a pack that was replaced as a whole agrees with itself.
    """
    try:
        with open_pack(path) as pack:
            return _replayed(pack, plugins, progress, head)
    except MalformedFile as error:
        said = printable(error.message)
        steps = (Step("files", "differs", said), *_not_tried((*CHECKS[1:], *PARTS)))
        return Replayed(None, None, steps, (said,), ())


def _replayed(pack: Pack, plugins: Plugins, progress: Progress, head: str | None) -> Replayed:
    progress.step("Checking the pack", len(CHECKS))
    found: dict[str, list[str]] = {}
    for name in CHECKS:
        found[name] = _checked(name, pack, head)
        progress.advance()
        if found["files"]:
            break
    manifest = None if found["files"] else _manifest(pack)
    if not found["files"] and manifest is None:
        found["files"] = [f"{MANIFEST} is not of a layout that this version knows ({SCHEMA})"]
    counts = _counts(pack) if not found["files"] else {}
    steps = [_step(name, found[name], counts.get(name, 0)) for name in found]
    if any(found.values()) or manifest is None:
        steps += _not_tried([name for name in (*CHECKS, *PARTS) if name not in found])
        return _result(manifest, steps, found, ())
    done = perform(pack, plugins, progress)
    steps += _performed(done)
    return _result(manifest, steps, found | done.findings, _other_versions(pack))


def _checked(name: str, pack: Pack, head: str | None) -> list[str]:
    """Do one check of the stand-alone program."""
    names = pack.sizes.keys()
    made: dict[str, Callable[[], Iterable[str]]] = {
        "files": lambda: check.check_files(names, pack.read),
        "chain": lambda: check.check_chain(pack.read, head),
        "rows": lambda: check.check_rows(names, pack.read),
        "sources": lambda: check.check_sources(names, pack.read),
    }
    try:
        return list(made[name]())
    except (MalformedFile, *check.UNREADABLE) as error:
        return [f"this is no whole pack: {error}"]


def _manifest(pack: Pack) -> Manifest | None:
    """Read the manifest; None where it is not one of this layout."""
    try:
        manifest = msgspec.json.decode(pack.read(MANIFEST), type=Manifest)
    except (MalformedFile, msgspec.MsgspecError, *check.UNREADABLE):
        return None
    return manifest if manifest.schema == SCHEMA else None


def _counts(pack: Pack) -> dict[str, int]:
    names = pack.sizes.keys()

    def within(*folders: str) -> int:
        return sum(name.startswith(folders) for name in names)

    return {
        "files": len(names) - 1,
        "chain": pack.read(EVENTS).count(b"\n"),
        "rows": within("facts/"),
        "sources": within("inputs/", "outputs/") - 1,
    }


def _performed(done: Performance) -> list[Step]:
    """Give a step a part; what failed before a part was reached left it untried."""
    return [
        _step(part, done.findings[part], done.pieces[part])
        if part in done.pieces
        else Step(part, "not tried", "")
        for part in PARTS
    ]


def _step(name: str, findings: list[str], pieces: int) -> Step:
    if not findings:
        return Step(name, "agrees", f"{_UNITS[name]}: {pieces}")
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return Step(name, "differs", f"{printable(findings[0])}{more}")


def _not_tried(names: Iterable[str]) -> list[Step]:
    return [Step(name, "not tried", "") for name in names]


def _other_versions(pack: Pack) -> tuple[tuple[str, str, str], ...]:
    """Name what is not of the version that made the run."""
    then, now = json.loads(pack.read("outputs/run.json"))["versions"], versions()
    names = sorted({*then, *now})
    return tuple(
        (name, str(then.get(name)), str(now.get(name)))
        for name in names
        if then.get(name) != now.get(name)
    )


def _result(
    manifest: Manifest | None,
    steps: list[Step],
    found: dict[str, list[str]],
    others: tuple[tuple[str, str, str], ...],
) -> Replayed:
    run = None if manifest is None else manifest.run
    head = None if manifest is None else f"{manifest.head.seq}:{manifest.head.hash}"
    findings = tuple(printable(one) for part in found.values() for one in part)
    return Replayed(run, head, tuple(steps), findings, others)
