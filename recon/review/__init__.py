"""What people decide, and what they may: the queue, decisions by hand, and the controls that forbid.

In: frames as the record stands, the authority of a person. Out: frames of decisions and allocations, or a refusal.
"""

from __future__ import annotations
