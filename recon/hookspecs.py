"""The hooks. Each is called once at start; `recon_register_*` return the objects to register.

Order never decides: two plugins of one name, or two formats that claim one file, are an error that names both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.protocols import (
        EvidenceSource,
        Format,
        ItemSource,
        LedgerType,
        Pass,
        Report,
        RunView,
    )

NAMESPACE = "recon"

hookspec = pluggy.HookspecMarker(NAMESPACE)
hookimpl = pluggy.HookimplMarker(NAMESPACE)


@hookspec
def recon_register_formats() -> Sequence[Format]:
    """Give statement formats. When one fails on a file, that file is quarantined and the run goes on."""
    raise AssertionError  # a hook specification is never called itself


@hookspec
def recon_register_sources() -> Sequence[ItemSource]:
    """Give sources of open items. When one fails, the run stops before matching."""
    raise AssertionError


@hookspec
def recon_register_passes() -> Sequence[Pass]:
    """Give makers of proposals. When one fails, the run stops."""
    raise AssertionError


@hookspec
def recon_register_evidence() -> Sequence[EvidenceSource]:
    """Give judges of pairs. When one fails, the run stops."""
    raise AssertionError


@hookspec
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give ledgers. When one fails, its entries stay pending and are retried with the same key."""
    raise AssertionError


@hookspec
def recon_register_reports() -> Sequence[Report]:
    """Give reports. When one fails, it is marked failed and the run stays."""
    raise AssertionError


@hookspec
def recon_run_started(run_id: str) -> None:
    """Observe that a run has started. A failure is logged by name."""


@hookspec
def recon_run_finished(run_id: str, view: RunView) -> None:
    """Observe that a run is complete. A failure is logged by name."""
