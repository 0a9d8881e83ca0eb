"""Call one function in a child process with limits. In: its name and a payload. Out: its value, or `ChildFailed`.

Third-party parsers that are slow, or greedy, or wrong on hostile input run here and nowhere else: whatever they do, the
parent goes on, within bounded time and memory. The child is `python -I` in an empty folder with an empty environment;
`child_main.py` is its half. This isolates faults, not malice.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from recon.errors import ReconError, clip, printable

_MAIN: Final = Path(__file__).with_name("child_main.py")
_ROOT: Final = str(Path(__file__).parents[2])
_CHUNK: Final = 64 * 1024
_LENGTH_BYTES: Final = 8
# Windows cannot start a process without these.
_ENVIRONMENT_KEPT: Final = ("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR")
_KILLED_BY_LIMIT: Final = {"SIGXCPU": "cpu", "SIGXFSZ": "files"}


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one call may use; beyond it the child is ended.

    Defaults are those of a file that a bank sends: 10 s of CPU and 1 GiB of memory. `wall_seconds` also ends a child
    that only waits. `output_bytes` bounds the encoded value, and `printed_bytes` what the function prints. A function that
    is not fenced may open files and start processes, which inherit the limits; that is for code of one's own.
    """

    cpu_seconds: int = 10
    wall_seconds: int = 60
    memory_bytes: int = 1024**3
    output_bytes: int = 256 * 1024**2
    printed_bytes: int = 1024**2
    open_files: int = 64
    may_start_threads: bool = False
    is_fenced: bool = True


DEFAULT_LIMITS: Final = ChildLimits()


class ChildFailed(ReconError):
    """A reader in a child process failed or passed one of its limits.

    `reason` is start, cpu, wall, memory, output, printed, files, raised, signal or silent (no end record); `raised` is the
    full name of the exception's type where the function raised one.
    """

    code = "child-failed"
    exit_code = 3

    def __init__(
        self, message: str, *, reason: str, raised: str | None = None, excerpt: str | None = None
    ) -> None:
        super().__init__(message, excerpt=excerpt)
        self.reason = reason
        self.raised = raised


def call_in_child(function: str, payload: object, limits: ChildLimits = DEFAULT_LIMITS) -> Any:
    """Call `function(payload)` in a child process of its own and give the value that it returns.

    A call costs about 0.1 s of start-up, so payloads are whole statements or files, never single records.

    Args:
        function: "package.module:name"; the module is imported in the child only. One that imports `recon.api`
            pays for Polars as well, and then needs `may_start_threads`.
        payload: whatever msgspec writes as MessagePack: None, bool, int, text, bytes, lists and tables of them. It
            arrives as these plain types.
        limits: what the call may use.

    Returns:
        the function's value, as plain types again.

    Raises:
        ChildFailed: the function raised, passed a limit, crashed, or ended without its end record.
    """
    request = {
        "function": function,
        "payload": payload,
        "limits": asdict(limits),
        "import_from": [_ROOT],
    }
    try:
        code, talk = _ended(msgspec.msgpack.encode(request), limits)
    except OSError as error:
        cause = f"it could not be started: {error.strerror or error}"
        raise _failure(function, "start", cause) from None
    return _judged(function, code, talk, limits)


