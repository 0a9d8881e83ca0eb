"""fava opens a file of the ledger `beancount`, finds no error in it, and shows our balances to the cent."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path

import pytest

from tests.plugins.ledgers.oracles import TYPES, entries_of, entry_rows

pytestmark = pytest.mark.nightly

HERE = Path(__file__).parent
FOLDER = HERE.parents[3] / ".venv-fava"


def made():
    """Make the environment, once; gives its programs."""
    if not (FOLDER / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
        install = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", HERE / "fava.lock"]
        subprocess.run([FOLDER / "bin" / "python", *install], check=True)
        (FOLDER / "done").touch()
    return FOLDER / "bin"


@contextmanager
def fava(path):
    """Run fava on a file; gives its URL."""
    program = made() / "fava"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = subprocess.Popen(
        [program, "--host", "127.0.0.1", "--port", str(port), path],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(120):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.25)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(timeout=20)


def fetched(url):
    """Follow to the ledger's own page; gives its address and text."""
    with urllib.request.urlopen(url, timeout=60) as answer:
        assert answer.status == 200
        return answer.url, answer.read().decode()


def test_fava_shows_our_balances_and_no_error(tmp_path):
    path = tmp_path / "ledger.beancount"
    hostile = 'x "y" \\ <script>alert(1)</script>\n2026-01-01 open Assets:Hacked'
    TYPES["beancount"].connect({"path": path}).post(
        entries_of(*(entry_rows(f"K{n}", description=hostile) for n in range(100)))
    )
    # As in real books: a file of one's own names the currency and includes ours.
    books = tmp_path / "books.beancount"
    option = 'option "operating_currency" "EUR"'
    books.write_text(f'{option}\ninclude "{path.name}"\n', encoding="utf-8")
    with fava(books) as url:
        address, _ = fetched(url)
        ledger = address.split("/")[3]
        errors = json.loads(fetched(f"{url}/{ledger}/api/errors")[1])
        query = "select%20account,%20sum(number)%20group%20by%20account"
        told = json.loads(fetched(f"{url}/{ledger}/api/query?query_string={query}")[1])

    assert errors["data"] == []
    rows = {row[0]: Decimal(str(row[1])) for row in told["data"]["rows"]}
    assert rows == {
        "Assets:Bank:DE02120300000000202051": Decimal("12345.00"),
        "Assets:Receivable": Decimal("-12345.00"),
    }
