"""The command line: one file a verb. In: arguments. Out: data on stdout, all else on stderr, and an exit code.

Verbs are imported when they are named, and heavy packages inside their functions, so that `recon --help` imports
neither polars nor a plugin.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final

import click

from recon import __version__
from recon.cli.verb import SETTINGS, VerbGroup
from recon.errors import ReconError

if TYPE_CHECKING:
    from typing import Any

# In the order in which a newcomer meets them.
VERBS: Final = (
    "match",
    "read",
    "show",
    "explain",
    "init",
    "run",
    "watch",
    "ingest",
    "items",
    "queue",
    "review",
    "accept",
    "reject",
    "split",
    "on-account",
    "not-receivable",
    "undo",
    "approve",
    "assign",
    "comment",
    "release",
    "period",
    "post",
    "outbox",
    "report",
    "findings",
    "verify",
    "audit",
    "demo",
    "eval",
    "policy",
    "formats",
    "plugins",
    "doctor",
    "completion",
)


class Verbs(VerbGroup):
    """The group of all verbs; it also turns every error that a user can act upon into text and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the names of all verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one verb; its file is named after it."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"recon.cli.{cmd_name.replace('-', '_')}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; show a `ReconError` with its place and hint, and leave with its exit code."""
        for stream in (sys.stdout, sys.stderr):
            # A terminal that cannot show a payer's name shows its escape instead of stopping the run.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except ReconError as error:
            click.echo(error.render(), err=True)
            ctx.exit(error.exit_code)


@click.group(
    "recon",
    cls=Verbs,
    context_settings=SETTINGS,
    epilog="Example: recon match statements/ --open-items open.csv --out out/",
)
@click.version_option(__version__, prog_name="recon", message="%(version)s")
def main() -> None:
    """Reconcile bank statements with open items: bank files in, applied cash, exceptions and a journal out.

    Exit codes: 0 done, 1 failed or a threshold missed, 2 wrong usage or configuration, 3 done but an input was
    quarantined or a record refused, 4 posting partial or failed, 5 locked by another run.
    """
