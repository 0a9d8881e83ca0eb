"""A real Tryton 8.0 in an environment of its own: `python tests/plugins/ledgers/tryton/environment.py` makes it.

In: `tryton.lock` (exact versions with hashes). Out: `.venv-tryton/` with the programs and a seeded database, made once; and
servers on loopback, each on a copy of the seed. Making it takes about a minute and a half, 90 MB.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
FOLDER = ROOT / ".venv-tryton"
PROGRAMS = FOLDER / "env" / "bin"
PASSWORD = "only-for-tests"
INVOICES = 300
MODULES = ("account_invoice", "account_statement")


def made():
    """Make environment and seed unless they are of this lock and this seed; gives the seed."""
    parts = [(HERE / name).read_bytes() for name in ("tryton.lock", "seed.py")]
    seed = FOLDER / f"{hashlib.sha256(b''.join(parts)).hexdigest()[:12]}.sqlite"
    if seed.exists():
        return seed
    shutil.rmtree(FOLDER, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", FOLDER / "env"], check=True)
    install = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", HERE / "tryton.lock"]
    subprocess.run([PROGRAMS / "python", *install], check=True)
    work = FOLDER / "work"
    work.mkdir()
    # An empty file must be there: Tryton makes none.
    (work / "erp.sqlite").touch()
    fill(work, "sqlite:///erp", INVOICES)
    (work / "erp.sqlite").rename(seed)
    shutil.rmtree(work)
    return seed


def fill(work, uri, invoices):
    """Make the tables of an empty database, and open invoices in it."""
    config = write_config(work, uri=uri, queue=True)
    (work / "password").write_text(PASSWORD, encoding="utf-8")
    program = [PROGRAMS / "trytond-admin", "-c", config, "-d", "erp", "--all"]
    program += ["--activate-dependencies", "-u", *MODULES, "-l", "en", "--email", "a@b.example"]
    environment = {**os.environ, "TRYTONPASSFILE": str(work / "password")}
    subprocess.run(program, check=True, env=environment, stdin=subprocess.DEVNULL)
    filling = [PROGRAMS / "python", HERE / "seed.py", uri, config, str(invoices)]
    # Which kind of database it is counts from the first import on.
    environment = {**os.environ, "TRYTOND_DATABASE_URI": uri}
    subprocess.run(filling, check=True, env=environment, stdin=subprocess.DEVNULL)


def write_config(folder, *, uri="sqlite:///erp", port=None, queue=False):
    """Write a configuration; only the seed queues, because a queue on a server leaves invoices unpaid."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["[database]", f"uri = {uri.replace('/erp', '/')}", f"path = {folder}"]
    rows += ["[web]", f"listen = 127.0.0.1:{port}"] if port else []
    rows += ["[queue]", "worker = True"] if queue else []
    path = folder / "trytond.conf"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@contextmanager
def server(folder):
    """Run a server on a copy of the seed; gives its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made(), folder / "erp.sqlite")
    with serving(folder, "sqlite:///erp") as url:
        yield url


@contextmanager
def serving(folder, uri):
    """Run a server on a database; gives its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = write_config(folder, uri=uri, port=port)
    with (folder / "server.log").open("wb") as log:
        running = subprocess.Popen(
            [PROGRAMS / "trytond", "-c", config, "-d", "erp"], stdout=log, stderr=log
        )
        try:
            await_answer(f"http://127.0.0.1:{port}/erp/rpc/")
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(timeout=20)


def await_answer(url):
    """Wait until the server lets us in, two minutes at most."""
    body = {"id": 0, "method": "common.db.login", "params": ["admin", {"password": PASSWORD}, "en"]}
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    for _ in range(240):
        with suppress(OSError), urllib.request.urlopen(request, timeout=60) as answer:
            if b"result" in answer.read():
                return
        time.sleep(0.5)
    raise TimeoutError(url)


if __name__ == "__main__":
    print(made().relative_to(ROOT))  # noqa: T201
