"""Write the package of a new format, ready to install, that passes the conformance suite from the start.

In: a name and a folder. Out: the files of the package; they read an example layout, to be replaced by a bank's own.
"""

from __future__ import annotations

import re
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Final

from recon.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
# Template -> place in the package.
_PLACES: Final = {
    "README.md": "README.md",
    "pyproject.toml": "pyproject.toml",
    "plugin.py": "$package/__init__.py",
    "test_conformance.py": "tests/test_conformance.py",
    "sample": "tests/sample.$name",
}


def write_new_format(name: str, parent: Path) -> list[Path]:
    """Write the folder `cashrecon-NAME`.

    Args:
        name: lower-case letters and digits, words joined by dashes.
        parent: where the folder is made; it must not hold one of that name.

    Returns:
        the files, in the order in which a newcomer reads them.

    Raises:
        ConfigurationError: the name is none, or the folder is there or cannot be made.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} is no name for a format",
            hint="use lower-case letters and digits, with dashes between words: acme-bank",
        )
    words = name.split("-")
    values = {
        "name": name,
        "package": f"cashrecon_{'_'.join(words)}",
        "class_name": "".join(word.capitalize() for word in words),
        "mark": "".join(words).upper(),
    }
    folder = parent / f"cashrecon-{name}"
    templates = files("recon.plugins") / "format_template"
    written = []
    try:
        folder.mkdir(parents=True)
        for template, place in _PLACES.items():
            path = folder / Template(place).substitute(values)
            path.parent.mkdir(exist_ok=True)
            text = (templates / f"{template}.template").read_text(encoding="utf-8")
            path.write_text(Template(text).substitute(values), encoding="utf-8")
            written.append(path)
    except OSError as error:
        raise ConfigurationError(f"cannot write {folder}: {error.strerror or error}") from None
    return written
