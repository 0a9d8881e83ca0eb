"""What the benches share. `recon` comes first, as for who runs it: it says how Polars' allocator is set."""

from __future__ import annotations

import recon  # noqa: F401
