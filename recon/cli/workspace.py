"""What the verbs of a workspace share: where it is, who works there, and the open desk."""

from __future__ import annotations

import getpass
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recon.cli.output import note
from recon.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from recon.plugins import Plugins
    from recon.run.daily.desk import Desk
    from recon.workspace import Workspace

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def workspace_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Declare `--workspace` and `--user`."""
    for option in (
        click.option(
            "--workspace",
            "folder",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            default=Path(),
            metavar="DIR",
            help="The folder with recon.toml; this one if left out.",
        ),
        click.option(
            "--user",
            envvar="RECON_USER",
            metavar="NAME",
            help="Who works, as the record will name them; the name of the login if left out.",
        ),
    ):
        function = option(function)
    return function


def as_of_option(help_text: str) -> Decorator:
    """Declare `--as-of`."""
    kind = click.DateTime(["%Y-%m-%d"])
    return click.option("--as-of", type=kind, metavar="DATE", help=f"{help_text} (YYYY-MM-DD).")


@contextmanager
def at_desk(folder: Path, user: str | None) -> Iterator[Desk]:
    """Open the workspace for one verb.

    Raises:
        ConfigurationError: nobody knows who works here.
    """
    from recon.run.daily.desk import open_desk

    with open_desk(folder, user or _login()) as desk:
        if desk.policy_waits:
            note(
                f"warning: the policy file was changed; {desk.policy.hash} goes on until an admin works here"
            )
        if desk.controls_wait:
            note(
                "warning: people or limits in recon.toml were changed; those in force go on until one of their admins works here"
            )
        yield desk


def plugins_of(workspace: Workspace) -> Plugins:
    """Load what is installed and, where the settings say so, the workspace's own plugin."""
    from recon.run.daily import own_plugins

    return own_plugins.plugins_of(workspace)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        uid = os.getuid() if hasattr(os, "getuid") else "this user"
        raise ConfigurationError(
            f"the login of {uid} has no name", hint="say who works by --user NAME"
        ) from None
