"""The frame contracts: one file a frame, each a dataframely schema.

A frame that crosses a room's door is a frame of one of these schemas. Money is Int64 minor units; weights of
evidence are Int64 thousandths of a bit, so that sums are exact and do not depend on their order.
"""

from __future__ import annotations
