"""Detective controls: what should be looked at although nothing forbade it. In: a Standing, the limits. Out: Findings.

One file a subject; `every.py` puts them together. They change nothing.
"""

from __future__ import annotations
