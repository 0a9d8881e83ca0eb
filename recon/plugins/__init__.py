"""Plugins: discover (sorted), load (isolated), check, and call across the trust boundary.

In: entry points of the group `recon`. Out: a `Plugins` object that is built once and passed on; there is no
module-level one.

Two rules hold on every way through here. A plugin's mistake is named with the plugin and its distribution, never
shown as ours (`blame`). What a plugin returns is checked against its contract before the engine sees it
(`contracts`), and what it is given is a copy, so that nothing it does in place reaches the engine's frames. This
contains faults, not malice: a plugin is code that the operator installed, and it runs in this process.
"""

from __future__ import annotations

from recon.plugins.blame import Owner
from recon.plugins.calls import Plugins
from recon.plugins.claims import Claims
from recon.plugins.ledgers import OpenLedger
from recon.plugins.loading import PluginStatus

__all__ = ["Claims", "OpenLedger", "Owner", "PluginStatus", "Plugins"]
