"""The declared table of Xero's fields is what Xero publishes: compared with its own library, made once in `.venv-xero/`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugins.ledgers.xero.described import SHAPES

HERE = Path(__file__).parent
FOLDER = HERE.parents[3] / ".venv-xero"

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def python():
    """The Python of the environment; it is made in half a minute."""
    program = FOLDER / "bin" / "python"
    if not (FOLDER / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
        install = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", HERE / "xero.lock"]
        subprocess.run([program, *install], check=True)
        (FOLDER / "done").touch()
    return program


def compared(python, shapes):
    done = subprocess.run(
        [python, HERE / "with_sdk.py"],
        input=json.dumps(shapes),
        capture_output=True,
        text=True,
        check=False,
        env={"LANG": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_field_that_is_declared_is_published_with_its_type_words_and_length(python):
    assert compared(python, SHAPES) == []


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("Refrence", "text"),
        ("Amount", "text"),
        ("Status", "PENDING|DELETED"),
        ("Invoice", "Account"),
    ],
)
def test_a_field_that_is_declared_wrongly_is_found(python, field, kind):
    shapes = {"Payment": {field: kind}, "Account": {}, "Contact": {"AccountNumber": "text<=51"}}

    assert len(compared(python, shapes)) == 2
