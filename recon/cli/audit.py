"""`recon audit`: the evidence pack of a run, the run made again from it, and the head of the chain."""

from __future__ import annotations

from pathlib import Path

import click

from recon.cli.options import format_option, head_option, quiet_option
from recon.cli.output import leave, note, write_data, write_frame
from recon.cli.progress import under_way
from recon.cli.verb import Verb, VerbGroup
from recon.cli.workspace import at_desk, workspace_options


@click.group("audit", cls=VerbGroup, epilog="Example: recon audit pack --run 12")
def command() -> None:
    """Hand a run to an auditor, who makes it again from the files alone."""


@command.command("pack", cls=Verb, epilog="Example: recon audit pack evidence.zip --run 12")
@click.argument(
    "out", required=False, type=click.Path(path_type=Path, writable=True), metavar="[DIR|ZIP]"
)
@click.option(
    "--run",
    "run",
    type=click.IntRange(min=1),
    help="The number of the run; the newest if left out.",
)
@workspace_options
@format_option()
def pack(out: Path | None, run: int | None, folder: Path, user: str | None, how: str) -> None:
    """Write the evidence pack of a run: inputs, record, policy, outputs and reports, with the hash of each file.

    A name that ends in .zip is a zip, any other a folder; left out, it is pack-NUMBER.zip in the workspace. README.txt in
    the pack says what is what, and check.py checks it without this program. That a pack was written is recorded.

    Exit code 1: the store is not as it was recorded; nothing is written.
    """
    with at_desk(folder, user) as desk:
        from recon.run.audit.pack import export_pack

        exported = export_pack(desk, out, run)
    import polars as pl

    newest = exported.packed.head
    told = {
        "pack": str(exported.out),
        "run": str(exported.packed.run),
        "head": f"{newest.seq}:{newest.hash}",
        "files": str(exported.files),
        "bytes": str(exported.size_bytes),
        "manifest_sha256": exported.manifest_sha256,
    }
    if how == "json":
        from recon.report.console import json_text

        write_data(json_text(told))
    else:
        write_frame(pl.DataFrame({"what": list(told), "value": list(told.values())}), how)
    note("give the head to the auditor by another way than the pack")


@command.command(
    "replay", cls=Verb, epilog="Example: recon audit replay evidence.zip --head 9:2d8e..."
)
@click.argument("given", metavar="PACK", type=click.Path(exists=True, path_type=Path))
@head_option("The head as it was kept elsewhere; without it a pack that was replaced whole agrees.")
@click.option(
    "--reconfile",
    "beside",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder with the reconfile.py of then, if the run had one; it is executed.",
)
@format_option()
@quiet_option
def replay(given: Path, known: str | None, beside: Path | None, how: str, quiet: bool) -> None:
    """Make a run again from its evidence pack, a folder or a zip: no store, no workspace, no network.

    Each step agrees, differs or was not tried: the pack itself (files, chain, rows, sources), then statements and books
    read again, outputs and decisions of the run, reports, and the record as a whole.

    Exit code 1: something differs; all differences are on stderr. Other versions than those of the run are named.
    """
    with under_way(quiet=quiet) as progress:
        from recon.plugins import Plugins
        from recon.run.audit.replay import replay as replay_pack

        found = replay_pack(given, Plugins.discover(beside=beside), progress, known)
    from dataclasses import asdict

    import polars as pl

    if how == "json":
        from recon.report.console import json_text

        write_data(json_text({"agrees": found.agrees, **asdict(found)}))
    else:
        write_frame(pl.DataFrame([asdict(step) for step in found.steps]), how)
    for finding in found.findings:
        note(f"error[differs] {finding}")
    for name, then, now in found.versions:
        note(f"note: {name} was {then} and is {now} here: a likely cause of what differs")
    leave(0 if found.agrees else 1)


@command.command("head", cls=Verb, epilog="Example: recon audit head >> heads.txt")
@workspace_options
@format_option()
def head(folder: Path, user: str | None, how: str) -> None:
    """Say the head of the chain: number and hash of the newest event.

    Keep it, or sign it, where nobody who can write the store can write: `recon verify --head` and `recon audit replay
    --head` show by it that nothing before it was altered.
    """
    with at_desk(folder, user) as desk:
        from recon.store.chain import head as head_of

        with desk.store.reading() as connection:
            newest = head_of(connection)
    if how == "table":
        write_data(f"{newest.seq}:{newest.hash}\n")
        return
    import polars as pl

    write_frame(pl.DataFrame({"seq": [newest.seq], "hash": [newest.hash]}), how)
