"""Name the plugin behind every failure. In: whatever foreign code raises. Out: `PluginFailed`.

The one place of the engine where any exception is caught.
"""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from recon.errors import Place, PluginFailed, ReconError, clip, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.metadata import Distribution
    from types import TracebackType

COMPLAINT_LINES: Final = 10
COMPLAINT_WIDTH: Final = 200
SHOWN: Final = 5

# Frames of these say nothing about where the plugin is wrong.
_MACHINERY: Final = frozenset({"recon.plugins", "pluggy", "importlib", "contextlib", "typing"})


class ContractBroken(Exception):
    """A plugin returned something else than its contract says; the message says what."""


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """The plugin behind an object: its entry point and the distribution that brought it."""

    plugin: str
    distribution: str
    version: str

    def __str__(self) -> str:
        return f"{self.plugin} ({self.distribution} {self.version})"


# For what is wrong before it is known whose it is.
NOBODY: Final = Owner("unknown", "unknown", "unknown")


def name_and_version(distribution: Distribution) -> tuple[str, str]:
    """Give a distribution's name and version, as far as its metadata can be read."""
    try:
        name, version = distribution.name, distribution.version
    except Exception:  # noqa: BLE001 - broken metadata, whatever it raises; a name is all that is wanted
        return NOBODY.distribution, NOBODY.version
    return name or NOBODY.distribution, version or NOBODY.version


@contextmanager
def blaming(owner: Owner, call: str, place: Place | None = None) -> Iterator[None]:
    """Turn what foreign code raises into `PluginFailed`; causes that the plugin named itself pass unchanged.

    Args:
        owner: the plugin that is called.
        call: what is called of it, for the message.
        place: the input it works on.

    Raises:
        PluginFailed: the code raised anything else than a `ReconError`, or broke its contract.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise
    except ReconError as error:
        # A subclass that never called our constructor has nothing to show.
        if "message" not in vars(error):
            raise PluginFailed(f"{owner}, {call}: {summary(error)}", place=place) from error
        raise
    except ContractBroken as error:
        cause = str(error)
        hint = f"the contract is in recon/protocols.py; tell the author of {owner.distribution}"
        raise PluginFailed(f"{owner}, {call}: {cause}", place=place, hint=hint) from error
    # Whatever it is, it is named: SystemExit and the panics of native libraries are no `Exception`.
    except BaseException as error:
        hint = f"tell the author of {owner.distribution}; `recon plugins` lists what is installed"
        raise PluginFailed(f"{owner}, {call}: {summary(error)}", place=place, hint=hint) from error


def require(holds: bool, complaint: str) -> None:
    """Raise `ContractBroken` with the complaint unless the claim holds."""
    if not holds:
        raise ContractBroken(complaint)


def require_type(value: object, expected: type) -> None:
    """Raise `ContractBroken` unless the value is of the expected type or protocol."""
    if not isinstance(value, expected):
        raise wrong_type(value, expected.__name__)


def wrong_type(value: object, expected: str) -> ContractBroken:
    """Build the error for a value of another type than the contract says."""
    return ContractBroken(f"it gave {kind_of(value)}, not {expected}")


def kind_of(value: object) -> str:
    """Name a value's type for a message, without asking the value."""
    return "None" if value is None else type(value).__name__


def listed(names: Iterable[object]) -> str:
    """Write the first few names, and how many there are beyond them."""
    texts = [clip(str(name), 60) for name in names]
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return ", ".join(texts[:SHOWN]) + more


def bounded(text: str) -> str:
    """Cut a complaint to a few printable lines, however large the frame was that it speaks of."""
    rows = [row for row in printable(text).splitlines() if row.strip()]
    more = [f"... {len(rows) - COMPLAINT_LINES + 1} more"] if len(rows) > COMPLAINT_LINES else []
    kept = rows[: COMPLAINT_LINES - len(more)] + more
    return "\n".join(clip(row, COMPLAINT_WIDTH) for row in kept)


def summary(error: BaseException) -> str:
    """Say in one line what was raised and where, with file names but no paths of this machine."""
    try:
        said = clip(str(error), COMPLAINT_WIDTH)
    except BaseException:  # noqa: BLE001 - an exception's own text is foreign code as well
        said = "(its message cannot be shown)"
    where = _where(error.__traceback__)
    return f"{type(error).__name__}{': ' if said else ''}{said}{f' ({where})' if where else ''}"


def _where(trace: TracebackType | None) -> str:
    """Give the innermost line of the plugin's own package, whatever library it went on to call."""
    steps = [
        (str(frame.f_globals.get("__name__")), frame.f_code, line)
        for frame, line in traceback.walk_tb(trace)
        if not _is_machinery(str(frame.f_globals.get("__name__")))
    ]
    if not steps:
        return ""
    package = steps[0][0].partition(".")[0]
    _, code, line = [step for step in steps if step[0].partition(".")[0] == package][-1]
    return f"{PurePath(code.co_filename).name}:{line} in {code.co_name}"


def _is_machinery(module: str) -> bool:
    return any(module == part or module.startswith(f"{part}.") for part in _MACHINERY)
