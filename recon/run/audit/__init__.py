"""Evidence packs: all that a run was made of, in files that open without this program, and the run made again from them.

`pack.export_pack` writes one from a workspace; `replay.replay` needs neither workspace nor store.
"""

from __future__ import annotations
