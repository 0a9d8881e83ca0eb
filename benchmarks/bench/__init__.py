"""What the benches share. `recon` comes first, as for who runs it: it says how Polars' allocator is set."""

import recon  # noqa: F401
