"""How many examples a property tries: few with every change, many more by night."""

from __future__ import annotations

import os
from typing import Final

# What `HYPOTHESIS_PROFILE` may be: times as many examples as with every change.
TIMES: Final = {"same": 1, "more": 5, "deep": 20, "night": 800}
PROFILE: Final = os.environ.get("HYPOTHESIS_PROFILE", "same")


def examples(count: int) -> int:
    """Give how many examples a property tries by the profile, for `count` with every change."""
    return count * TIMES[PROFILE]
