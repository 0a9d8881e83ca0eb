"""Functions that behave, and that misbehave in every way that a wrapped library can. Called in a child only."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path


def echo(payload):
    return payload


def chatter(payload):
    sys.stdout.write("hello")
    sys.stdout.flush()
    os.write(1, b"\x00" * 5000)
    sys.stderr.write("\x1b]0;title\x07 and more\n")
    return payload


def surroundings(_):
    return {
        "folder": [path.name for path in Path().iterdir()],
        "path": sys.path,
        "environment": sorted(os.environ),
        "is_leader": os.getpid() == os.getsid(0),
    }


def loop(_):
    while True:
        pass


def loop_deaf(_):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU):
        signal.signal(number, signal.SIG_IGN)
    while True:
        pass


def sleep_deaf(_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


def linger(_):
    threading.Thread(target=time.sleep, args=(600,)).start()
    return "done"


def allocate(count):
    return len(bytearray(count))


def crash(_):
    ctypes.string_at(0)


def leave(code):
    os._exit(code)


def leave_politely(code):
    sys.exit(code)


def raise_value(text):
    raise ValueError(text)


class Silly(Exception):
    def __str__(self):
        raise RuntimeError("no text")


def raise_silly(_):
    raise Silly


def no_value(_):
    return object()


def give(count):
    return b"x" * count


def flood(count):
    for _ in range(count // 65536):
        os.write(2, b"y" * 65536)


def forge(_):
    # The protocol's own channel is the first descriptor after the streams that it took over.
    os.write(3, b"\x00\x00\x00\x00\x00\x00\x00\x01\xc0")
    os._exit(0)


def fork_bomb(_):
    while True:
        os.fork()


def start(_):
    subprocess.run(["true"], check=True)


def open_path(path):
    return Path(path).read_text()


def write_file(_):
    Path("made.txt").write_text("x")


def recurse(depth):
    return recurse(depth + 1)
