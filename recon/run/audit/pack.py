"""Export the evidence pack of a run. In: a workspace and the number of a run. Out: a folder or a zip, and an event.

It has all that was known when the run was recorded: events, facts, inputs, policy, outputs, and the reports of that day.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import make_url

from recon.errors import ConfigurationError, StoreBroken
from recon.report.standing.render import REPORTS, render_files
from recon.review.allowed import check_allowed
from recon.run.audit import layout
from recon.run.audit.writing import unfinished_pack
from recon.run.record import versions
from recon.store.chain import Head
from recon.store.policies import policy_at
from recon.store.projections import catch_up
from recon.store.reading import fetch_stored
from recon.store.standing import standing
from recon.store.tables import EVENTS, FACT, FACTS
from recon.store.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl
    from sqlalchemy import Connection

    from recon.run.daily.desk import Desk
    from recon.store.tables import Kept

    Parts = dict[str, Callable[[], bytes]]

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class PackedRun:
    """The run that a pack is of: its number, its facts and its event, which is the head of the pack."""

    run: int
    facts: dict[str, Any]
    head: Head


@dataclass(frozen=True, slots=True)
class Exported:
    """A pack that was written; `manifest_sha256` stands for all of it, and in the store's own record."""

    out: Path
    packed: PackedRun
    files: int
    size_bytes: int
    manifest_sha256: str


def export_pack(desk: Desk, out: Path | None = None, run: int | None = None) -> Exported:
    """Write the pack of a run and record that it was.

    Args:
        desk: the workspace.
        out: a name that ends in .zip, or a folder; `pack-NUMBER.zip` in the workspace if left out.
        run: the number of the run; the newest if left out.

    Raises:
        ConfigurationError: there is no such run, or the place is taken.
        StoreBroken: the store is not what it was, so nothing of it would be evidence.
        Refused: the person may not.
    """
    if not desk.authority.is_house_of_one:
        check_allowed(desk.actor, "export_pack", desk.authority)
    with desk.store.reading() as connection:
        packed = find_run(connection, run)
        _require_sound(connection)
        out = out or desk.workspace.path(f"pack-{packed.run:06d}.zip")
        with unfinished_pack(out) as unfinished:
            parts = _parts(connection, desk, packed)
            for name in sorted(parts):
                unfinished.add(name, parts[name]())
            manifest = _manifest(packed, dict(unfinished.marks))
            digest = unfinished.add(layout.MANIFEST, manifest)
            # Nothing leaves the house without a trace: the event is there before the pack has its name.
            _record(desk, packed, digest)
        size = sum(mark.size_bytes for mark in unfinished.marks.values())
        return Exported(out, packed, len(unfinished.marks), size, digest)


def find_run(connection: Connection, run: int | None) -> PackedRun:
    """Find a run by its number, or the newest.

    Raises:
        ConfigurationError: there is none.
    """
    events = EVENTS.table
    query = select(events.c.seq, events.c.hash, events.c.payload)
    found = connection.execute(
        query.where(events.c.kind == "run_completed").order_by(events.c.seq)
    ).all()
    told = [(json.loads(text), Head(seq, digest)) for seq, digest, text in found]
    runs = {facts["run"]: PackedRun(facts["run"], facts, newest) for facts, newest in told}
    if not runs:
        raise ConfigurationError("this store has no run yet", hint="`recon run` makes one")
    number = max(runs) if run is None else run
    if number not in runs:
        raise ConfigurationError(f"there is no run {number}", hint=f"the newest is {max(runs)}")
    return runs[number]


def _require_sound(connection: Connection) -> None:
    findings = verify(connection).findings
    if findings:
        raise StoreBroken(
            f"{findings[0].place}: {findings[0].what}",
            hint="`recon verify` lists all that is not as it was recorded; nothing of this store is evidence",
        )


def _parts(connection: Connection, desk: Desk, packed: PackedRun) -> Parts:
    """Give every file of the pack but the manifest, each made when it is written."""
    until = packed.head.seq
    files = _rows(connection, FACT["files"], until)
    index = files.with_columns(file="inputs/" + files["sha256"])
    outputs: dict[str, str] = packed.facts["outputs"]
    about = (_HERE / "about.txt").read_text(encoding="utf-8")
    told = about.format(run=packed.run, as_of=packed.facts["as_of"])
    policy = policy_at(connection, until)
    return {
        layout.README: told.encode,
        layout.CHECK: (_HERE / "check.py").read_bytes,
        layout.EVENTS: lambda: _events(connection, until),
        layout.POLICY: lambda: pretty(msgspec.to_builtins(policy, builtin_types=())),
        layout.SETTINGS: lambda: _settings(desk),
        layout.INDEX: lambda: layout.as_csv(index),
        **{layout.facts_name(kept.name): _later(_facts, connection, kept, until) for kept in FACTS},
        **{
            layout.input_name(digest): _later(desk.archive.get, digest)
            for digest in files["sha256"].unique()
        },
        **{f"outputs/{name}": _later(desk.archive.get, one) for name, one in outputs.items()},
        **{
            f"reports/{name}": _later(bytes, data)
            for name, data in reports_of(connection, packed).items()
        },
    }


def _later(make: Callable[..., bytes], *given: object) -> Callable[[], bytes]:
    return lambda: make(*given)


def reports_of(connection: Connection, packed: PackedRun) -> dict[str, bytes]:
    """Render all reports of the record, as of the run's day and as known after it."""
    day = dt.date.fromisoformat(packed.facts["as_of"])
    stood = standing(connection, day, packed.head.seq)
    return {file: data for name in REPORTS for file, data in render_files(name, stood).items()}


def _rows(connection: Connection, kept: Kept, until: int) -> pl.DataFrame:
    """Read the rows that events up to one brought, in stored form."""
    if "seq" in kept.columns:
        return fetch_stored(connection, kept, kept.table.c.seq <= until)
    decisions = FACT["decisions"].table
    numbers = select(decisions.c.decision_no).where(decisions.c.seq <= until)
    return fetch_stored(connection, kept, kept.table.c.decision_no.in_(numbers))


def _facts(connection: Connection, kept: Kept, until: int) -> bytes:
    return layout.as_csv(_rows(connection, kept, until))


def _events(connection: Connection, until: int) -> bytes:
    rows = _rows(connection, EVENTS, until).iter_rows(named=True)
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def _settings(desk: Desk) -> bytes:
    """Tell the settings; of the store only which kind it is, since its URL may hold a password."""
    told = msgspec.to_builtins(desk.workspace.settings, builtin_types=())
    kind = make_url(desk.workspace.store_url).get_backend_name()
    return pretty({**told, "store": kind})


def _manifest(packed: PackedRun, marks: dict[str, layout.Mark]) -> bytes:
    manifest = layout.Manifest(
        run=packed.run,
        as_of=packed.facts["as_of"],
        head=layout.PackHead(packed.head.seq, packed.head.hash),
        versions=versions(),
        files=marks,
    )
    return pretty(msgspec.to_builtins(manifest))


def pretty(value: object) -> bytes:
    """Write JSON for people: keys in order, a row each."""
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=1) + b"\n"


def _record(desk: Desk, packed: PackedRun, digest: str) -> None:
    facts = {"run": packed.run, "seq": packed.head.seq, "manifest_sha256": digest}
    with desk.store.writing() as connection:
        desk.record(connection, "pack_exported", facts)
        catch_up(connection)
