"""`recon completion`: the script that lets a shell complete our commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from recon.cli.output import write_data
from recon.cli.verb import Verb


@click.command(
    "completion",
    cls=Verb,
    epilog="Example: recon completion bash > ~/.local/share/bash-completion/completions/recon",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    SHELL is bash, zsh or fish. Where each looks for such scripts, its own manual says.
    """
    script = get_completion_class(shell)
    assert script is not None, f"click knows no completion for {shell}"
    write_data(script(ctx.find_root().command, {}, "recon", "_RECON_COMPLETE").source())
