"""The files of the project, as the architecture tests see them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.architecture.rules import Module

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = (
    ".ci", "benchmarks", "docs", "fixtures", "formats", "plugins", "recon", "tests",
)  # fmt: skip
SHIPPED: Final = ("recon", "formats", "plugins")


def files(*folders: str) -> Iterator[Path]:
    """Give every file of the project in these folders, sorted; caches are not part of it."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def all_files() -> Iterator[Path]:
    """Give every file of the project: the folders, and what lies beside them at the top."""
    yield from sorted(path for path in ROOT.iterdir() if path.is_file())
    yield from files(*FOLDERS)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules(*folders: str) -> tuple[Module, ...]:
    """Parse every Python file in these folders."""
    return tuple(_parsed(path) for path in files(*folders) if path.suffix == ".py")


@cache
def _parsed(path: Path) -> Module:
    return Module.of(name_of(path), path.read_text(encoding="utf-8"))


def under(module: Module, places: Iterable[str]) -> bool:
    """Say whether a module is one of these files or lies in one of these folders."""
    return any(module.path == place or module.path.startswith(f"{place}/") for place in places)
