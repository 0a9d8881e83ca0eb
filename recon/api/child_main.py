"""The child's half of `call_in_child`: a script, run by path as `python -I`, that calls one function and says it ended.

In: one request on stdin: function, payload, limits, folder to import from. Out on stdout: one answer and its end
record. It imports nothing of `recon`, since importing Polars would cost more than most calls.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

# A message may hold whatever the input held: it is cut before it leaves this process.
MESSAGE_LIMIT: Final = 500

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FORBIDDEN: Final = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.system",
        "socket.__new__",
        "subprocess.Popen",
    }
)


def main() -> None:
    """Serve the one request on stdin, and leave without the interpreter's own goodbye, which foreign code may hang."""
    request = msgspec.msgpack.decode(sys.stdin.buffer.read())
    # What foreign code prints goes to stderr: stdout belongs to the protocol.
    channel = os.dup(1)
    os.dup2(2, 1)
    # What the function raises ends this process in any case; the hook only says what it was.
    sys.excepthook = _Failure(channel)
    sys.path += [path for path in request["import_from"] if path not in sys.path]
    _limit(request["limits"])
    if request["limits"]["is_fenced"]:
        _fence(sys.path)
    module, _, name = request["function"].partition(":")
    value = getattr(importlib.import_module(module), name)(request["payload"])
    _send(channel, {"value": value})
    os._exit(0)


class _Failure:
    """The hook for uncaught exceptions: sends type and message in place of a value."""

    def __init__(self, channel: int) -> None:
        self.channel = channel

    def __call__(
        self, kind: type[BaseException], error: BaseException, _: TracebackType | None
    ) -> None:
        raised = {"type": f"{kind.__module__}.{kind.__qualname__}"[:200]}
        _send(self.channel, raised | {"message": str(error)[:MESSAGE_LIMIT]})
        os._exit(1)


def _send(channel: int, answer: dict[str, Any]) -> None:
    """Write length, answer and end record; without all three the parent believes nothing."""
    body = msgspec.msgpack.encode(answer)
    end = {"end": True, "size": len(body), "sha256": hashlib.sha256(body).digest()}
    with open(channel, "wb") as out:
        out.write(len(body).to_bytes(8, "big"))
        out.write(body)
        out.write(msgspec.msgpack.encode(end))


def _limit(limits: dict[str, Any]) -> None:
    """Set the system's limits on this process; a system without them has the parent's wall clock alone."""
    try:
        import resource  # noqa: PLC0415 -- Windows has none
    except ImportError:
        return
    wanted = {
        # One second between the polite signal and the one that cannot be caught.
        "RLIMIT_CPU": (limits["cpu_seconds"], limits["cpu_seconds"] + 1),
        "RLIMIT_AS": (limits["memory_bytes"],) * 2,
        "RLIMIT_NOFILE": (limits["open_files"],) * 2,
        "RLIMIT_CORE": (0, 0),
    }
    if limits["is_fenced"]:
        wanted["RLIMIT_FSIZE"] = (0, 0)
    if not limits["may_start_threads"]:
        # Counts threads too, over all processes of the user; the super-user is exempt from it.
        wanted["RLIMIT_NPROC"] = (0, 0)
    for name, pair in wanted.items():
        # macOS knows some of the names and refuses to set them.
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), pair)


def _fence(import_paths: Iterable[str]) -> None:
    """Refuse new processes, connections, and any file outside the installation.

    A parser needs none of them: all that it works on came over stdin. Wrapped libraries do open files, when a text
    equals the name of one. This contains mistakes; code that means harm finds its way round a hook.
    """
    inside = (*import_paths, sys.prefix, sys.base_prefix, "/usr/share/zoneinfo", os.devnull)
    # An empty entry stands for the working folder, which is never searched here.
    allowed = tuple(Path(path).absolute() for path in inside if path)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _FORBIDDEN:
            raise PermissionError(f"{event} is not allowed to a reader in a child process")
        if event != "open" or isinstance(arguments[0], int):
            return
        path, flags = Path(os.path.normpath(os.fsdecode(arguments[0]))), arguments[2]
        if flags & _WRITING or not any(path.is_relative_to(place) for place in allowed):
            raise PermissionError("a reader in a child process may open no file")

    sys.addaudithook(watch)


if __name__ == "__main__":
    main()
