"""Run the program in processes that can be killed, a hundred times a minute: a server with all modules loaded forks each.

In: a command of `recon`, or a function of the tests. Out: how it ended, and what it wrote. The server itself never uses
Polars, whose threads would not live on in a fork.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = (".migrations", ".templates", ".strategies")
FOREIGN = (
    "alembic.command xlsxwriter highspy rapidfuzz.process rapidfuzz.fuzz jinja2 anyascii cleanco psycopg "
    "lxml.etree charset_normalizer mt940 ofxparse fastexcel pysqlite3"
)
KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code (below 0: the signal), what it wrote, and how long it took."""

    code: int
    out: str
    err: str
    seconds: float


class NotStopped(AssertionError):
    """A command ended before a failpoint stopped it; `ended` says how."""

    def __init__(self, ended):
        super().__init__("the command ended before it was stopped")
        self.ended = ended


class Forked:
    """The server, from the side of a test."""

    def __init__(self):
        paths = [ROOT, ROOT / "formats", ROOT / "plugins"]
        path = os.pathsep.join([*map(str, paths), os.environ.get("PYTHONPATH", "")])
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.forked"],
            cwd=ROOT,
            # Worlds are small: more threads would only wait for each other.
            env={**os.environ, "PYTHONPATH": path, "POLARS_MAX_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def recon(self, *words, kill_after=None, **variables):
        """Run a command of the program, killed after so many seconds if it still runs."""
        return self._ask({"words": list(words), "kill_after": kill_after, "variables": variables})

    def recon_meanwhile(self, happens, *words, **variables):
        """Run a command that a failpoint stops; let something happen meanwhile, and let it go on.

        Raises:
            NotStopped: it ended without passing the failpoint so often.
        """
        ended = []
        asking = threading.Thread(
            target=lambda: ended.append(self.recon(*words, **variables)), daemon=True
        )
        asking.start()
        child = self._stopped_child(asking)
        if child is None:
            raise NotStopped(ended[0])
        try:
            happens()
        finally:
            os.kill(child, signal.SIGCONT)
        asking.join()
        return ended[0]

    def _stopped_child(self, asking):
        children = Path(f"/proc/{self._server.pid}/task/{self._server.pid}/children")
        while asking.is_alive():
            for child in children.read_text().split():
                with suppress(OSError):
                    # The state stands behind the name, which is in parentheses.
                    if Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "T":
                        return int(child)
            time.sleep(0.02)
        asking.join()
        return None

    def call(self, function, *args):
        """Call a function by `module:name` with JSON values, in a process of its own; gives what it returns."""
        ended = self._ask({"function": function, "args": list(args)})
        assert ended.code == 0, ended.err
        return json.loads(ended.out)

    def attempt(self, function, *args, kill_after):
        """Call a function as `call` does, killed after so many seconds if it still runs."""
        return self._ask({"function": function, "args": list(args), "kill_after": kill_after})

    def _ask(self, wanted):
        self._server.stdin.write(json.dumps(wanted) + "\n")
        self._server.stdin.flush()
        return Ended(**json.loads(self._server.stdout.readline()))

    def close(self):
        self._server.stdin.close()
        self._server.wait(timeout=60)
        self._server.stdout.close()


def serve():
    """Fork a child for each request; ends with its input."""
    _load_all()
    for row in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(row))) + "\n")
        sys.stdout.flush()


def _load_all():
    import recon

    for module in pkgutil.walk_packages(recon.__path__, "recon."):
        if not any(word in module.name for word in LEFT_OUT):
            importlib.import_module(module.name)
    for name in FOREIGN.split():
        importlib.import_module(name)
    for point in entry_points(group="recon"):
        point.load()
    if len(sys._current_frames()) > 1:
        raise RuntimeError("a module started a thread, which a fork would lose")


def _answer(wanted):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _be_child(wanted, out, err)
        killer = None
        if wanted.get("kill_after") is not None:
            killer = threading.Timer(wanted["kill_after"], os.kill, (child, signal.SIGKILL))
            killer.start()
        _, status = os.waitpid(child, 0)
        if killer is not None:
            killer.cancel()
            killer.join()
        seconds = time.monotonic() - began
        told = [(file.seek(0), file.read().decode("utf-8", "replace"))[1] for file in (out, err)]
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "out": told[0], "err": told[1], "seconds": seconds}


def _be_child(wanted, out, err):
    code = 1
    try:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        os.environ.update(wanted.get("variables", {}))
        code = _command(wanted["words"]) if "words" in wanted else _function(wanted)
    except BaseException:  # noqa: BLE001 - whatever it was, this process ends here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _command(words):
    from recon.cli import main

    sys.argv = ["recon", *words]
    try:
        main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    return 0


def _function(wanted):
    module, _, name = wanted["function"].partition(":")
    sys.stdout.write(json.dumps(getattr(importlib.import_module(module), name)(*wanted["args"])))
    return 0


if __name__ == "__main__":
    serve()
