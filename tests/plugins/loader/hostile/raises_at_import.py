from __future__ import annotations

MESSAGE = "no licence found \x1b[2J in this folder"

raise RuntimeError(MESSAGE)
