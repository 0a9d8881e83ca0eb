"""Load `reconfile.py`, a plugin without packaging that lies beside recon.toml. In: its path. Out: what it registers.

It is code that a run executes, so it is refused where others than its owner may write it; its hash is its version, and
stands in the record of each run.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Final

from recon.errors import ConfigurationError
from recon.plugins.blame import Owner

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "reconfile.py"
PLUGIN: Final = "reconfile"
_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
_HASH_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Beside:
    """The file as it was read once: what is hashed is what is run."""

    name: str
    path: str
    code: bytes

    def load(self) -> ModuleType:
        """Run the file as the module `reconfile`."""
        module = ModuleType(PLUGIN)
        module.__file__ = self.path
        # Dataclasses and the like look their module up by its name.
        sys.modules[PLUGIN] = module
        exec(compile(self.code, self.path, "exec"), vars(module))  # noqa: S102 - asked for in the settings
        return module


def find_beside(folder: Path) -> tuple[Owner, Beside]:
    """Read the file of a workspace, without running it.

    Raises:
        ConfigurationError: there is none, it cannot be read, or others may write it or put another in its place.
    """
    path = folder / FILE
    try:
        with path.open("rb") as file:
            code = file.read()
            modes = {FILE: os.fstat(file.fileno()).st_mode, "its folder": folder.stat().st_mode}
    except OSError as error:
        raise ConfigurationError(
            f"cannot read {FILE}: {error.strerror}",
            hint="write it beside recon.toml, or take `reconfile` out of [plugins]",
        ) from None
    if os.name == "posix":
        for what, mode in modes.items():
            # In a folder such as /tmp only the owner may replace a file.
            if mode & _OTHERS and not mode & stat.S_ISVTX:
                raise ConfigurationError(
                    f"{FILE} is not run: others than its owner may write {what}",
                    hint=f"chmod go-w {path} {folder}",
                )
    digest = hashlib.sha256(code).hexdigest()[:_HASH_DIGITS]
    return Owner(PLUGIN, FILE, digest), Beside(PLUGIN, str(path), code)
