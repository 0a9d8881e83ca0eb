"""Places where a test lets the program fail: after each durable step, by name.

Off unless `RECON_FAILPOINT=NAME:N:ACTION` is set: at the N-th time that step NAME is passed, do ACTION (kill9, raise, stop
until somebody lets the process go on, ENOSPC, EIO). The names are listed here, so that a test can try every one of them.
"""

from __future__ import annotations

import errno
import os
import signal
from collections import Counter
from typing import Final

VARIABLE: Final = "RECON_FAILPOINT"
STEPS: Final = (
    "import.file_hashed",
    "import.archived",
    "import.lines_inserted",
    "import.committed",
    "import.projected",
    "books.inserted",
    "books.committed",
    "match.snapshot_read",
    "match.result_made",
    "match.inserted",
    "match.committed",
    "review.inserted",
    "review.committed",
    "post.key_stored",
    "post.reply_received",
    "post.marked",
    "audit.appended",
    "report.tmp_written",
    "report.renamed",
)
_passed: Counter[str] = Counter()


def reached(step: str) -> None:
    """Say that a durable step is done; nothing happens unless a test asked for it.

    Raises:
        OSError: the test asked for ENOSPC or EIO.
        RuntimeError: the test asked for `raise`.
    """
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    name, number, action = wanted.split(":")
    if name != step:
        return
    _passed[step] += 1
    if _passed[step] != int(number):
        return
    if action == "kill9":
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
        return
    if action == "raise":
        raise RuntimeError(f"failpoint {step}")
    code = getattr(errno, action)
    raise OSError(code, os.strerror(code))
