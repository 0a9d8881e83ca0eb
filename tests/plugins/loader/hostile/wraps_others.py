from __future__ import annotations

from recon.api import hookimpl


@hookimpl(wrapper=True)
def recon_register_formats():
    yield
    return []
