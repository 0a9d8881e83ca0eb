from __future__ import annotations

from recon.api import hookimpl


@hookimpl
def recon_register_reports():
    return []
