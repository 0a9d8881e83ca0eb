"""The plugins of a workspace: what is installed, and its own `reconfile.py` where the settings say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.errors import ConfigurationError, Place
from recon.plugins import Plugins
from recon.plugins.beside import FILE, PLUGIN

if TYPE_CHECKING:
    from recon.workspace import Workspace


def plugins_of(workspace: Workspace) -> Plugins:
    """Load the plugins of a workspace.

    Raises:
        ConfigurationError: its own plugin cannot be used; to go on without it might decide otherwise.
    """
    if not workspace.settings.plugins.reconfile:
        return Plugins.discover()
    plugins = Plugins.discover(beside=workspace.folder)
    for failure in plugins.failures:
        if failure.owner.plugin == PLUGIN:
            raise ConfigurationError(
                f"{failure.kind} {failure.name}: {failure.error}",
                place=Place(str(workspace.path(FILE))),
                hint="mend it, or take `reconfile` out of [plugins] in recon.toml",
            )
    return plugins
