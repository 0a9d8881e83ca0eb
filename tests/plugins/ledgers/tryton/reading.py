"""How the tests ask a Tryton, real or not, for the books."""

from __future__ import annotations

import recon_tryton.plugin

(SOURCE,) = recon_tryton.plugin.recon_register_sources()


def source_options(url, **more):
    """Give the options of `[sources.tryton]` for a server."""
    given = {"url": url, "database": "erp", "user": "admin", "password_env": "TRYTON_PASSWORD"}
    return given | more
