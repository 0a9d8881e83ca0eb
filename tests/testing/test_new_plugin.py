"""`recon plugins new`: a package of each kind is whole, keeps its contract, and passes its own tests once installed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

from recon.errors import ConfigurationError
from recon.plugins import Plugins
from recon.testing import check_evidence, check_format, check_ledger, check_report, check_source
from recon.testing.new_plugin import KINDS, write_new_plugin

HOOKS = {kind: f"recon_register_{kind}{'' if kind == 'evidence' else 's'}" for kind in KINDS}


def checked(kind, target, folder):
    """Check what a package registers by the suite of its kind, as its own tests do."""
    from recon.api import SourceFile

    if kind == "format":
        sample = folder / f"tests/sample.{target.name}"
        check_format(target, SourceFile(sample.name, sample.read_bytes()), damages=8)
    elif kind == "source":
        items = folder / "tests/items.json"
        check_source(target, {"path": str(items)}, broken={"path": str(items.with_name("none"))})
    else:
        check = {"ledger": check_ledger, "evidence": check_evidence, "report": check_report}[kind]
        check(target)


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_registers_one_object_that_keeps_its_contract(tmp_path, kind):
    written = write_new_plugin(kind, "toy-one", tmp_path)
    folder = tmp_path / "cashrecon-toy-one"
    package = folder / "cashrecon_toy_one"
    spec = importlib.util.spec_from_file_location("cashrecon_toy_one", package / "__init__.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (target,) = getattr(module, HOOKS[kind])()

    assert target.name == "toy-one"
    assert type(target).__name__ == "ToyOne"
    # Python may have kept what it compiled while the package was imported.
    found = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert sorted(written) == sorted(found)
    assert (package / "py.typed").exists()
    assert not [path for path in written if "$" in path.read_text(encoding="utf-8")]
    checked(kind, target, folder)


def run(folder, *words, **environment):
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=os.environ | {"PIP_CONFIG_FILE": os.devnull} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def install(folder, target):
    """Build and install a package as a person does, without a network, into a folder of its own."""
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet")
    code, told = run(folder, "pip", "install", *offline, "--target", str(target), ".")
    assert code == 0, told


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_an_installed_package_is_found_passes_its_tests_and_is_clean(
    tmp_path, tmp_path_factory, kind
):
    write_new_plugin(kind, "toy-one", tmp_path)
    folder, target = tmp_path / "cashrecon-toy-one", tmp_path / "installed"
    install(folder, target)
    sys.path.insert(0, str(target))
    found = Plugins.discover(distributions(path=[str(target)]))
    root = Path(__file__).parents[2]
    paths = os.pathsep.join([str(target), str(root), os.environ.get("PYTHONPATH", "")])
    tested = run(folder, "pytest", "-q", "-p", "no:cacheprovider", "tests", PYTHONPATH=paths)
    linted = run(folder, "ruff", "check", "--no-cache", ".")
    laid_out = run(folder, "ruff", "format", "--no-cache", "--check", ".")
    cache = f"--cache-dir={tmp_path_factory.getbasetemp() / 'mypy'}"
    typed = run(folder, "mypy", "--strict", cache, "cashrecon_toy_one", "tests", MYPYPATH=str(root))

    assert found.failures == ()
    assert [(one.kind, one.name) for one in found.registered] == [(kind, "toy-one")]
    for code, told in (tested, linted, laid_out, typed):
        assert code == 0, told


@pytest.fixture(autouse=True)
def path_as_before():
    before = list(sys.path)
    yield
    sys.path[:] = before
    sys.modules.pop("cashrecon_toy_one", None)


@pytest.mark.parametrize("name", ["", "Acme", "acme_bank", "acme-", "1bank", "a/b", "../up"])
def test_a_name_that_is_none_is_refused(tmp_path, name):
    with pytest.raises(ConfigurationError, match="no name for a ledger"):
        write_new_plugin("ledger", name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(tmp_path):
    write_new_plugin("report", "acme", tmp_path)
    with pytest.raises(ConfigurationError, match="cannot write"):
        write_new_plugin("source", "acme", tmp_path)
