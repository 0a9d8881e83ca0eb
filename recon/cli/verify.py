"""`recon verify`: prove that nothing in the store was altered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recon.cli.options import format_option, head_option
from recon.cli.output import leave, note, write_data
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk, workspace_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("verify", cls=Verb, epilog="Example: recon verify --head 812:4f0c...")
@workspace_options
@head_option("A head that was kept elsewhere: the record up to there must still be the same.")
@format_option()
def command(folder: Path, user: str | None, known: str | None, how: str) -> None:
    """Compute the chain of events anew, the digest of all rows that each brought, all projections and cash identities.

    Stdout has the head of the chain: keep it where nobody who can write the store can write, and give it back by --head.
    Exit code 1: something is not as it was recorded; each finding is on stderr.
    """
    seq, _, digest = (known or "").partition(":")
    with at_desk(folder, user) as desk:
        from recon.store.chain import Head
        from recon.store.verify import verify

        expected = Head(int(seq), digest) if known else None
        with desk.store.reading() as connection:
            verified = verify(connection, expected)
    if how == "json":
        from dataclasses import asdict

        from recon.report.console import json_text

        write_data(json_text(asdict(verified)))
    else:
        write_data(f"{verified.head.seq}:{verified.head.hash}\n")
        note(f"{verified.events} events and {verified.rows} rows were looked at")
    for finding in verified.findings:
        note(f"error[altered] {finding.place}: {finding.what}")
    leave(1 if verified.findings else 0)
