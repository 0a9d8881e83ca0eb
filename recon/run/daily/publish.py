"""Publish what a run wrote: from the archive into a folder of its own. In: a run's event. Out: files, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from recon.failpoints import reached
from recon.run.daily.archive import sync_folder, write_durably
from recon.run.daily.disk import disk_failed
from recon.store.tables import EVENTS

if TYPE_CHECKING:
    from pathlib import Path

    from recon.run.daily.desk import Desk


def last_run(desk: Desk) -> dict[str, Any] | None:
    """Give the facts of the newest run, or None before the first."""
    events = EVENTS.table
    query = (
        select(events.c.payload, events.c.seq)
        .where(events.c.kind == "run_completed")
        .order_by(events.c.seq.desc())
        .limit(1)
    )
    with desk.store.reading() as connection:
        found = connection.execute(query).first()
    return None if found is None else {**json.loads(found[0]), "seq": found[1]}


def publish_run(desk: Desk, facts: dict[str, Any]) -> Path:
    """Lay the files of a run out in its folder; a folder that is there is whole, and is left as it is.

    Raises:
        StoreBroken: the folder cannot be written, or the archive lost one of them.
    """
    reports = desk.workspace.path(desk.workspace.settings.reports)
    folder = reports / f"run-{facts['run']:06d}"
    if folder.is_dir():
        return folder
    unfinished = reports / f".run-{facts['run']:06d}.part"
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for name, digest in facts["outputs"].items():
            (unfinished / name).parent.mkdir(parents=True, exist_ok=True)
            write_durably(unfinished / name, desk.archive.get(digest))
        for one in {(unfinished / name).parent for name in facts["outputs"]} | {unfinished}:
            sync_folder(one)
        reached("report.tmp_written")
        os.replace(unfinished, folder)  # noqa: PTH105 - the atomic form is the point
        sync_folder(reports)
    except OSError as error:
        raise disk_failed(error, f"the reports cannot be written to {reports.name}") from None
    reached("report.renamed")
    return folder
