"""Every error a user can meet: one class per cause, with place, excerpt and hint.

ReconError
├── ConfigurationError        the policy or the call is wrong (exit 2)
├── MalformedFile             a file or a record in it breaks its format's rules (quarantine, exit 3)
├── UnknownFormat             no format recognises the file (quarantine, exit 3)
├── ContestedFile             two formats claim one file (quarantine, exit 3)
├── UnreadableItems           the books' side cannot be read in full (exit 1)
├── PluginFailed              a plugin raised or returned something else than its contract says
├── Refused                   a control forbids what was asked (exit 1)
├── StoreBroken               the store is not what it was, or cannot be used (exit 1)
├── Locked                    another run works on the store (exit 5)
├── IdentityBroken            a cash identity does not hold: the run's output is refused (exit 1)
└── ThresholdMissed           `--fail-under` or `--fail-on` (exit 1)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MESSAGE_LIMIT: Final = 4_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an input something is wrong; line and column count from 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.file]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        return ":".join(parts)


def _bounded(text: str) -> str:
    return text if len(text) <= MESSAGE_LIMIT else f"{text[: MESSAGE_LIMIT - 1]}…"


class ReconError(Exception):
    """Something went wrong that the user can act upon.

    The class docstring's first line is the default message. `code` names the cause in output and docs,
    `exit_code` is the process's answer (0 to 5, see the command line's contract).
    """

    code = "error"
    exit_code = 1

    def __init__(
        self,
        message: str | None = None,
        *,
        place: Place | None = None,
        excerpt: str | None = None,
        hint: str | None = None,
    ) -> None:
        """Keep the facts apart, so that a caller can show or store each of them.

        Args:
            message: what is wrong, in plain words; the class docstring's first line if left out.
            place: the input and the line in it.
            excerpt: the offending text, at most one line.
            hint: what the user can do about it.
        """
        said = message or (type(self).__doc__ or "").strip().splitlines()[0]
        # Both may quote what a file holds, and a field of a hostile file may be the whole file.
        self.message = _bounded(said)
        self.place = place
        self.excerpt = clip(excerpt) if excerpt else None
        self.hint = _bounded(hint) if hint else None
        super().__init__(self.message)

    def render(self) -> str:
        """Lay the error out for a terminal or a log: at most five lines, no control characters."""
        head = f"error[{self.code}]" + (f" {printable(str(self.place))}" if self.place else "")
        rows = [head, f"  {printable(self.message)}"]
        if self.excerpt:
            number = str(self.place.line) if self.place and self.place.line else ""
            rows.insert(1, f"  {number} | {self.excerpt}")
        if self.hint:
            rows.append(f"hint: {printable(self.hint)}")
        return "\n".join(rows)

    def __str__(self) -> str:
        """Give the message alone; `render` has the whole layout."""
        return self.message


class ConfigurationError(ReconError):
    """The configuration is not valid."""

    code = "configuration"
    exit_code = 2


class MalformedFile(ReconError):
    """The file breaks the rules of its format."""

    code = "malformed-file"
    exit_code = 3


class UnknownFormat(ReconError):
    """No installed format recognises this file."""

    code = "unknown-format"
    exit_code = 3


class ContestedFile(ReconError):
    """Two formats claim this file."""

    code = "contested-file"
    exit_code = 3


class UnreadableItems(ReconError):
    """The open items or customers cannot be read in full."""

    code = "unreadable-items"
    exit_code = 1


class PluginFailed(ReconError):
    """A plugin failed."""

    code = "plugin-failed"
    exit_code = 1


class IdentityBroken(ReconError):
    """A cash identity does not hold."""

    code = "identity-broken"
    exit_code = 1


class Refused(ReconError):
    """A control forbids this."""

    code = "refused"
    exit_code = 1


class StoreBroken(ReconError):
    """The store cannot be used."""

    code = "store"
    exit_code = 1


class Locked(ReconError):
    """Another run works on this store."""

    code = "locked"
    exit_code = 5


class ThresholdMissed(ReconError):
    """The run is complete, but a threshold asked for was missed."""

    code = "threshold-missed"
    exit_code = 1


def printable(text: str) -> str:
    r"""Show control and bidirectional characters as escapes, so that no input can drive a terminal.

    >>> printable("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return "".join(
        ch if ch.isprintable() or ch == "\n" else ch.encode("unicode_escape").decode()
        for ch in text
    )


def clip(text: str, limit: int = 120) -> str:
    """Cut an excerpt to one printable line of at most `limit` characters."""
    first = printable(text.splitlines()[0] if text.splitlines() else "")
    return first if len(first) <= limit else first[: limit - 1] + "…"
