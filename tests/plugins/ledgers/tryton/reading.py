"""How the tests ask a Tryton, real or not, for the books."""

from __future__ import annotations

import recon_tryton.plugin

(SOURCE,) = recon_tryton.plugin.recon_register_sources()


def source_options(url, **more):
    """Give the options of `[sources.tryton]` for a server."""
    given = {"url": url, "database": "erp", "user": "admin", "password_env": "TRYTON_PASSWORD"}
    return given | more


def policy(url):
    """Give a policy by which the books come from a server and are posted to it."""
    rows = [f'{name} = "{value}"' for name, value in source_options(url).items()]
    return "\n".join(["[sources.tryton]", *rows, "[ledgers.tryton]", *rows, 'journal = "Bank"'])
