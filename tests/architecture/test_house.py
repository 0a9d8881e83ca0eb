"""The house as a whole: every room is described, versions agree, locks name no index, no fixture lies about unused."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import polars as pl
import pytest

import recon
from docs.generate import frame_schemas
from tests.architecture.project import ROOT, all_files, files, modules, name_of
from tests.lengthy import rates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A host or a path of one machine, spelled in parts so that this file does not break its own rule.
HOSTS = ("py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "ana" + "conda.org")
MACHINE_PATH = re.compile(
    r"(?<![\w.)}\]>*])/(?:"
    "work|root|home/[a-z]+|Users/[A-Za-z]+|private/tmp"
    r")(?=/[A-Za-z.])"
)
LONGEST_ROOM_PAGE = 25


def rooms() -> Iterator[Path]:
    return (path.parent for path in sorted((ROOT / "recon").glob("*/__init__.py")))


@pytest.mark.parametrize("room", list(rooms()), ids=lambda path: path.name)
def test_every_room_says_in_its_readme_what_comes_in_what_goes_out_and_what_it_must_not_do(room):
    page = room / "README.md"

    assert page.is_file(), f"write {name_of(page)}: in, out, must not; at most 25 lines"
    text = page.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_ROOM_PAGE, f"{name_of(page)} is a door, not a manual"
    for word in ("In: ", "Out: ", "Must not: "):
        assert f"\n{word}" in text, f"{name_of(page)} has no row {word!r}"


def test_fixtures_and_benchmarks_are_no_packages():
    packages = [name_of(p) for p in files("fixtures") if p.suffix == ".py"]
    packages += [name_of(p) for p in (ROOT / "benchmarks").glob("__init__.py")]

    assert not packages, f"{packages}: data and scripts are never imported; take them out"


def test_every_folder_of_fixtures_is_read_by_a_test_or_the_demo():
    readers = [m.text for m in modules("tests", "recon/cli") if '"fixtures"' in m.text]
    folders = {path.parent.relative_to(ROOT / "fixtures").parts[:2] for path in files("fixtures")}
    unused = [
        "/".join(parts)
        for parts in sorted(folders)
        if parts
        and not any(
            f'"{parts[0]}"' in text
            and all(f'"{part}"' in text or "iterdir()" in text for part in parts[1:])
            for text in readers
        )
    ]

    assert len(folders) > 2
    # The demo is copied whole into the wheel, with its folders as they are.
    assert [one for one in unused if not one.startswith("demo/")] == [], "write the test, or remove"


def test_the_version_is_one():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] == recon.__version__, "raise both, in one commit"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_and_hashes_every_package_and_names_no_index(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    requirements = re.split(r"\n(?=\S)", text.strip())

    assert "://" not in text, "renew it by `make lock`, which leaves the index out"
    assert len(requirements) > 20
    for requirement in requirements:
        assert re.match(r"[A-Za-z0-9._-]+==[^ ]+", requirement), requirement[:80]
        assert "--hash=sha256:" in requirement, f"{requirement[:80]}: renew it by `make lock`"


def test_the_dev_lock_holds_the_same_versions_as_the_lock_of_the_program():
    def pins(name):
        return set(re.findall(r"^[\w.-]+==[^ ;]+", (ROOT / name).read_text("utf-8"), re.MULTILINE))

    assert not pins("requirements.lock") - pins("requirements-dev.lock"), "renew both: `make lock`"


def test_nothing_names_a_registry_or_a_path_of_one_machine():
    found = []
    for path in all_files():
        # Locks and licences of others come as they are; binary files have no words.
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{name_of(path)}: {host}" for host in HOSTS if host in text]
        found += [f"{name_of(path)}: {hit[0]}" for hit in MACHINE_PATH.finditer(text)]

    assert not found, f"{found}: name files relative to the project, and no index at all"


@pytest.mark.parametrize(
    "text", ["see /" + "root/x", "'/" + "work/main'", "(/" + "home/anna/bank.sta)"]
)
def test_a_path_of_one_machine_is_found(text):
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize(("name", "schema"), frame_schemas())
def test_no_frame_has_a_float_and_money_is_int64(name, schema):
    kinds = {column: kind.dtype for column, kind in schema.columns().items()}
    floats = [column for column, kind in kinds.items() if kind in (pl.Float32, pl.Float64)]
    money = [c for c in kinds if re.search(r"(^|_)(amount|balance|total|open|discount)$", c)]

    assert not floats, f"{name}: {floats} must be Int64 of a named unit"
    assert [c for c in money if kinds[c] != pl.Int64] == [], f"{name}: money is Int64 minor units"


def test_every_lengthy_test_that_is_listed_is_there():
    """A test that was renamed would run with every change again."""
    for name in rates():
        path, _, rest = name.partition("::")
        function = rest.split("::")[-1]

        assert f"def {function}(" in (ROOT / path).read_text("utf-8"), name