def _ended(request: bytes, limits: ChildLimits) -> tuple[int, _Talk]:
    """Start a child, talk to it, and give its exit code and what it said; afterwards none is left."""
    # A relative path that a hostile text names leads nowhere from an empty folder.
    with tempfile.TemporaryDirectory(prefix="recon-child-") as folder:
        child = subprocess.Popen(  # noqa: S603 -- our own script and interpreter, no shell
            [sys.executable, "-I", "-B", str(_MAIN)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=folder,
            env={name: os.environ[name] for name in _ENVIRONMENT_KEPT if name in os.environ},
            start_new_session=True,
        )
        try:
            talk = _converse(child, request, limits)
        finally:
            if child.poll() is None:
                _kill_group(child)
                child.wait()
    return child.returncode, talk


@dataclass(slots=True)
class _Listener:
    """Collects one of the child's streams up to its limit; one byte beyond it the child is ended."""

    stream: IO[bytes]
    limit: int
    heard: bytearray
    is_over: bool = False

    def listen(self, child: subprocess.Popen[bytes]) -> None:
        with self.stream:
            while chunk := self.stream.read(_CHUNK):
                if len(self.heard) + len(chunk) > self.limit:
                    self.is_over = True
                    _kill_group(child)
                    return
                self.heard += chunk


@dataclass(frozen=True, slots=True)
class _Talk:
    """What a child said until it ended, and whether it had to be ended."""

    answer: _Listener
    printed: _Listener
    is_late: bool


def _converse(child: subprocess.Popen[bytes], request: bytes, limits: ChildLimits) -> _Talk:
    """Write the request and hear both streams at the same time, until the child ends or is late."""
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    end = time.monotonic() + limits.wall_seconds
    # The answer's own length and end record come on top of the value.
    answer = _Listener(child.stdout, limits.output_bytes + 4096, bytearray())
    printed = _Listener(child.stderr, limits.printed_bytes, bytearray())
    threads = [
        threading.Thread(target=answer.listen, args=(child,), daemon=True),
        threading.Thread(target=printed.listen, args=(child,), daemon=True),
        threading.Thread(target=_tell, args=(child.stdin, request), daemon=True),
    ]
    for thread in threads:
        thread.start()
    is_late = False
    threads[0].join(max(0, end - time.monotonic()))
    try:
        child.wait(max(0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        is_late = True
    _kill_group(child)
    for thread in threads:
        # Only a grandchild in a session of its own can still hold a stream; it is not waited for.
        thread.join(1)
    return _Talk(answer, printed, is_late)


def _tell(stream: IO[bytes], request: bytes) -> None:
    with suppress(OSError), stream:  # a child that has ended reads no more
        rest = memoryview(request)
        while rest:
            rest = rest[stream.write(rest) :]


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    """End the child and all that it started; it is the leader of a group of its own."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()


def _judged(function: str, code: int, talk: _Talk, limits: ChildLimits) -> Any:
    """Give the value of a call that ended as it should."""
    if talk.answer.is_over:
        raise _failure(function, "output", f"more than {limits.output_bytes:,} bytes of output")
    if talk.printed.is_over:
        raise _failure(function, "printed", f"more than {limits.printed_bytes:,} bytes printed")
    if talk.is_late:
        raise _failure(function, "wall", f"it had not ended after {limits.wall_seconds} s")
    answer = _complete(bytes(talk.answer.heard))
    if answer is not None and "value" in answer and code == 0:
        return answer["value"]
    said = bytes(talk.printed.heard).decode("utf-8", "backslashreplace").strip()
    last = said.splitlines()[-1] if said else None
    if answer is not None and "type" in answer:
        raised = str(answer["type"])
        if raised == "builtins.MemoryError":
            raise _failure(function, "memory", f"more than {limits.memory_bytes:,} bytes of memory")
        told = clip(str(answer["message"]))
        name = raised.removeprefix("builtins.")
        raise ChildFailed(
            f"{function}: {name}{': ' if told else ''}{told}", reason="raised", raised=raised
        )
    if code < 0:
        name = _signal_name(-code)
        reason = _KILLED_BY_LIMIT.get(name, "signal")
        causes = {
            "SIGXCPU": f"{limits.cpu_seconds} s of CPU are used up",
            "SIGKILL": f"SIGKILL, after {limits.cpu_seconds} s of CPU or for want of memory",
        }
        cause = causes.get(name, name)
        raise _failure(function, reason, cause, last)
    raise _failure(function, "silent", f"it ended with code {code} and without its result", last)


def _failure(function: str, reason: str, cause: str, excerpt: str | None = None) -> ChildFailed:
    return ChildFailed(
        f"{printable(function)} in a child process was ended: {cause}",
        reason=reason,
        excerpt=excerpt,
    )


def _signal_name(number: int) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


def _complete(heard: bytes) -> dict[str, Any] | None:
    """Give the child's answer if all of it arrived with the end record that vouches for it, else None."""
    size = int.from_bytes(heard[:_LENGTH_BYTES], "big")
    body, rest = heard[_LENGTH_BYTES : _LENGTH_BYTES + size], heard[_LENGTH_BYTES + size :]
    end = {"end": True, "size": size, "sha256": hashlib.sha256(body).digest()}
    if len(body) != size or rest != msgspec.msgpack.encode(end):
        return None
    answer: dict[str, Any] = msgspec.msgpack.decode(body)
    return answer
