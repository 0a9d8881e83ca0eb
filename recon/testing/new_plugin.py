"""Write the package of a new plugin, ready to install, that passes its conformance suite from the start.

In: a kind, a name and a folder. Out: the files of the package; they do an example's work, to be replaced by one's own.
"""

from __future__ import annotations

import re
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Final

from recon.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Kind -> what the package does, and where its example of foreign data lies.
KINDS: Final[Mapping[str, tuple[str, str | None]]] = {
    "format": ("Reads $name statements for cashrecon", "tests/sample.$name"),
    "source": ("Gives the open items of $name to cashrecon", "tests/items.json"),
    "ledger": ("Posts the entries of cashrecon to $name", None),
    "evidence": ("Judges pairs of bank line and open item for cashrecon", None),
    "report": ("A further report of cashrecon", None),
}
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
# Template -> place in the package, in the order in which a newcomer reads them.
_OF_KIND: Final = {
    "README.md": "README.md",
    "plugin.py": "$package/__init__.py",
    "test_conformance.py": "tests/test_conformance.py",
}
_COMMON: Final = {"pyproject.toml": "pyproject.toml", "py.typed": "$package/py.typed"}


def write_new_plugin(kind: str, name: str, parent: Path) -> list[Path]:
    """Write the folder `cashrecon-NAME`.

    Args:
        kind: a key of KINDS.
        name: lower-case letters and digits, words joined by dashes.
        parent: where the folder is made; it must not hold one of that name.

    Returns:
        the files.

    Raises:
        ConfigurationError: the name is none, or the folder is there or cannot be made.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} is no name for a {kind}",
            hint="use lower-case letters and digits, with dashes between words: acme-bank",
        )
    values = _values(kind, name)
    folder = parent / f"cashrecon-{name}"
    try:
        folder.mkdir(parents=True)
        return [
            _written(folder, template, place, values) for template, place in _places(kind).items()
        ]
    except OSError as error:
        raise ConfigurationError(f"cannot write {folder}: {error.strerror or error}") from None


def _values(kind: str, name: str) -> dict[str, str]:
    words = name.split("-")
    summary, _ = KINDS[kind]
    return {
        "name": name,
        "package": f"cashrecon_{'_'.join(words)}",
        "class_name": "".join(word.capitalize() for word in words),
        "mark": "".join(words).upper(),
        "summary": Template(summary).substitute(name=name),
    }


def _places(kind: str) -> dict[str, str]:
    _, sample = KINDS[kind]
    own = {f"{kind}/{name}": place for name, place in _OF_KIND.items()}
    own |= {f"{kind}/sample": sample} if sample else {}
    return own | {f"common/{name}": place for name, place in _COMMON.items()}


def _written(folder: Path, template: str, place: str, values: Mapping[str, str]) -> Path:
    path = folder / Template(place).substitute(values)
    path.parent.mkdir(exist_ok=True)
    found = files("recon.testing") / "templates" / f"{template}.template"
    path.write_text(Template(found.read_text(encoding="utf-8")).substitute(values), "utf-8")
    return path
