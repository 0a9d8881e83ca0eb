"""The daily job over a workspace: receive files, load the books, match, record, publish, post.

`flow.run` is the whole of it; each step is durable by itself, so that the next run goes on where one was killed.
"""

from __future__ import annotations
